"""The schema step's modes: what becomes of new columns, missing columns and cells that do not cast."""

from __future__ import annotations

import json

import pyarrow as pa
import pytest

from processors.chain import Chain
from processors.columns import Column, ColumnType
from processors.outcome import Outcome
from processors.rules.checks import NotNull
from processors.schema import Cast
from processors.schemas.model import Mode
from processors.validation import Rule, Validate
from tests.processors.batches import accepted_ids, reasons, rejected_ids, text_rows

INTEGER, TEXT, PRICE = ColumnType("integer"), ColumnType("string"), ColumnType("decimal", 5, 2)
COLUMNS = (Column("n", "N", INTEGER), Column("price", "price", PRICE), Column("a", "a", TEXT))


def cast(
    *,
    new: Mode = "rescue",
    missing: Mode = "freeze",
    misfits: Mode = "quarantine",
    columns: tuple[Column, ...] = COLUMNS,
) -> Cast:
    """The step with these modes."""
    return Cast(columns, ("", "NA"), new_columns=new, missing_columns=missing, misfits=misfits)


def actions(outcome: Outcome) -> list[tuple[str, str | None, str | None, str | None]]:
    """Rule, column, value and action of each reason."""
    found = [reason for row in outcome.rejected["reasons"].to_pylist() for reason in row]
    return [(each["rule"], each["column"], each["value"], each["action"]) for each in found]


FILE = text_rows(N=["1", "two", "3.5"], price=["1.00", "1.00", "x"], a=["p", "q", "r"])


def test_a_rescued_misfit_is_null_and_its_text_is_kept_under_its_name_in_the_header() -> None:
    rows = cast(misfits="rescue")(FILE).accepted.to_pylist()
    assert [(row["n"], row["price"] is None) for row in rows] == [(1, False), (None, False), (None, True)]
    assert [row["_rescued"] for row in rows] == [None, '{"N":"two"}', '{"N":"3.5","price":"x"}']


def test_a_rescued_misfit_is_told_in_the_flags_and_counted() -> None:
    outcome = cast(misfits="rescue")(FILE)
    assert outcome.accepted["_flags"].to_pylist() == [None, "misfit.n", "misfit.n,misfit.price"]
    assert outcome.counts == {"misfit.n": 2, "misfit.price": 1}


def test_undeclared_cells_and_rescued_misfits_are_one_object() -> None:
    odd = 'a "b"\n'
    rows = text_rows(**{"N": ["x\\", "2"], odd: ["1", "é"], "price": ["", ""], "a": ["", ""]})
    kept = cast(misfits="rescue")(rows).accepted["_rescued"].to_pylist()
    assert [json.loads(each) for each in kept] == [{odd: "1", "N": "x\\"}, {odd: "é"}]


def test_a_not_null_rule_sees_a_null_where_a_cell_was_rescued() -> None:
    rule = Rule("n_there", "n must not be null", "n", NotNull("n"))
    outcome = Chain((cast(misfits="rescue"), Validate((rule,))))(FILE)
    assert rejected_ids(outcome) == [2, 3]


def test_a_misfit_that_freezes_has_a_reason_with_that_action() -> None:
    assert actions(cast(misfits="freeze")(FILE)) == [
        ("type", "n", "two", "freeze"),
        ("type", "n", "3.5", "freeze"),
        ("type", "price", "x", "freeze"),
    ]


def test_a_misfit_that_a_wider_type_takes_asks_for_it_and_the_others_are_rescued() -> None:
    rows = text_rows(N=["1", "two", "3.5"], price=["1.001", "1000.00", "1e3"], a=["", "", ""])
    outcome = cast(misfits="evolve")(rows)
    assert actions(outcome) == [
        ("type", "price", "1.001", "evolve"),
        ("type", "price", "1000.00", "evolve"),
        ("type", "n", "3.5", "evolve"),
    ]
    assert outcome.refused is not None
    assert outcome.refused["_rescued"].to_pylist() == [None, '{"N":"two"}', '{"price":"1e3"}']


NEW = text_rows(N=["1", "2", "3"], price=["", "", ""], a=["", "", ""], x=["", " NA ", "v"], y=["", "", "w"])


def test_records_with_a_value_in_a_new_column_are_refused_with_a_reason_for_each_column() -> None:
    outcome = cast(new="quarantine")(NEW)
    assert accepted_ids(outcome) == [1, 2]
    assert actions(outcome) == [("new_column", "x", "v", "quarantine"), ("new_column", "y", "w", "quarantine")]
    assert "the config has no column 'x'" in str(reasons(outcome)[0]["message"])


