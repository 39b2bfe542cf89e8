"""Sums over windows: exact, whatever stands beside them."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from processors.feature_views.exact_sums import double_sums, doubles, integer_sums, whole, words
from processors.feature_views.values import Ints
from tests.processors.vector_oracle import nearest

_DOUBLES = st.floats(allow_nan=False, allow_infinity=False)
#: Halves, neighbours and ends of the range, where rounding twice or too early would show.
_CORNERS = st.sampled_from(
    [1.0, -1.0, 2.0**53, 2.0**-53, 2.0**-54, -(2.0**-106), 5e-324, -5e-324, 2.0**1023, -(2.0**1023)]
)
_INT64 = st.integers(-(1 << 63), (1 << 63) - 1)
_WINDOW = st.tuples(st.integers(0, 8), st.integers(0, 8)).map(sorted)


def bounds(windows: list[list[int]], count: int) -> tuple[Ints, Ints]:
    first, last = np.minimum(np.array(windows, np.int64).reshape(-1, 2), count).T
    return first, last


@settings(deadline=None, max_examples=500)
@given(values=st.lists(_CORNERS | _DOUBLES, max_size=8), windows=st.lists(_WINDOW, max_size=4))
def test_a_sum_of_doubles_is_rounded_once(values: list[float], windows: list[list[int]]) -> None:
    first, last = bounds(windows, len(values))
    found = double_sums(np.array(values, np.float64), first, last)
    exact = [sum(map(Fraction, values[one:other]), Fraction(0)) for one, other in zip(first, last, strict=True)]
    assert [value if np.isfinite(value) else None for value in found.tolist()] == [nearest(each) for each in exact]


def test_a_million_cents_add_up() -> None:
    values = np.full(1_000_000, 0.01)
    (found,) = double_sums(values, np.array([0]), np.array([1_000_000])).tolist()
    assert found == float(1_000_000 * Fraction(0.01))


@settings(deadline=None)
@given(values=st.lists(_INT64 | st.integers(-9, 9), max_size=8), windows=st.lists(_WINDOW, max_size=4))
def test_a_sum_of_integers_is_exact_beyond_64_bits(values: list[int], windows: list[list[int]]) -> None:
    first, last = bounds(windows, len(values))
    halves = integer_sums(np.array(values, np.int64), first, last)
    exact = [sum(values[one:other]) for one, other in zip(first, last, strict=True)]
    low, high = (word.tolist() for word in words(halves))
    assert [(upper << 64) + lower % (1 << 64) for lower, upper in zip(low, high, strict=True)] == exact
    integers, fit = whole(halves)
    assert fit.tolist() == [-(1 << 63) <= each < 1 << 63 for each in exact]
    assert integers[fit].tolist() == [each for each in exact if -(1 << 63) <= each < 1 << 63]
    assert doubles(halves).tolist() == [float(each) for each in exact]
