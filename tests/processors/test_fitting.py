"""Statistics agree with those that the standard library computes one row at a time, whatever the order of the rows."""

from __future__ import annotations

import math
import statistics
from collections import Counter
from collections.abc import Sequence
from decimal import Decimal, localcontext
from fractions import Fraction

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from processors.columns import ColumnType
from processors.outcome import ROW_ID
from processors.parameters import fitting
from processors.parameters.fitting import fit
from processors.parameters.model import Fitted, Statistic, StatisticKind
from processors.parameters.writing import read
from tests.processors.batches import TYPED, typed_batches

KINDS: tuple[StatisticKind, ...] = ("median", "mean", "mode", "last", "quartiles", "moments", "mad")
TYPES = {
    "code": ColumnType("string"),
    "name": ColumnType("category"),
    "n": ColumnType("integer"),
    "x": ColumnType("number"),
    "price": ColumnType("decimal", 10, 2),
    "paid": ColumnType("boolean"),
    "day": ColumnType("date"),
    "at": ColumnType("timestamp"),
}
NUMERIC = ("n", "x", "price")
INTEGERS = st.lists(st.integers(-(1 << 63), (1 << 63) - 1), min_size=1, max_size=12)
DECIMALS = st.lists(st.decimals(-(10**35), 10**35, places=2), min_size=1, max_size=12)
FLOATS = st.lists(st.floats(allow_nan=False, allow_infinity=False), min_size=1, max_size=12)
MILD = st.lists(st.floats(-1e6, 1e6).map(lambda value: round(value, 3)), min_size=1, max_size=12)

law = settings(max_examples=40, deadline=None)


def rows_of(values: Sequence[object], kind: pa.DataType, **columns: Sequence[object]) -> pa.RecordBatch:
    """A column `v`, and others, with ascending row ids."""
    ids = pa.array(range(1, len(values) + 1), pa.int64())
    return pa.record_batch({ROW_ID: ids, "v": pa.array(values, kind), **{k: pa.array(v) for k, v in columns.items()}})


def fitted(kind: StatisticKind, values: Sequence[object], arrow: pa.DataType, logical: ColumnType) -> Fitted:
    """One statistic of one column."""
    (found,) = fit((Statistic(kind, "v"),), rows_of(values, arrow), {"v": logical})
    return found


def of_integers(kind: StatisticKind, values: Sequence[int | None]) -> tuple[str, ...]:
    return fitted(kind, values, pa.int64(), ColumnType("integer")).values


def of_floats(kind: StatisticKind, values: Sequence[float | None]) -> tuple[float, ...]:
    return tuple(float(text) for text in fitted(kind, values, pa.float64(), ColumnType("number")).values)


def of_decimals(kind: StatisticKind, values: Sequence[Decimal | None]) -> tuple[str, ...]:
    return fitted(kind, values, pa.decimal128(38, 2), ColumnType("decimal", 38, 2)).values


def nearly(text: str, exact: Fraction, places: int) -> bool:
    """Whether `text` is `exact`, rounded to so many places."""
    return abs(Fraction(text) - exact) <= Fraction(1, 2 * 10**places)


def absolute_deviations(values: Sequence[Fraction]) -> list[Fraction]:
    middle = statistics.median(values)
    return [abs(value - middle) for value in values]


@law
@given(INTEGERS)
def test_figures_of_integers_are_exact(values: list[int]) -> None:
    exact = [Fraction(value) for value in values]
    (middle,), (mean,) = of_integers("median", values), of_integers("mean", values)
    assert Fraction(middle) == statistics.median(exact)
    assert nearly(mean, statistics.mean(exact), 15)
    centre, mad = of_integers("mad", values)
    assert Fraction(centre) == statistics.median(exact)
    assert Fraction(mad) == statistics.median(absolute_deviations(exact))


@law
@given(DECIMALS)
def test_figures_of_decimals_are_exact(values: list[Decimal]) -> None:
    exact = [Fraction(value) for value in values]
    (middle,), (mean,) = of_decimals("median", values), of_decimals("mean", values)
    assert Fraction(middle) == statistics.median(exact)
    assert nearly(mean, statistics.mean(exact), 17)
    assert Fraction(of_decimals("mad", values)[1]) == statistics.median(absolute_deviations(exact))


@law
@given(INTEGERS | INTEGERS.map(lambda values: [value + (1 << 62) for value in range(len(values))]))
def test_the_deviation_of_integers_is_exact_however_large_they_are(values: list[int]) -> None:
    assume(len(values) > 1)
    mean, deviation = of_integers("moments", values)
    assert nearly(mean, statistics.mean([Fraction(value) for value in values]), 15)
    with localcontext(prec=60):
        variance = statistics.variance([Fraction(value) for value in values])
        root = (Decimal(variance.numerator) / Decimal(variance.denominator)).sqrt()
    assert nearly(deviation, Fraction(root), 14)


