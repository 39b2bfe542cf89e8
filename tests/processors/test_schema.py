"""The schema step: declared columns in their types, undeclared ones rescued, misfits refused with all their reasons."""

from __future__ import annotations

import json
from decimal import Decimal

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from processors.columns import Column, ColumnType
from processors.outcome import REJECTED
from processors.schema import Cast
from tests.processors.batches import ANY_TEXT, NASTY, reasons, rejected_ids, text_rows

INTEGER, TEXT = ColumnType("integer"), ColumnType("string")
AMOUNT = Cast((Column("amount", "amount", INTEGER),))


def test_columns_come_in_the_order_of_the_contract_and_not_of_the_file() -> None:
    step = Cast((Column("a", "a", TEXT), Column("b", "b", INTEGER)))
    outcome = step(text_rows(b=["1"], a=["x"]))
    assert outcome.accepted.schema.names == ["_id", "a", "b", "_flags", "_rescued"]
    assert outcome.accepted.to_pylist() == [{"_id": 1, "a": "x", "b": 1, "_flags": None, "_rescued": None}]


def test_a_column_is_found_under_its_name_in_the_header() -> None:
    step = Cast((Column("amount", "Amount (EUR)", INTEGER), Column("Amount", "amount", TEXT)))
    row = step(text_rows(**{"amount": ["x"], "Amount (EUR)": ["7"]})).accepted.to_pylist()[0]
    assert (row["amount"], row["Amount"], row["_rescued"]) == (7, "x", None)


def test_each_type_has_its_arrow_type() -> None:
    kinds = {
        "string": pa.string(),
        "category": pa.string(),
        "integer": pa.int64(),
        "number": pa.float64(),
        "boolean": pa.bool_(),
        "date": pa.date32(),
        "timestamp": pa.timestamp("us", "UTC"),
    }
    step = Cast(tuple(Column(name, name, ColumnType(name)) for name in kinds))  # type: ignore[arg-type]
    schema = step(text_rows(**{name: [""] for name in kinds})).accepted.schema
    assert {name: schema.field(name).type for name in kinds} == kinds


def test_a_decimal_keeps_its_precision_and_scale() -> None:
    step = Cast((Column("price", "price", ColumnType("decimal", 7, 3)),))
    accepted = step(text_rows(price=["1.5"])).accepted
    assert accepted.schema.field("price").type == pa.decimal128(7, 3)
    assert accepted["price"].to_pylist() == [Decimal("1.500")]


@pytest.mark.parametrize("name", ["string", "integer", "number", "boolean", "date", "timestamp"])
def test_an_optional_column_that_the_file_lacks_is_null(name: str) -> None:
    step = Cast((Column("a", "a", TEXT), Column("b", "b", ColumnType(name), optional=True)))  # type: ignore[arg-type]
    with_b, without_b = step(text_rows(a=["x"], b=[""])), step(text_rows(a=["x"]))
    assert without_b.accepted["b"].to_pylist() == [None]
    assert without_b.accepted.schema.field("b").type == with_b.accepted.schema.field("b").type


def test_a_row_with_a_misfit_is_refused_and_the_others_stay() -> None:
    outcome = AMOUNT(text_rows(amount=["1", "one", "3", "0x10"]))
    assert outcome.accepted["amount"].to_pylist() == [1, 3]
    assert rejected_ids(outcome) == [2, 4]


def test_a_reason_names_the_column_the_raw_value_and_what_is_expected() -> None:
    reason = reasons(AMOUNT(text_rows(amount=[" one "])))
    assert reason == [
        {
            "rule": "type",
            "column": "amount",
            "value": " one ",
            "message": "amount must be a whole number between -2^63 and 2^63-1",
            "severity": "error",
            "action": "quarantine",
        }
    ]


def test_a_row_keeps_one_reason_for_each_misfit_in_the_order_of_the_columns() -> None:
    kinds = {"day": ColumnType("date"), "n": INTEGER, "x": ColumnType("number"), "ok": ColumnType("boolean")}
    step = Cast(tuple(Column(name, name, kind) for name, kind in kinds.items()))
    outcome = step(text_rows(ok=["yes", "yes"], x=["inf", "1"], n=["1.5", "no"], day=["yesterday", "2026-11-21"]))
    assert [[reason["column"] for reason in reasons(outcome, place)] for place in (0, 1)] == [["day", "n", "x"], ["n"]]


