"""Sums without rounding, so that the sum of two parts is that of the whole, in whatever order it is taken."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import numpy.typing as npt
import polars as pl

#: A double is an integer of so many bits times a power of two.
_MANTISSA_BITS = 53
#: Its halves can be added up a hundred million times in another double.
_LOW_BITS = 27


def exact_sum(values: pl.Series) -> Fraction:
    """The sum of finite numbers or of integers up to 128 bits; nulls count nothing.

    >>> exact_sum(pl.Series([1e308, 1.0, -1e308])), exact_sum(pl.Series([2**62] * 4)) == 2**64
    (Fraction(1, 1), True)
    """
    if values.dtype == pl.Float64:
        return _of_doubles(values.drop_nulls().to_numpy())
    if values.dtype == pl.Int128:  # they may be so large that a hundred of them are too much for polars
        return Fraction(sum(values.drop_nulls().to_list()))
    return Fraction(values.cast(pl.Int128).sum())


def _of_doubles(values: npt.NDArray[np.float64]) -> Fraction:
    """By exponent; each mantissa in two halves, whose sums are exact."""
    fractions, exponents = np.frexp(values)
    mantissas = (fractions * 2.0**_MANTISSA_BITS).astype(np.int64)
    known, places = np.unique(exponents, return_inverse=True)
    high = np.bincount(places, weights=mantissas >> _LOW_BITS, minlength=len(known))
    low = np.bincount(places, weights=mantissas & ((1 << _LOW_BITS) - 1), minlength=len(known))
    total = Fraction(0)
    for exponent, upper, lower in zip(known.tolist(), high.tolist(), low.tolist(), strict=True):
        total += ((int(upper) << _LOW_BITS) + int(lower)) * Fraction(2) ** (exponent - _MANTISSA_BITS)
    return total
