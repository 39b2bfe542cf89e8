"""Rules over whole dates: what they say of figures, exactly at their ends, and where there is nothing to judge."""

from __future__ import annotations

import math
from collections.abc import Iterator
from datetime import date, timedelta
from fractions import Fraction

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from processors.columns import ColumnType
from processors.rules.set_rules import (
    Distribution,
    Figures,
    Freshness,
    Limits,
    RowCount,
    Volume,
    figures,
    judge_distribution,
    judge_freshness,
    judge_row_count,
    judge_volume,
)

DECIMAL, DATE, MOMENT = ColumnType("decimal", 12, 2), ColumnType("date"), ColumnType("timestamp")
DAY = date(2026, 11, 20)
DAYS = (DAY - date(1970, 1, 1)).days
HOUR = 3600 * 10**6


@pytest.mark.parametrize(("rows", "broken"), [(9, True), (10, False), (20, False), (21, True)])
def test_a_row_count_includes_its_ends(rows: int, broken: bool) -> None:
    assert judge_row_count(RowCount(Limits(Fraction(10), Fraction(20))), rows).broken is broken


def test_a_message_says_what_is_and_what_must_be() -> None:
    found = judge_row_count(RowCount(Limits(Fraction(10))), 3)
    assert (found.message, found.observed) == ("3 rows, and must be at least 10", {"rows": 3})


def test_one_of_something_is_told_in_the_singular() -> None:
    one, of_two = RowCount(Limits(Fraction(2))), Freshness("at", MOMENT, timedelta(hours=1), "UTC")
    assert judge_row_count(one, 1).message == "1 row, and must be at least 2"
    assert judge_freshness(of_two, DAY, (DAYS + 1) * 24 * HOUR - HOUR).message.endswith(
        "is 1 hour old at the end of the date"
    )
    assert judge_freshness(of_two, DAY, DAYS * 24 * HOUR + 22 * HOUR).message.endswith(
        "date, and must be at most 1 hour"
    )
    volume = Volume(7, Fraction(50))
    assert judge_volume(volume, 1, [4, 4, 4]).message.startswith("1 row is -75 % from the median 4 of the 3 dates")
    assert judge_volume(volume, 1, [4]).message == "not assessed: it takes 3 dates before it, and there is 1"


@pytest.mark.parametrize(("hours", "broken"), [(12, False), (11, True), (25, False)])
def test_freshness_is_the_time_from_the_newest_value_to_the_end_of_the_date(hours: int, broken: bool) -> None:
    check = Freshness("at", MOMENT, timedelta(hours=12), "UTC")
    assert judge_freshness(check, DAY, DAYS * 24 * HOUR + hours * HOUR).broken is broken


def test_a_date_ends_in_the_timezone_of_the_dataset() -> None:
    newest = DAYS * 24 * HOUR + 12 * HOUR
    ages = [
        judge_freshness(Freshness("at", MOMENT, timedelta(hours=12), zone), DAY, newest).observed["age_hours"]
        for zone in ("UTC", "Europe/Oslo", "America/New_York")
    ]
    assert ages == [12, 11, 17]


def test_a_value_of_a_date_column_stands_for_its_whole_day() -> None:
    check = Freshness("on", DATE, timedelta(days=1), "Europe/Oslo")
    assert [judge_freshness(check, DAY, DAYS - days).broken for days in (0, 1, 2)] == [False, False, True]


def test_freshness_without_a_value_is_not_assessed() -> None:
    assert judge_freshness(Freshness("at", MOMENT, timedelta(), "UTC"), DAY, None).broken is None


@settings(deadline=None)
@given(st.lists(st.integers(-(10**12), 10**12), min_size=1, max_size=50), st.floats(0, 1))
def test_figures_are_those_of_numpy(values: list[int], share: float) -> None:
    found = figures(lambda: [pl.Series([*values, None])], Fraction(str(share)))
    assert (found.rows, found.nulls, found.mean) == (len(values) + 1, 1, Fraction(sum(values), len(values)))
    assert float(found.quantile or 0) == pytest.approx(np.quantile(values, share), abs=1e-2)


FLOATS = st.floats(allow_nan=False, allow_infinity=False).map(lambda value: value + 0.0)
WIDE = st.integers(-(10**38) + 1, 10**38 - 1)