def test_misfits_are_counted_by_column() -> None:
    step = Cast((Column("n", "n", INTEGER), Column("x", "x", ColumnType("number"))))
    outcome = step(text_rows(n=["a", "b", "3"], x=["c", "1", ""]))
    assert outcome.counts == {"type.n": 2, "type.x": 1}


def test_rejects_have_their_schema_where_there_are_none() -> None:
    assert AMOUNT(text_rows(amount=["1"])).rejected.schema == REJECTED


def test_null_tokens_are_null_in_typed_columns_and_left_in_text() -> None:
    step = Cast((Column("n", "n", INTEGER), Column("a", "a", TEXT)), ("", "NA", "-999"))
    accepted = step(text_rows(n=["NA", " -999 ", "", "5"], a=["NA", "-999", "", "x"])).accepted
    assert accepted["n"].to_pylist() == [None, None, None, 5]
    assert accepted["a"].to_pylist() == ["NA", "-999", "", "x"]


def test_undeclared_columns_are_rescued_as_json_in_the_order_of_the_file() -> None:
    outcome = AMOUNT(text_rows(z=["1"], amount=["2"], a=[" x "]))
    assert outcome.accepted["_rescued"].to_pylist() == ['{"z":"1","a":" x "}']


@pytest.mark.parametrize(
    "name", ['a"b', "a\\b", "a\nb", "\x01", "é", "😀", "_flags", "_rescued", " value", "a.b", "$.a"]
)
def test_an_undeclared_column_may_have_any_name(name: str) -> None:
    outcome = AMOUNT(text_rows(**{"amount": ["1"], name: ["x"]}))
    assert json.loads(outcome.accepted["_rescued"][0].as_py()) == {name: "x"}
    assert outcome.accepted["_flags"].to_pylist() == [None]


@settings(max_examples=50, deadline=None)
@given(cells=st.lists(st.sampled_from(NASTY) | ANY_TEXT, min_size=1, max_size=4))
def test_rescued_text_is_read_back_as_it_was(cells: list[str]) -> None:
    outcome = AMOUNT(text_rows(amount=["1"] * len(cells), extra=cells))
    assert [json.loads(text)["extra"] for text in outcome.accepted["_rescued"].to_pylist()] == cells


def test_a_header_name_with_odd_characters_can_be_declared() -> None:
    step = Cast((Column("amount", 'the "amount", in €\n', INTEGER),))
    assert step(text_rows(**{'the "amount", in €\n': ["5"]})).accepted["amount"].to_pylist() == [5]


def test_two_columns_may_swap_their_names() -> None:
    step = Cast((Column("a", "b", INTEGER), Column("b", "a", INTEGER)))
    row = step(text_rows(a=["1"], b=["2"])).accepted.to_pylist()[0]
    assert (row["a"], row["b"]) == (2, 1)


TOTAL = Column("total", "Total", INTEGER, aliases=("TOTAL", "Sum"))


@pytest.mark.parametrize("name", ["Total", "TOTAL", "Sum"])
def test_a_column_is_found_under_any_of_its_names(name: str) -> None:
    row = Cast((TOTAL,))(text_rows(**{name: ["7"]})).accepted.to_pylist()[0]
    assert (row["total"], row["_rescued"]) == (7, None)


def test_of_two_names_the_first_counts_and_the_other_is_rescued() -> None:
    row = Cast((TOTAL,))(text_rows(Sum=["8"], TOTAL=["7"])).accepted.to_pylist()[0]
    assert (row["total"], row["_rescued"]) == (7, '{"Sum":"8"}')


def test_a_text_column_has_several_names_too() -> None:
    step = Cast((Column("a", "a", TEXT, aliases=("A",)),))
    assert step(text_rows(A=["x"])).accepted["a"].to_pylist() == ["x"]


def test_a_null_token_of_a_column_is_none_in_the_others() -> None:
    step = Cast((Column("n", "n", INTEGER, null_tokens=("-999",)), Column("m", "m", INTEGER)), ("", "NA"))
    accepted = step(text_rows(n=["-999", "NA", "5"], m=["-999", "NA", "5"])).accepted
    assert accepted["n"].to_pylist() == [None, None, 5]
    assert accepted["m"].to_pylist() == [-999, None, 5]
