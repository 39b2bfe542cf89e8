"""Fences: where they stand, what is beyond them, and what becomes of it."""

from __future__ import annotations

import statistics
from decimal import Decimal
from fractions import Fraction

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from processors.cleaning.outliers import FenceKind, Fences, Outlier, OutlierAction, Outliers, fences_of
from processors.columns import ColumnType
from processors.outcome import Outcome
from processors.parameters.fitting import fit
from processors.parameters.model import Fitted, Parameters
from tests.processors.batches import accepted_ids, reasons, rejected_ids, with_ids

INTEGER, NUMBER, PRICE = ColumnType("integer"), ColumnType("number"), ColumnType("decimal", 6, 2)
ARROW = {"integer": pa.int64(), "number": pa.float64(), "decimal": pa.decimal128(6, 2)}
FENCES: tuple[FenceKind, ...] = ("iqr", "zscore", "mad")


def outlier(fences: FenceKind, k: float, kind: ColumnType = INTEGER, action: OutlierAction = "flag") -> Outlier:
    return Outlier("v", "V", kind, fences, k, action)


def parameters(column: Outlier, *values: str) -> Parameters:
    return Parameters("shop", 1, "2026-11-20", (Fitted(column.statistic, 9, values),))


def fences(kind: FenceKind, k: float, values: tuple[str, str], of: ColumnType = INTEGER) -> Fences | None:
    column = outlier(kind, k, of)
    return fences_of(column, parameters(column, *values))


def cleaned(column: Outlier, values: tuple[str, ...], *cells: object) -> Outcome:
    """A column `v` behind fences from 10 to 20, or what `values` make of them."""
    count = len(cells)
    nothing = {"_flags": pa.nulls(count, pa.string()), "_rescued": pa.nulls(count, pa.string())}
    rows = with_ids({"v": pa.array(cells, ARROW[column.type.name]), **nothing})
    return Outliers((column,)).given(parameters(column, *values))(rows)


def test_fences_stand_where_their_formulas_say() -> None:
    assert fences("iqr", 1.5, ("10", "20")) == Fences(-5, 35)
    assert fences("zscore", 3.0, ("10", "2")) == Fences(4, 16)
    assert fences("mad", 2.0, ("10", "10"), NUMBER) == Fences(10 - 29.652, 10 + 29.652)


def test_fences_are_rounded_inwards_to_a_value_of_the_type() -> None:
    assert fences("iqr", 1.5, ("1.25", "2.75")) == Fences(-1, 5)
    assert fences("zscore", 1.0, ("0", "0.005"), PRICE) == Fences(Decimal("0.00"), Decimal("0.00"))
    assert fences("zscore", 1.0, ("1.004", "0.006"), PRICE) == Fences(Decimal("1.00"), Decimal("1.01"))


def test_a_fence_beyond_the_type_is_none() -> None:
    assert fences("zscore", 3.0, ("0", "9e18")) == Fences(None, None)
    assert fences("zscore", 3.0, ("9000", "600"), PRICE) == Fences(Decimal("7200.00"), None)
    assert fences("zscore", 3.0, ("1e308", "1e308"), NUMBER) == Fences(None, None)


@pytest.mark.parametrize("kind", FENCES)
def test_there_are_no_fences_where_the_spread_is_nothing(kind: FenceKind) -> None:
    assert fences(kind, 3.0, ("7", "7") if kind == "iqr" else ("7", "0")) is None


@pytest.mark.parametrize("kind", FENCES)
def test_there_are_no_fences_without_figures(kind: FenceKind) -> None:
    column = outlier(kind, 3.0)
    assert fences_of(column, parameters(column)) is None
    assert fences_of(column, Parameters("shop", 1, None, ())) is None


def test_there_are_no_fences_with_no_value_between_them() -> None:
    assert fences("iqr", 0.1, ("2.4", "2.6")) is None


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.integers(-50, 50), min_size=2, max_size=20),
    st.sampled_from(FENCES),
    st.sampled_from([0.5, 1.5, 3.0]),
    st.integers(-200, 200),
)
def test_what_is_an_outlier_is_what_the_formulas_say(values: list[int], kind: FenceKind, k: float, value: int) -> None:
    column = outlier(kind, k)
    rows = with_ids({"v": pa.array(values)})
    given = Parameters("shop", 1, None, fit((column.statistic,), rows, {"v": INTEGER}))
    nothing = pa.nulls(1, pa.string())
    outcome = Outliers((column,)).given(given)(
        with_ids({"v": pa.array([value]), "_flags": nothing, "_rescued": nothing})
    )
    assert bool(outcome.counts) == is_outlier(values, kind, k, value)