@settings(deadline=None)
@given(
    st.sampled_from([(st.integers(-(1 << 63), (1 << 63) - 1), pl.Int64), (st.integers(-9, 9), pl.Int64)])
    | st.sampled_from([(FLOATS, pl.Float64), (WIDE, pl.Int128)]),
    st.data(),
    st.fractions(0, 1, max_denominator=100),
)
def test_figures_of_more_values_than_are_held_are_the_same(
    column: tuple[st.SearchStrategy[float], type[pl.DataType]], data: st.DataObject, share: Fraction
) -> None:
    values, kind = column
    lots = data.draw(st.lists(st.lists(st.none() | values, max_size=9), min_size=1, max_size=5))
    parts = [pl.Series(lot, dtype=kind) for lot in lots]
    known = sorted(Fraction(value) for lot in lots for value in lot if value is not None)
    for held_max in (1, 3, 1 << 20):
        found = figures(lambda: parts, share, held_max)
        assert (found.rows, found.nulls) == (sum(map(len, lots)), sum(map(len, lots)) - len(known))
        if known:
            place = (len(known) - 1) * share
            low, high = known[math.floor(place)], known[math.ceil(place)]
            assert found.quantile == low + (place - math.floor(place)) * (high - low)
            assert found.mean == sum(known, Fraction(0)) / len(known)


def test_a_column_is_gone_through_a_few_times_and_never_held() -> None:
    """A million values and no more than a thousand at a time."""
    times = 0

    def passes() -> Iterator[pl.Series]:
        nonlocal times
        times += 1
        yield from (pl.Series(np.arange(first, 1_000_000, 1000) * 7919.25) for first in range(1000))

    found = figures(passes, Fraction(1, 2), 1000)
    assert found.quantile == Fraction("7919.25") * Fraction(999_999, 2)
    assert times < 12


def test_a_mean_of_decimals_is_compared_without_rounding() -> None:
    third = Figures(3, 0, Fraction(100, 3), None)  # a third of a unit, in hundredths
    limit = Fraction(3333, 100)
    assert judge_distribution(Distribution("amount", DECIMAL, mean=Limits(high=limit)), third).broken is True
    assert (
        judge_distribution(Distribution("amount", DECIMAL, mean=Limits(high=Fraction(100, 3))), third).broken is False
    )


def test_each_figure_that_is_out_of_its_limits_is_told() -> None:
    check = Distribution(
        "amount", DECIMAL, Limits(high=Fraction(100)), Fraction(5), Fraction(1, 2), Limits(Fraction(900))
    )
    found = judge_distribution(check, Figures(10, 1, Fraction(250), Fraction(800)))
    assert found.broken
    assert found.message == (
        "the mean of amount is 2.50, and must be at most 1.00; "
        "the quantile 0.5 of amount is 8.00, and must be at least 9.00; "
        "10 % of amount is null, and must be at most 5 %"
    )
    assert found.observed == {"rows": 10, "nulls": 1, "mean": "2.50", "quantile": "8.00", "null_percent": 10.0}


def test_a_date_without_rows_has_no_distribution() -> None:
    check = Distribution("amount", DECIMAL, Limits(Fraction(0)), Fraction(5))
    assert judge_distribution(check, Figures(0, 0, None, None)).broken is None


def test_rows_without_values_have_a_share_of_nulls_and_no_mean() -> None:
    nulls = Figures(4, 4, None, None)
    assert judge_distribution(Distribution("amount", DECIMAL, Limits(Fraction(0))), nulls).broken is None
    assert judge_distribution(Distribution("amount", DECIMAL, Limits(Fraction(0)), Fraction(99)), nulls).broken is True


@pytest.mark.parametrize(("rows", "broken"), [(50, False), (49, True), (150, False), (151, True)])
def test_volume_compares_with_the_median_of_the_dates_before(rows: int, broken: bool) -> None:
    assert judge_volume(Volume(7, Fraction(50)), rows, [1, 100, 100_000]).broken is broken


def test_volume_of_two_dates_or_of_empty_ones_is_not_assessed() -> None:
    assert judge_volume(Volume(7, Fraction(50)), 5, [1, 2]).broken is None
    assert judge_volume(Volume(7, Fraction(50)), 5, [0, 0, 0]).broken is None
