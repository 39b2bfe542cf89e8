"""Profiles of typed columns: they add up, they are exact as long as they say so, and then within their error."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, date, datetime
from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from processors.casting.casting import polars_type
from processors.columns import ColumnType
from processors.profiling.column_summary import ColumnSummary, merged, nothing, summary
from processors.profiling.description import describe
from processors.profiling.exact_sum import exact_sum
from processors.profiling.ordinals import ordinal, told
from processors.profiling.smallest_hashes import KEPT, TEXT_KEPT

INTEGER, NUMBER, TEXT = ColumnType("integer"), ColumnType("number"), ColumnType("string")
DECIMAL, WIDE = ColumnType("decimal", 12, 2), ColumnType("decimal", 38, 4)
DATE, MOMENT, TRUTH = ColumnType("date"), ColumnType("timestamp"), ColumnType("boolean")

VALUES: dict[ColumnType, st.SearchStrategy[Any]] = {
    INTEGER: st.integers(-(2**63), 2**63 - 1) | st.integers(0, 5),
    NUMBER: st.floats(allow_nan=False, allow_infinity=False),
    TEXT: st.text(max_size=3) | st.sampled_from(["x" * (TEXT_KEPT + 1), "x" * (TEXT_KEPT + 2)]),
    DECIMAL: st.decimals(-9_999_999_999, 9_999_999_999, places=2),
    WIDE: st.decimals(-(10**33), 10**33, places=4, allow_nan=False),
    DATE: st.dates(),
    MOMENT: st.datetimes().map(lambda moment: moment.replace(tzinfo=UTC)),
    TRUTH: st.booleans(),
}
COLUMNS = st.sampled_from(list(VALUES)).flatmap(
    lambda kind: st.tuples(st.just(kind), st.lists(st.none() | VALUES[kind], max_size=40), st.integers(0, 40))
)


def summarised(values: list[Any], kind: ColumnType, first: int = 0) -> ColumnSummary:
    """The summary of a column whose rows have ids from `first` on."""
    ids = pl.Series(range(first, first + len(values)), dtype=pl.Int64)
    return summary(ids, pl.Series(values, dtype=polars_type(kind), strict=True), kind)


def numbers(values: np.ndarray[Any, Any], first: int = 0) -> ColumnSummary:
    """The summary of many numbers."""
    ids = pl.Series(np.arange(first, first + len(values), dtype=np.int64))
    return summary(ids, pl.Series(values), INTEGER if values.dtype.kind == "i" else NUMBER)


@settings(deadline=None)
@given(COLUMNS)
def test_the_summaries_of_two_parts_make_that_of_the_whole(column: tuple[ColumnType, list[Any], int]) -> None:
    kind, values, cut = column
    parts = summarised(values[:cut], kind), summarised(values[cut:], kind, len(values[:cut]))
    assert parts[0].merged(parts[1]) == summarised(values, kind)


def test_the_summaries_of_long_parts_make_that_of_the_whole() -> None:
    values = np.random.default_rng(1).integers(0, 40_000, 90_000)
    parts = [numbers(values[at : at + 20_000], at) for at in range(0, 90_000, 20_000)]
    assert merged(parts, INTEGER) == merged(parts[::-1], INTEGER) == numbers(values)


def test_nothing_is_neutral() -> None:
    one = summarised([Decimal("1.25"), None], DECIMAL)
    assert one.merged(nothing(DECIMAL)) == one == nothing(DECIMAL).merged(one)


@settings(deadline=None)
@given(st.lists(st.floats(allow_nan=False, allow_infinity=False)))
def test_a_sum_of_numbers_is_not_rounded(values: list[float]) -> None:
    assert exact_sum(pl.Series(values, dtype=pl.Float64)) == sum(map(Fraction, values))


@settings(deadline=None)
@given(
    st.lists(st.floats(-1e6, 1e6) | st.integers(-3, 3).map(float), min_size=1, max_size=60),
    st.sampled_from(["0.01", "0.05", "0.25", "0.5", "0.75", "0.95", "0.99"]),
)
def test_a_quantile_is_that_of_numpy(values: list[float], share: str) -> None:
    found = describe(summarised(values, NUMBER), 10).quantiles[share]
    assert found == pytest.approx(np.quantile(values, float(share)), abs=1e-6)


@settings(deadline=None)
@given(st.lists(st.none() | st.integers(-5, 5), max_size=60))
def test_a_short_profile_is_exact(values: list[int | None]) -> None:
    known = [value for value in values if value is not None]
    found = describe(summarised(values, INTEGER), 4)
    assert (found.rows, found.nulls, found.distinct, found.exact) == (
        len(values),
        len(values) - len(known),
        len(set(known)),
        True,
    )
    assert (found.min, found.max) == ((min(known), max(known)) if known else (None, None))
    assert found.mean == (pytest.approx(sum(known) / len(known)) if known else None)
    assert dict(found.top).items() <= Counter(known).items()
    assert sum(found.histogram.counts if found.histogram else ()) == len(known)


def test_distinct_values_are_counted_exactly_up_to_ten_thousand() -> None:
    found = describe(numbers(np.repeat(np.arange(KEPT), 3)), 10)
    assert (found.exact, found.distinct, found.quantiles["0.5"]) == (True, KEPT, (KEPT - 1) / 2)


@pytest.mark.parametrize("seed", range(3))
def test_beyond_ten_thousand_figures_are_within_their_error_and_said_to_be_estimated(seed: int) -> None:
    values = np.random.default_rng(seed).normal(100, 15, 200_000)
    found, ordered = describe(numbers(values), 10), np.sort(values)
    assert not found.exact
    assert found.distinct == pytest.approx(200_000, rel=0.04)  # four standard errors
    for share, value in found.quantiles.items():
        assert abs(np.searchsorted(ordered, float(str(value))) / len(ordered) - float(share)) < 0.02
    assert [found.min, found.max] == [ordered[0], ordered[-1]]
    assert found.mean == pytest.approx(values.mean())


def test_a_frequent_value_among_very_many_is_found() -> None:
    values = np.arange(100_000)
    values[::4] = 7
    [(value, count), *_] = describe(numbers(values), 10).top
    assert value == 7
    assert count == pytest.approx(25_000, rel=0.08)


def test_a_summary_does_not_grow_with_the_rows() -> None:
    found = merged([numbers(np.arange(at, at + 50_000), at) for at in range(0, 500_000, 50_000)], INTEGER)
    assert (found.distinct.entries.height, found.sample.entries.height) == (KEPT, KEPT)


def test_a_long_text_is_kept_in_part_and_told_apart_as_a_whole() -> None:
    found = describe(summarised(["x" * 200, "x" * 201], TEXT), 10)
    assert (found.distinct, found.top) == (2, (("x" * TEXT_KEPT, 2),))


def test_a_number_that_is_not_finite_is_no_value() -> None:
    found = describe(summarised([1.0, float("inf"), float("nan")], NUMBER), 10)
    assert (found.rows, found.nulls, found.mean) == (3, 2, 1.0)


@pytest.mark.parametrize(
    ("kind", "values", "expected"),
    [
        (DECIMAL, [Decimal("0.10"), Decimal("0.25")], ("0.10", "0.25", "0.175")),
        (WIDE, [Decimal(10) ** 33] * 2, (f"{10**33}.0000",) * 3),
        (DATE, [date(2026, 11, 1), date(2026, 11, 4)], ("2026-11-01", "2026-11-04", "2026-11-02")),
        (
            MOMENT,
            [datetime(2026, 11, 1, tzinfo=UTC), datetime(2026, 11, 2, tzinfo=UTC)],
            ("2026-11-01T00:00:00.000000Z", "2026-11-02T00:00:00.000000Z", "2026-11-01T12:00:00.000000Z"),
        ),
        (INTEGER, [1, 2], (1, 2, 1.5)),
    ],
)
def test_figures_are_told_in_the_words_of_the_type(
    kind: ColumnType, values: list[Any], expected: tuple[object, object, object]
) -> None:
    found = describe(summarised(values, kind), 10)
    told_figures: tuple[object, ...] = (found.min, found.max, found.mean)
    assert told_figures == expected


@settings(deadline=None)
@given(VALUES[DECIMAL])
def test_a_decimal_is_told_as_it_is(value: Decimal) -> None:
    written = told(Fraction(ordinal(value, DECIMAL)), DECIMAL)
    assert (Decimal(str(written)), str(written)) == (value, f"{value:.2f}")
