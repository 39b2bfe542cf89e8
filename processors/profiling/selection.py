"""Quantiles of more values than memory holds, exactly: the values are gone through again instead of being kept.

Each time those between two ends are counted by ranges of equal width; the range in which the sought place lies gives
the ends for the next time, until the values between them are few. Numbers are compared by their bits, so that the
ranges of small and large ones are equally fine.

>>> parts = [pl.Series([5, 1, None]), pl.Series([9, 3])]
>>> quantile(lambda: parts, 4, Fraction(1, 2), held_max=1)
Fraction(4, 1)
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from fractions import Fraction
from typing import TypeAlias

import numpy as np
import polars as pl

#: Gives all values each time it is called, some at a time: ordinals of one type, nulls among them.
Passes: TypeAlias = Callable[[], Iterable[pl.Series]]

#: So many values are held.
HELD_MAX = 1 << 20
_RANGES_BITS = 16
_ALL_BUT_THE_SIGN = np.int64((1 << 63) - 1)


def quantile(passes: Passes, count: int, share: Fraction, held_max: int = HELD_MAX) -> Fraction:
    """Type 7 of Hyndman and Fan (1996): linear between the two values around the place (count - 1) * share. `count`: of
    the values that are no nulls, one at least."""
    place = (count - 1) * share
    below = place.numerator // place.denominator
    low, *more = _from(passes, below, held_max)
    if place == below:
        return low
    [high, *_] = more or _from(passes, below + 1, held_max)
    return low + (place - below) * (high - low)


def _from(passes: Passes, place: int, held_max: int) -> list[Fraction]:
    """The value at a place in the order of all, from 0; mostly the one behind it is known by then, and follows."""
    first, last, is_number = _ends(passes)
    while first < last:
        width = 1 << max(0, (last - first).bit_length() - _RANGES_BITS)
        counts = _counts(passes, first, last, width)
        chosen = min(counts)
        while place >= counts[chosen]:
            place -= counts.pop(chosen)
            chosen = min(counts)
        first, last = max(first, chosen * width), min(last, (chosen + 1) * width - 1)
        if counts[chosen] <= held_max:
            held = pl.concat([_between(part, first, last) for part in passes()]).sort()
            return [_value(key, is_number) for key in held[place : place + 2]]
    return [_value(first, is_number)]


def _ends(passes: Passes) -> tuple[int, int, bool]:
    """The least and the greatest key, and whether they are those of numbers."""
    ends, is_number = list[int](), False
    for part in passes():
        keys, is_number = _keys(part), part.dtype == pl.Float64
        ends += [end for end in (keys.min(), keys.max()) if isinstance(end, int)]
    return min(ends), max(ends), is_number


def _counts(passes: Passes, first: int, last: int, width: int) -> Counter[int]:
    counts = Counter[int]()
    for part in passes():
        ranges = _between(part, first, last) // width
        counts.update(dict(ranges.value_counts().iter_rows()))
    return counts


def _between(part: pl.Series, first: int, last: int) -> pl.Series:
    keys = _keys(part)
    return keys.filter((keys >= first) & (keys <= last))


def _keys(part: pl.Series) -> pl.Series:
    """Integers in the order of the values, without nulls."""
    known = part.drop_nulls()
    if known.dtype != pl.Float64:
        return known
    bits = known.to_numpy().view(np.int64)
    return pl.Series(np.where(bits < 0, bits ^ _ALL_BUT_THE_SIGN, bits))


def _value(key: int, is_number: bool) -> Fraction:
    if not is_number:
        return Fraction(key)
    bits = np.int64(key)
    return Fraction(float((bits ^ _ALL_BUT_THE_SIGN if key < 0 else bits).view(np.float64)))