@law
@given(FLOATS)
def test_figures_of_floats_are_the_exact_ones_rounded_once(values: list[float]) -> None:
    exact = [Fraction(value) for value in values]
    assert of_floats("median", values) == (float(statistics.median(exact)),)
    assert of_floats("mad", values)[1] == float(statistics.median(absolute_deviations(exact)))
    (mean,) = of_floats("mean", values)
    assert mean == pytest.approx(float(statistics.mean(exact)), rel=1e-15, abs=5e-324)
    assert min(values) <= mean <= max(values)


@law
@given(MILD)
def test_moments_of_floats_are_those_of_the_library(values: list[float]) -> None:
    found = of_floats("moments", values)
    if len(values) < 2:
        assert found == ()
    else:
        assert found == pytest.approx((statistics.mean(values), statistics.stdev(values)), rel=1e-12, abs=1e-12)


@law
@given(MILD, st.sampled_from([-1000, -300, 0, 300, 900]))
def test_moments_do_not_depend_on_the_unit(values: list[float], power: int) -> None:
    """Squares neither overflow nor vanish."""
    assume(len(values) > 1 and all(value == 0 or abs(value) > 1e-3 for value in values))
    found = of_floats("moments", [math.ldexp(value, power) for value in values])
    expected = [math.ldexp(figure, power) for figure in of_floats("moments", values)]
    assert found == pytest.approx(expected, rel=1e-12, abs=5e-324)


@law
@given(MILD)
def test_quartiles_are_those_of_numpy(values: list[float]) -> None:
    assert of_floats("quartiles", values) == pytest.approx(tuple(np.quantile(values, [0.25, 0.75])), rel=1e-12)


@law
@given(INTEGERS)
def test_quartiles_of_integers_are_exact(values: list[int]) -> None:
    low, high = of_integers("quartiles", values)
    exact = [Fraction(value) for value in values]
    if len(values) > 1:
        first, _, third = statistics.quantiles(exact, n=4, method="inclusive")
        assert (Fraction(low), Fraction(high)) == (first, third)
    else:
        assert Fraction(low) == Fraction(high) == exact[0]


@pytest.mark.parametrize(
    ("values", "figure"),
    [([1.7e308, 1.7e308], 1.7e308), ([1.7e308, -1.7e308], 0.0), ([5e-324], 5e-324), ([0.1] * 3, 0.1)],
)
def test_a_mean_does_not_overflow_and_stays_among_its_values(values: list[float], figure: float) -> None:
    assert of_floats("mean", values) == (figure,)


def test_a_constant_column_has_no_deviation() -> None:
    assert of_floats("moments", [0.1] * 10) == (0.1, 0.0)
    assert of_integers("moments", [7] * 10) == ("7", "0")
    assert of_integers("mad", [7] * 10) == ("7", "0")


def test_a_deviation_beyond_a_float_is_none() -> None:
    assert of_floats("moments", [1.7e308, -1.7e308]) == ()


def test_what_is_no_finite_number_counts_as_null() -> None:
    values = [1.0, math.nan, math.inf, 3.0, -math.inf, None]
    found = fitted("mean", values, pa.float64(), ColumnType("number"))
    assert (found.values, found.rows) == (("2.0",), 2)


def test_figures_of_exact_numbers_have_fifteen_digits_more_than_these() -> None:
    assert of_integers("mean", [0, 0, 1]) == ("0.333333333333333",)
    assert of_decimals("mean", [Decimal("0.01"), Decimal(0), Decimal(0)]) == ("0.00333333333333333",)
    assert of_decimals("median", [Decimal("100.00"), Decimal("300.00")]) == ("200",)


@law
@given(typed_batches(rows_max=8), st.sampled_from(tuple(TYPES)))
def test_the_most_frequent_value_is_the_smallest_of_several(rows: pa.RecordBatch, column: str) -> None:
    (found,) = fit((Statistic("mode", column),), rows, TYPES)
    values = [value for value in rows[column].to_pylist() if value is not None]
    counted = Counter(values)
    if counted:
        best = min(value for value in counted if counted[value] == max(counted.values()))
        assert told(found.values, column) == (best,)
    else:
        assert (found.values, found.rows) == ((), 0)


@law
@given(typed_batches(rows_max=8), st.sampled_from(tuple(TYPES)))
def test_the_last_value_is_that_of_the_greatest_row_id(rows: pa.RecordBatch, column: str) -> None:
    (found,) = fit((Statistic("last", column),), rows, TYPES)
    values = [value for value in rows[column].to_pylist() if value is not None]
    assert told(found.values, column) == tuple(values[-1:])
    assert found.rows == len(values)


