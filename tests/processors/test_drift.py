"""Distances from a reference against plain numpy, and the states that they give."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from processors.columns import ColumnType
from processors.drift.distances import SMOOTHING, chance, jensen_shannon, psi
from processors.drift.reference import Comparison, Reference, compare, freeze
from processors.drift.states import Profiling
from processors.profiling.column_summary import ColumnSummary, summary
from processors.profiling.ordinals import origin

INTEGER, NUMBER, TEXT = ColumnType("integer"), ColumnType("number"), ColumnType("category")
MOMENT, TRUTH = ColumnType("timestamp"), ColumnType("boolean")
USUAL = Profiling()

COUNTS = (
    st.integers(1, 12)
    .flatmap(lambda bins: st.tuples(*[st.lists(st.integers(0, 1000), min_size=bins, max_size=bins)] * 2))
    .filter(lambda both: sum(both[0]) > 0 and sum(both[1]) > 0)
)


def summarised(values: Any, kind: ColumnType, since: int = 0) -> ColumnSummary:
    column = pl.Series(values)
    return summary(pl.Series(np.arange(len(column))), column, kind, since)


def compared(reference: Any, values: Any, kind: ColumnType, profiling: Profiling = USUAL) -> Comparison:
    """Values against the reference that others make."""
    return compare(freeze(summarised(reference, kind), profiling.bins), summarised(values, kind), profiling)


def shares(counts: list[int], more: float) -> np.ndarray[Any, np.dtype[np.float64]]:
    smoothed = np.array(counts, np.float64) + more
    return np.asarray(smoothed / smoothed.sum(), np.float64)


@settings(deadline=None)
@given(COUNTS)
def test_psi_is_what_numpy_makes_of_its_formula(counts: tuple[list[int], list[int]]) -> None:
    p, q = (shares(each, SMOOTHING) for each in counts)
    assert psi(*counts) == pytest.approx(((q - p) * np.log(q / p)).sum(), abs=1e-12)


@settings(deadline=None)
@given(COUNTS)
def test_the_jensen_shannon_distance_is_by_entropies_what_it_is_by_divergences(
    counts: tuple[list[int], list[int]],
) -> None:
    p, q = (shares(each, 0) for each in counts)

    def entropy(of: np.ndarray[Any, np.dtype[np.float64]]) -> float:
        return -float((of[of > 0] * np.log2(of[of > 0])).sum())

    divergence = entropy((p + q) / 2) - (entropy(p) + entropy(q)) / 2
    assert jensen_shannon(*counts) == pytest.approx(max(divergence, 0) ** 0.5, abs=1e-6)


@settings(deadline=None)
@given(COUNTS)
def test_distances_are_symmetric_and_none_from_itself(counts: tuple[list[int], list[int]]) -> None:
    one, other = counts
    assert jensen_shannon(one, one) == 0 == psi(one, one)
    assert jensen_shannon(one, other) == pytest.approx(jensen_shannon(other, one))
    assert psi(one, other) == pytest.approx(psi(other, one))
    assert psi(one, other) >= 0 <= jensen_shannon(one, other) <= 1


@pytest.mark.parametrize("rows", [100, 300, 2000])
def test_rows_of_the_same_distribution_are_hardly_ever_told_to_have_drifted(rows: int) -> None:
    random = np.random.default_rng(5)
    states = [compared(random.normal(size=1000), random.normal(size=rows), NUMBER).state for _ in range(100)]
    assert "drift" not in states
    assert states.count("warn") <= 5


@pytest.mark.parametrize(("shift", "state"), [(0.0, "ok"), (0.35, "warn"), (1.0, "drift")])
def test_the_state_follows_the_size_of_the_shift(shift: float, state: str) -> None:
    random = np.random.default_rng(6)
    found = compared(random.normal(size=5000), random.normal(shift, size=5000), NUMBER)
    assert found.state == state


def test_bins_of_a_reference_hold_about_as_many_rows_each() -> None:
    reference = freeze(summarised(np.random.default_rng(7).exponential(size=1000), NUMBER), 10)
    assert reference.counts == (*(100.0 for _ in range(10)), 0.0)


def test_a_value_that_many_rows_have_makes_one_bin() -> None:
    reference = freeze(summarised([1] * 90 + [2, 3, 4, 5, 6] * 2, INTEGER), 10)
    assert (reference.edges, reference.counts) == ((1,), (90.0, 10.0, 0.0))


def test_a_reference_of_text_has_its_most_frequent_categories_all_others_and_nulls() -> None:
    reference = freeze(summarised([*"aaabbc", None], TEXT), 2)
    assert (reference.categories, reference.counts) == (("a", "b"), (3.0, 2.0, 1.0, 1.0))


def test_a_category_that_is_new_and_nulls_that_come_are_a_drift() -> None:
    usual = ["web"] * 700 + ["shop"] * 300
    assert compared(usual, ["web"] * 700 + ["fax"] * 300, TEXT).state == "drift"
    assert compared(usual, ["web"] * 490 + ["shop"] * 210 + [None] * 300, TEXT).state == "drift"
    assert compared(usual, usual, TEXT).state == "ok"


def test_truth_values_are_categories() -> None:
    assert compared([True] * 500 + [False] * 500, [True] * 1000, TRUTH).state == "drift"


def test_moments_are_compared_by_their_place_in_the_day() -> None:
    def of_day(day: date, hour: int) -> list[datetime]:
        begin = datetime(day.year, day.month, day.day, hour, tzinfo=UTC)
        return [begin + timedelta(seconds=10 * step) for step in range(1000)]

    first, later = date(2026, 11, 1), date(2026, 11, 9)
    reference = freeze(summarised(of_day(first, 6), MOMENT, origin(first, MOMENT)), 10)
    same, shifted = (summarised(of_day(later, hour), MOMENT) for hour in (6, 12))
    assert compare(reference, same, USUAL, origin(later, MOMENT)).state == "ok"
    assert compare(reference, shifted, USUAL, origin(later, MOMENT)).state == "drift"


def test_too_few_rows_and_no_reference_are_warming_up() -> None:
    few = summarised(range(99), INTEGER)
    many = summarised(range(100), INTEGER)
    assert compare(freeze(many, 10), few, USUAL) == Comparison(None, None, None, "warming_up")
    assert compare(None, many, USUAL).state == "warming_up"
    assert compare(freeze(many, 10), many, USUAL).state == "ok"


def test_a_column_of_another_type_is_not_compared() -> None:
    reference = freeze(summarised(range(1000), INTEGER), 10)
    assert compare(reference, summarised([float(value) for value in range(1000)], NUMBER), USUAL).state == "warming_up"


def test_a_reference_is_kept_as_json_takes_it() -> None:
    reference = freeze(summarised([0.1, 0.2, None], NUMBER), 10)
    assert Reference.of(reference.plain()) == reference


def test_chance_grows_smaller_with_the_rows() -> None:
    assert chance(10, 1000, 100) > chance(10, 1000, 1000) > chance(10, 10**6, 10**6)
