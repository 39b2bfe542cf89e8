"""What is put in the place of nulls, and in that of cells that break a rule."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import polars as pl
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from processors.chain import Chain
from processors.cleaning.imputing import Impute, Substitute
from processors.cleaning.refilling import Refill, Refilled
from processors.columns import ColumnType
from processors.outcome import ROW_ID, Outcome
from processors.parameters.fitting import fit
from processors.parameters.model import Fitted, Parameters, Statistic
from processors.parameters.writing import written
from processors.rules.checks import Check, NotNull, OneOf, Range
from processors.validation import Rule, Validate
from tests.processors.batches import typed_batches, with_ids
from tests.processors.test_fitting import TYPES

INTEGER, TEXT = ColumnType("integer"), ColumnType("string")
MEDIAN = Statistic("median", "v")


def rows_of(**arrays: pa.Array) -> pa.RecordBatch:
    """Columns with empty `_flags` and `_rescued`."""
    count = max(len(array) for array in arrays.values())
    return with_ids({"_flags": pa.nulls(count, pa.string()), "_rescued": pa.nulls(count, pa.string()), **arrays})


def known(*fitted: Fitted) -> Parameters:
    return Parameters("shop", 1, "2026-11-20", fitted)


@pytest.mark.parametrize(
    ("kind", "arrow", "figure", "value"),
    [
        (INTEGER, pa.int64(), "2.5", 2),
        (INTEGER, pa.int64(), "3.5", 4),
        (INTEGER, pa.int64(), "-0.5", 0),
        (INTEGER, pa.int64(), "9223372036854775807", (1 << 63) - 1),
        (ColumnType("decimal", 9, 2), pa.decimal128(9, 2), "1.005", Decimal("1.00")),
        (ColumnType("decimal", 9, 2), pa.decimal128(9, 2), "1.0050000001", Decimal("1.01")),
        (ColumnType("number"), pa.float64(), "2.5", 2.5),
        (TEXT, pa.string(), "2.5", "2.5"),
        (TEXT, pa.large_string(), " Bø", " Bø"),
        (ColumnType("boolean"), pa.bool_(), "true", True),
        (ColumnType("date", formats=("%d.%m.%Y",)), pa.date32(), "2026-11-21", date(2026, 11, 21)),
    ],
)
def test_a_figure_takes_the_type_of_its_column(
    kind: ColumnType, arrow: pa.DataType, figure: str, value: object
) -> None:
    step = Impute((Substitute("v", kind, MEDIAN),)).given(known(Fitted(MEDIAN, 9, (figure,))))
    outcome = step(rows_of(v=pa.nulls(1, arrow)))
    assert outcome.accepted["v"].to_pylist() == [value]
    assert outcome.accepted["v"].type == arrow
    assert outcome.accepted["_flags"].to_pylist() == ["imputed.v"]


def test_a_constant_needs_no_parameters() -> None:
    outcome = Impute((Substitute("v", INTEGER, constant="7"),))(rows_of(v=pa.array([1, None])))
    assert outcome.accepted["v"].to_pylist() == [1, 7]
    assert outcome.counts == {"imputed.v": 1}


@pytest.mark.parametrize("parameters", [None, known(), known(Fitted(MEDIAN, 0, ()))])
def test_without_a_figure_a_null_stays(parameters: Parameters | None) -> None:
    rows = rows_of(v=pa.array([1, None]))
    outcome = Impute((Substitute("v", INTEGER, MEDIAN),), parameters)(rows)
    assert outcome.accepted.equals(rows)
    assert outcome.counts == {}


@settings(max_examples=40, deadline=None)
@given(
    typed_batches(), typed_batches(), st.sampled_from([("code",), ("paid", "n"), ("x", "day"), ("price", "at", "name")])
)
def test_a_group_takes_its_own_figure_and_a_new_one_that_of_all(
    before: pa.RecordBatch, rows: pa.RecordBatch, by: tuple[str, ...]
) -> None:
    """Whatever the types of its cells, nulls among them."""
    statistic = Statistic("last", "name" if "name" not in by else "code", by)
    (fitted,) = fit((statistic,), before, TYPES)
    kinds = tuple(TYPES[name] for name in by)
    outcome = Impute((Substitute(statistic.column, TYPES[statistic.column], statistic, by=kinds),)).given(
        known(fitted)
    )(rows)
    figures, (rest,) = dict(fitted.groups), fitted.values or (None,)
    keys = zip(*(texts(rows[name]) for name in by), strict=True)
    expected = [
        cell if cell is not None else figures.get(key, (rest,))[0]
        for cell, key in zip(rows[statistic.column].to_pylist(), keys, strict=True)
    ]
    assert outcome.accepted[statistic.column].to_pylist() == expected


def texts(cells: pa.Array) -> list[str | None]:
    """Group cells as parameters tell them."""
    one_zero = [0.0 if cell == 0 else cell for cell in cells.to_pylist()] if cells.type == pa.float64() else cells
    return written(pl.Series(one_zero)).to_list()


def test_what_stands_beside_is_taken_as_it_came() -> None:
    """The group of a row is not that of its imputed city, whatever the order of the columns."""
    price = Statistic("median", "price", ("city",))
    columns = (
        Substitute("city", TEXT, Statistic("mode", "city")),
        Substitute("price", INTEGER, price, by=(TEXT,)),
    )
    given = known(
        Fitted(Statistic("mode", "city"), 9, ("Oslo",)),
        Fitted(price, 9, ("1",), (((None,), ("2",)), (("Oslo",), ("3",)))),
    )
    rows = rows_of(city=pa.array([None, "Oslo", "Bonn"], pa.string()), price=pa.nulls(3, pa.int64()))
    for order in (columns, columns[::-1]):
        accepted = Impute(order).given(given)(rows).accepted
        assert accepted["price"].to_pylist() == [2, 3, 1]
        assert accepted["city"].to_pylist() == ["Oslo", "Oslo", "Bonn"]


def refilled(*rules: tuple[str, Check, str | None], **arrays: pa.Array) -> Outcome:
    """Rules of `v`, each with its constant; None: the median, of which nothing is known."""
    made = tuple(
        Refilled(
            Rule(name, "must", "v", check, action="impute"),
            Substitute("v", INTEGER, None if constant else MEDIAN, constant),
            "V",
        )
        for name, check, constant in rules
    )
    return Refill(made)(rows_of(**arrays))


def test_a_cell_that_breaks_a_rule_is_refilled_and_kept() -> None:
    outcome = refilled(("small", Range("v", maximum=9), "5"), v=pa.array([1, 10, None]))
    assert outcome.accepted["v"].to_pylist() == [1, 5, None]
    assert outcome.accepted["_flags"].to_pylist() == [None, "imputed.v", None]
    assert outcome.accepted["_rescued"].to_pylist() == [None, '{"V":"10"}', None]
    assert outcome.counts == {"rule.small": 1, "unknown.small": 1, "imputed.v": 1}


def test_without_a_figure_a_cell_that_breaks_a_rule_is_null() -> None:
    outcome = refilled(("small", Range("v", maximum=9), None), v=pa.array([1, 10]))
    assert outcome.accepted["v"].to_pylist() == [1, None]
    assert outcome.accepted["_rescued"].to_pylist() == [None, '{"V":"10"}']
    assert outcome.counts == {"rule.small": 1, "imputed.v": 1}


def test_a_null_that_breaks_a_rule_has_nothing_to_keep() -> None:
    outcome = refilled(("there", NotNull("v"), "5"), v=pa.array([1, None]))
    assert outcome.accepted["v"].to_pylist() == [1, 5]
    assert outcome.accepted["_rescued"].null_count == 2
    assert outcome.counts == {"rule.there": 1, "imputed.v": 1}


def test_a_null_that_stays_null_is_not_imputed() -> None:
    outcome = refilled(("there", NotNull("v"), None), v=pa.array([None], pa.int64()))
    assert outcome.accepted["_flags"].to_pylist() == [None]
    assert outcome.counts == {"rule.there": 1}


def test_of_several_broken_rules_the_first_refills() -> None:
    rules = ("small", Range("v", maximum=9), "5"), ("known", OneOf("v", ("1", "5"), INTEGER), "1")
    outcome = refilled(*rules, v=pa.array([10, 7]))
    assert outcome.accepted["v"].to_pylist() == [5, 1]
    assert outcome.counts == {"rule.small": 1, "rule.known": 2, "imputed.v": 2}
    assert outcome.accepted["_rescued"].to_pylist() == ['{"V":"10"}', '{"V":"7"}']


def test_what_was_imputed_and_breaks_a_rule_is_not_what_came() -> None:
    rule = Rule("small", "must", "v", Range("v", maximum=9), action="impute")
    step = Refill((Refilled(rule, Substitute("v", INTEGER, constant="5"), "V"),))
    rows = rows_of(
        v=pa.array([10, 11]), _flags=pa.array(["imputed.v", "clipped.v"]), _rescued=pa.array([None, '{"V":"99"}'])
    )
    outcome = step(rows)
    assert outcome.accepted["_flags"].to_pylist() == ["imputed.v", "clipped.v,imputed.v"]
    assert outcome.accepted["_rescued"].to_pylist() == [None, '{"V":"99"}']
    assert outcome.marked["imputed.v"].tolist() == [rows[ROW_ID][1].as_py()]


def test_what_a_row_that_was_refused_before_breaks_is_counted_and_a_reason() -> None:
    rule = Rule("small", "v must be at most 9", "v", Range("v", maximum=9), severity="warning", action="impute")
    chain = Chain(
        (
            Validate((Rule("known", "", "w", NotNull("w")),)),
            Refill((Refilled(rule, Substitute("v", INTEGER, constant="5"), "V"),)),
            Validate((Rule("five", "", "v", Range("v", maximum=4), action="warn"),)),
        )
    )
    outcome = chain(rows_of(v=pa.array([10, 10, 1, None]), w=pa.array(["x", None, None, None], pa.string())))
    reasons = outcome.rejected["reasons"].to_pylist()
    told = [[(each["rule"], each["value"], each["action"]) for each in row] for row in reasons]
    known = ("known", None, "quarantine")
    assert told == [[known, ("small", "10", "impute"), ("five", "5", "warn")], [known], [known]]
    assert {name: count for name, count in outcome.counts.items() if name.endswith("small")} == {
        "rule.small": 2,
        "unknown.small": 1,
    }


def test_a_rule_that_asks_some_rows_only_refills_these() -> None:
    rule = Rule("age_range", "", "age", Range("age", maximum=120), action="impute", when="kind = 'person'")
    rows = rows_of(age=pa.array([999, 999, None], pa.int64()), kind=pa.array(["person", "house", "person"]))
    outcome = Refill((Refilled(rule, Substitute("age", ColumnType("integer"), constant="40"), "age"),))(rows)
    assert outcome.accepted["age"].to_pylist() == [40, 999, None]
    assert outcome.counts == {
        "skipped.age_range": 1,
        "unknown.age_range": 1,
        "rule.age_range": 1,
        "imputed.age": 1,
    }