@law
@given(typed_batches(rows_max=8), st.data())
def test_nothing_depends_on_the_order_of_the_rows(rows: pa.RecordBatch, data: st.DataObject) -> None:
    asked = every_statistic()
    order = data.draw(st.permutations(range(rows.num_rows)))
    assert fit(asked, rows.take(pa.array(order, pa.int64())), TYPES) == fit(asked, rows, TYPES)


@law
@given(typed_batches(rows_max=8), st.sampled_from(KINDS), st.sampled_from([("code",), ("paid", "n"), ("x",)]))
def test_the_figure_of_a_group_is_that_of_its_rows_alone(
    rows: pa.RecordBatch, kind: StatisticKind, by: tuple[str, ...]
) -> None:
    column = "price" if kind not in {"mode", "last"} else "name"
    (found,) = fit((Statistic(kind, column, by),), rows, TYPES)
    cells = list(zip(*(rows[name].to_pylist() for name in by), strict=True))
    alone = {}
    for key in set(cells):
        mine = rows.filter(pa.array([each == key for each in cells], pa.bool_()))
        (figure,) = fit((Statistic(kind, column),), mine, TYPES)
        if figure.values:
            alone[key] = figure.values
    keys = [tuple(told([text], name)[0] for text, name in zip(key, by, strict=True)) for key, _ in found.groups]
    assert dict(zip(keys, (values for _, values in found.groups), strict=True)) == alone
    assert len(found.groups) == len(alone)


def test_groups_stand_in_order_with_that_of_nulls_first() -> None:
    rows = rows_of([1, 2, 3, 4], pa.int64(), city=["Oslo", None, "Bonn", "Oslo"])
    (found,) = fit(
        (Statistic("mean", "v", ("city",)),), rows, {"v": ColumnType("integer"), "city": ColumnType("string")}
    )
    assert found.values == ("2.5",)
    assert found.groups == (((None,), ("2",)), (("Bonn",), ("3",)), (("Oslo",), ("2.5",)))


def test_a_group_without_values_is_none() -> None:
    rows = rows_of([1, None], pa.int64(), city=["Oslo", "Bonn"])
    (found,) = fit(
        (Statistic("last", "v", ("city",)),), rows, {"v": ColumnType("integer"), "city": ColumnType("string")}
    )
    assert found.groups == ((("Oslo",), ("1",)),)


@pytest.mark.parametrize("kind", KINDS)
def test_of_more_groups_than_are_kept_the_largest_are(kind: StatisticKind, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fitting, "GROUPS_MAX", 2)
    rows = rows_of([1, 1, 2, 2, 3, 3, 4], pa.int64(), city=["d", "d", "c", "c", "b", "b", "a"])
    (found,) = fit((Statistic(kind, "v", ("city",)),), rows, {"v": ColumnType("integer"), "city": ColumnType("string")})
    assert [key for key, _ in found.groups] == [("b",), ("c",)]


def test_ten_thousand_groups_are_kept() -> None:
    keys = np.arange(10_001)
    rows = pa.record_batch({ROW_ID: pa.array(keys), "v": pa.array(keys), "k": pa.array(keys)})
    (found,) = fit((Statistic("mean", "v", ("k",)),), rows, {"v": ColumnType("integer"), "k": ColumnType("integer")})
    assert len(found.groups) == 10_000
    assert found.groups[-1] == (("9999",), ("9999",))


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("by", [(), ("code",)])
def test_no_rows_have_no_figures(kind: StatisticKind, by: tuple[str, ...]) -> None:
    empty = pa.record_batch({ROW_ID: pa.array([], pa.int64()), **{name: pa.array([], t) for name, (t, _) in typed()}})
    statistic = Statistic(kind, "n", by)
    assert fit((statistic,), empty, TYPES) == (Fitted(statistic, 0, ()),)


def test_a_column_that_is_not_there_has_no_values() -> None:
    rows = rows_of([1], pa.int64())
    asked = Statistic("mean", "w"), Statistic("mean", "v", ("w",))
    assert fit(asked, rows, {"v": ColumnType("integer"), "w": ColumnType("integer")}) == tuple(
        Fitted(each, 0, ()) for each in asked
    )


def typed() -> list[tuple[str, tuple[pa.DataType, st.SearchStrategy[object]]]]:
    return [(name, kind) for name, kind in TYPED.items() if name in TYPES]


def every_statistic() -> tuple[Statistic, ...]:
    numeric = [Statistic(kind, column, by) for kind in KINDS for column in NUMERIC for by in ((), ("code",))]
    return (*numeric, *(Statistic(kind, column) for kind in ("mode", "last") for column in TYPES))


def told(texts: Sequence[str | None], column: str) -> tuple[object, ...]:
    """The values that texts say, in the type of a column."""
    return tuple(read(texts, TYPES[column]).to_list())