@pytest.mark.parametrize("mode", ["rescue", "evolve", "freeze"])
def test_in_the_other_modes_cells_of_new_columns_are_kept(mode: Mode) -> None:
    assert json.loads(cast(new=mode)(NEW).accepted["_rescued"][2].as_py()) == {"x": "v", "y": "w"}


LACKING = text_rows(a=["p", "q"])


def test_all_records_of_a_file_that_lacks_a_column_are_refused() -> None:
    outcome = cast(missing="quarantine")(LACKING)
    assert actions(outcome) == 2 * [
        ("missing_column", "n", None, "quarantine"),
        ("missing_column", "price", None, "quarantine"),
    ]
    assert outcome.counts == {"rule.missing_column": 2}


def test_a_missing_column_that_is_rescued_is_null_and_told_in_the_flags() -> None:
    outcome = cast(missing="rescue")(LACKING)
    assert outcome.accepted["n"].to_pylist() == [None, None]
    assert outcome.accepted["_flags"].to_pylist() == 2 * ["missing.n,missing.price"]
    assert outcome.counts == {"missing.n": 2, "missing.price": 2}


@pytest.mark.parametrize("mode", ["evolve", "freeze"])
def test_in_the_other_modes_a_missing_column_is_null_and_nothing_is_told(mode: Mode) -> None:
    accepted = cast(missing=mode)(LACKING).accepted
    assert (accepted["n"].null_count, accepted["_flags"].null_count) == (2, 2)


@pytest.mark.parametrize("mode", ["evolve", "quarantine", "rescue", "freeze"])
def test_an_optional_column_is_never_missing(mode: Mode) -> None:
    columns = (Column("n", "N", INTEGER, optional=True), Column("a", "a", TEXT))
    outcome = cast(missing=mode, columns=columns)(LACKING)
    assert (outcome.rejected.num_rows, outcome.accepted["_flags"].null_count) == (0, 2)


def test_a_missing_column_gets_no_further_reason() -> None:
    rule = Rule("n_there", "n must not be null", "n", NotNull("n"))
    outcome = Chain((cast(missing="quarantine"), Validate((rule,))))(LACKING)
    assert {rule for rule, *_ in actions(outcome)} == {"missing_column"}


def test_a_record_may_have_a_rescued_misfit_and_be_refused_for_a_new_column() -> None:
    rows = text_rows(N=["two"], price=[""], a=[""], x=["v"])
    outcome = cast(new="quarantine", misfits="rescue")(rows)
    assert actions(outcome) == [("new_column", "x", "v", "quarantine")]
    assert isinstance(outcome.refused, pa.RecordBatch)
    assert json.loads(outcome.refused["_rescued"][0].as_py()) == {"x": "v", "N": "two"}


def test_a_null_token_in_a_typed_column_is_told_in_the_flags_and_counted() -> None:
    rows = text_rows(N=["NA", " NA ", "", "7"], price=["1", "NA", "  ", "1"], a=["NA", "NA", "NA", "x"])
    outcome = cast()(rows)
    assert outcome.accepted["_flags"].to_pylist() == ["emptied.n", "emptied.n,emptied.price", None, None]
    assert outcome.counts == {"emptied.n": 2, "emptied.price": 1}


def test_a_null_token_that_would_be_a_number_is_told_too() -> None:
    columns = (Column("n", "n", INTEGER, null_tokens=("-999",)),)
    outcome = cast(columns=columns)(text_rows(n=["-999", "-99"]))
    assert outcome.accepted["_flags"].to_pylist() == ["emptied.n", None]


def test_emptied_cells_stand_behind_misfits_in_the_flags() -> None:
    rows = text_rows(N=["NA"], price=["x"], a=["x"])
    assert cast(misfits="rescue")(rows).accepted["_flags"].to_pylist() == ["misfit.price,emptied.n"]


def test_emptied_cells_are_counted_of_accepted_rows_and_told_of_refused_ones() -> None:
    outcome = cast()(text_rows(N=["NA", "NA"], price=["x", "1"], a=["x", "x"]))
    assert outcome.counts == {"type.price": 1, "emptied.n": 1}
    assert outcome.refused is not None
    assert outcome.refused["_flags"].to_pylist() == ["emptied.n"]