def is_outlier(values: list[int], kind: FenceKind, k: float, value: int) -> bool:
    """As it is written in the books; fences between two integers that have none between them count for nothing."""
    exact = [Fraction(each) for each in values]
    if kind == "iqr":
        first, _, third = statistics.quantiles(exact, n=4, method="inclusive")
        low, high = first - Fraction(k) * (third - first), third + Fraction(k) * (third - first)
    elif kind == "zscore":
        centre, reach = statistics.mean(exact), Fraction(k) * Fraction(statistics.stdev(values))
        low, high = centre - reach, centre + reach
    else:
        centre = statistics.median(exact)
        reach = Fraction(k) * Fraction("1.4826") * statistics.median([abs(each - centre) for each in exact])
        low, high = centre - reach, centre + reach
    has_value_between = -(-low // 1) <= high // 1
    return low != high and (kind != "iqr" or first != third) and has_value_between and not low <= value <= high


def test_a_flagged_value_stays() -> None:
    outcome = cleaned(outlier("iqr", 1.5), ("10", "20"), -5, 35, -6, 36, None)
    assert outcome.accepted["v"].to_pylist() == [-5, 35, -6, 36, None]
    assert outcome.accepted["_flags"].to_pylist() == [None, None, "outlier.v", "outlier.v", None]
    assert outcome.accepted["_rescued"].null_count == 5
    assert outcome.counts == {"outlier.v": 2}


@pytest.mark.parametrize(
    ("kind", "cells", "after", "came"),
    [
        (INTEGER, [-6, 36, 7], [-5, 35, 7], ['{"V":"-6"}', '{"V":"36"}', None]),
        (NUMBER, [-5.5, 1e300, 7.0], [-5.0, 35.0, 7.0], ['{"V":"-5.5"}', '{"V":"1e+300"}', None]),
        (PRICE, [Decimal("-5.01"), Decimal("99.90")], [Decimal(-5), Decimal(35)], ['{"V":"-5.01"}', '{"V":"99.90"}']),
    ],
)
def test_a_clipped_value_becomes_the_nearer_fence(
    kind: ColumnType, cells: list[object], after: list[object], came: list[str | None]
) -> None:
    outcome = cleaned(outlier("iqr", 1.5, kind, "clip"), ("10", "20"), *cells)
    assert outcome.accepted["v"].to_pylist() == after
    assert outcome.accepted["v"].type == ARROW[kind.name]
    assert outcome.accepted["_rescued"].to_pylist() == came
    assert outcome.counts == {"clipped.v": 2}


def test_a_removed_value_becomes_null() -> None:
    outcome = cleaned(outlier("iqr", 1.5, action="null"), ("10", "20"), -6, 7)
    assert outcome.accepted["v"].to_pylist() == [None, 7]
    assert outcome.accepted["_flags"].to_pylist() == ["removed.v", None]
    assert outcome.accepted["_rescued"].to_pylist() == ['{"V":"-6"}', None]


def test_a_quarantined_row_has_the_value_and_the_fence() -> None:
    outcome = cleaned(
        outlier("iqr", 1.5, PRICE, "quarantine"), ("10", "20"), Decimal("-5.01"), Decimal(40), None, Decimal(7)
    )
    assert (accepted_ids(outcome), rejected_ids(outcome)) == ([3, 4], [1, 2])
    assert outcome.counts == {"rule.outlier_v": 2, "unknown.outlier_v": 1}
    low, high = reasons(outcome)[0], reasons(outcome, 1)[0]
    assert (low["rule"], low["column"], low["value"], low["action"]) == ("outlier_v", "v", "-5.01", "quarantine")
    assert low["message"] == "v must be at least -5.00, as its fences are now (iqr, k 1.5)"
    assert (high["value"], high["message"]) == ("40.00", "v must be at most 35.00, as its fences are now (iqr, k 1.5)")


def test_without_parameters_rows_pass_and_a_rule_knows_nothing() -> None:
    rows = with_ids({"v": pa.array([1, 999]), "_flags": pa.nulls(2, pa.string()), "_rescued": pa.nulls(2, pa.string())})
    for action in ("flag", "clip", "null"):
        outcome = Outliers((outlier("iqr", 1.5, action=action),))(rows)
        assert outcome.accepted.equals(rows)
        assert outcome.counts == {}
    assert Outliers((outlier("iqr", 1.5, action="quarantine"),))(rows).counts == {"unknown.outlier_v": 2}


def test_a_row_with_outliers_in_several_columns_has_all_of_them() -> None:
    columns = (outlier("iqr", 1.5, action="clip"), Outlier("w", "W", INTEGER, "iqr", 1.5, "quarantine"))
    fitted = tuple(Fitted(each.statistic, 9, ("10", "20")) for each in columns)
    flags, rescued = pa.array(["earlier", None]), pa.array(['{"x":"y"}', None])
    rows = with_ids({"v": pa.array([99, 99]), "w": pa.array([15, -9]), "_flags": flags, "_rescued": rescued})
    outcome = Outliers(columns).given(Parameters("shop", 1, None, fitted))(rows)
    assert outcome.accepted.select(["v", "_flags", "_rescued"]).to_pylist() == [
        {"v": 35, "_flags": "earlier,clipped.v", "_rescued": '{"x":"y","V":"99"}'}
    ]
    assert outcome.refused is not None
    assert outcome.refused["v"].to_pylist() == [35]
    assert rejected_ids(outcome) == [2]
