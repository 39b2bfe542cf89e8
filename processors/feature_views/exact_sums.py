"""Sums over windows without rounding: prefix sums of whole numbers, of which two give the sum between them.

So the sum of a window depends on the values in it alone, not on those beside it and not on their order. A double is cut
at fixed places into limbs of 30 bits, which are summed up each for itself; what comes out is rounded once.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np

from processors.feature_views.values import Bools, Floats, Ints

_LIMB_BITS = 30
_LIMB = (1 << _LIMB_BITS) - 1
_HALF_BITS = 32
_HALF = (1 << _HALF_BITS) - 1
#: So many bits of a sum are looked at when it is rounded to the 53 of a double.
_LEADING_BITS = 62

#: The sums in whole numbers: the upper part, times 2^32, and the lower 32 bits.
Halves: TypeAlias = tuple[Ints, Ints]


def running(values: Ints) -> Ints:
    """The sums of the first none, one, two.. of `values`."""
    sums = np.zeros(len(values) + 1, np.int64)
    np.cumsum(values, out=sums[1:])
    return sums


def between(sums: Ints, first: Ints, last: Ints) -> Ints:
    """The sum of those from `first` to before `last`."""
    return sums[last] - sums[first]


def integer_sums(values: Ints, first: Ints, last: Ints) -> Halves:
    """The sums of `values[first:last]`."""
    largest = max(abs(int(values.max(initial=0))), abs(int(values.min(initial=0))))
    if largest * len(values) < 1 << 63:
        sums = between(running(values), first, last)
        return sums >> _HALF_BITS, sums & _HALF
    high = between(running(values >> _HALF_BITS), first, last)
    return carried(high, between(running(values & _HALF), first, last))


def carried(high: Ints, low: Ints) -> Halves:
    """The halves with what is over in the lower one added to the upper."""
    return high + (low >> _HALF_BITS), low & _HALF


def whole(halves: Halves) -> tuple[Ints, Bools]:
    """The sums as integers of 64 bits, and where they are such."""
    high, low = halves
    return (high << _HALF_BITS) + low, high == (high << _HALF_BITS) >> _HALF_BITS


def words(halves: Halves) -> tuple[Ints, Ints]:
    """The sums as the lower and the upper word of 128 bits."""
    high, low = halves
    return (high << _HALF_BITS) + low, high >> _HALF_BITS


def doubles(halves: Halves) -> Floats:
    """The sums as doubles, the nearest ones."""
    high, low = halves
    return (high * 2.0**_HALF_BITS + low).astype(np.float64, copy=False)


def double_sums(values: Floats, first: Ints, last: Ints) -> Floats:
    """The sums of `values[first:last]`, finite ones, each rounded once, to the nearest double, half to even; infinite
    where that is out of range."""
    limbs = Limbs.of(values)
    return rounded([between(running(limb), first, last) for limb in limbs.limbs], limbs.lowest)


@dataclass(frozen=True, slots=True)
class Limbs:
    """Doubles as whole numbers below 2^30 and their sign: the first of `limbs` in units of 2^(30 `lowest`), each other
    in 2^30 of the unit before."""

    limbs: Sequence[Ints]
    lowest: int

    @classmethod
    def of(cls, values: Floats) -> Limbs:
        """As many limbs as the values need. A limb of a value is the same whatever other values there are."""
        largest = float(np.abs(values).max(initial=0.0))
        place = int(np.frexp(largest)[1] - 1) // _LIMB_BITS
        limbs: list[Ints] = []
        while not limbs or values.any():
            limb = np.trunc(np.ldexp(values, -_LIMB_BITS * place))
            values = values - np.ldexp(limb, _LIMB_BITS * place)
            limbs.append(limb.astype(np.int64))
            place -= 1
        return cls(limbs[::-1], place + 1)


def rounded(limbs: Sequence[Ints], lowest: int) -> Floats:
    """What sums of limbs come to, as the nearest double, half to even.

    Limbs are brought below 2^30 from the lowest to the highest; then the leading bits are gathered from the highest
    down. A last bit of one stands for any that are left behind, so that a half is none where there is more.
    """
    digits: list[Ints] = []
    leading = np.zeros_like(limbs[0])
    for limb in limbs:
        total = limb + leading
        digits.append(total & _LIMB)
        leading = total >> _LIMB_BITS
    exponent = np.full(leading.shape, _LIMB_BITS * (lowest + len(limbs)))
    more = np.zeros(leading.shape, np.bool_)
    for digit in reversed(digits):
        room = np.clip(_LEADING_BITS - np.frexp(leading.astype(np.float64))[1], 0, _LIMB_BITS)
        left = _LIMB_BITS - room
        leading = (leading << room) + (digit >> left)
        more |= (digit & ((1 << left) - 1)) != 0
        exponent -= room
    with np.errstate(over="ignore"):
        sums: Floats = np.ldexp((leading | more).astype(np.float64), exponent)
    return sums
