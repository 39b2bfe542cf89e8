"""Figures of numbers in ascending order, exact wherever arithmetic on the numbers is.

Integers, and decimals as integers, are added and squared as whole numbers of any size. The sum of floats is the exact
one, rounded once (`math.fsum`). So nothing depends on the order in which the rows came, and nothing overflows on the
way.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from operator import mul
from typing import TypeAlias

import numpy as np

from processors.parameters.model import StatisticKind
from processors.parameters.writing import EXACT

#: In ascending order: all integers, or all finite floats.
Numbers: TypeAlias = Sequence[int] | Sequence[float]
#: Figures beside each other; none where these numbers have none, as one number has no standard deviation.
Figures: TypeAlias = tuple[Fraction | float, ...]

#: How many digits more than its numbers a figure has. That is enough for rounding it to theirs to be right: a mean of
#: fewer than 10^14 numbers that lies beside the middle of two lies further from it than that.
_FURTHER_DIGITS = 15


def median(numbers: Numbers) -> Figures:
    """The middle one, or half way between the two in the middle.

    >>> [float(figure) for figure in median([1, 2, 4, 9])]
    [3.0]
    """
    return (_quantile(numbers, 1, 2),)


def quartiles(numbers: Numbers) -> Figures:
    """The first and the third by linear interpolation: type 7 of Hyndman and Fan, "Sample Quantiles in Statistical
    Packages" (1996), as numpy and R have it by default.

    >>> [float(figure) for figure in quartiles([1, 2, 4, 9])]
    [1.75, 5.25]
    """
    return _quantile(numbers, 1, 4), _quantile(numbers, 3, 4)


def mean(numbers: Numbers) -> Figures:
    """The arithmetic mean."""
    return (_mean(numbers),)


def moments(numbers: Numbers) -> Figures:
    """The mean and the standard deviation of a sample (n - 1); none of fewer than two numbers, nor beyond floats.

    >>> [float(figure) for figure in moments([2, 4, 4, 4, 5, 5, 7, 9])]
    [5.0, 2.138]
    """
    count = len(numbers)
    if count < 2:
        return ()
    centre = _mean(numbers)
    if isinstance(centre, float):
        return _float_moments(numbers, centre)
    total, squares = sum(numbers), sum(map(mul, numbers, numbers))
    return centre, _root(Fraction(count * squares - total * total, count * (count - 1)))


def mad(numbers: Numbers) -> Figures:
    """The median and the median of the absolute deviations from it.

    >>> [float(figure) for figure in mad([1, 1, 2, 2, 4, 6, 9])]
    [2.0, 1.0]
    """
    centre, count = _quantile(numbers, 1, 2), len(numbers)
    upper = _nearest(numbers, centre, count // 2 + 1)
    lower = upper if count % 2 else _nearest(numbers, centre, count // 2)
    return centre, (lower + upper) / 2


OF_NUMBERS: Mapping[StatisticKind, Callable[[Numbers], Figures]] = {
    "median": median,
    "mean": mean,
    "quartiles": quartiles,
    "moments": moments,
    "mad": mad,
}


def figure_text(figure: Fraction | float, scale: int | None) -> str:
    """A figure of floats as `repr` writes it (`scale` None). One of integers that are decimals of this scale, as a
    decimal number: rounded half to even 15 digits beyond the scale, without zeros at its end.

    >>> figure_text(Fraction(1, 3), 0), figure_text(Fraction(250), 2), figure_text(Fraction(1, 4), None)
    ('0.333333333333333', '2.5', '0.25')
    """
    if scale is None:
        return repr(float(figure) + 0.0)
    digits = Decimal(round(Fraction(figure) * 10**_FURTHER_DIGITS))
    return f"{digits.scaleb(-scale - _FURTHER_DIGITS, EXACT).normalize(EXACT):f}"


def _quantile(numbers: Numbers, part: int, whole: int) -> Fraction:
    place, rest = divmod((len(numbers) - 1) * part, whole)
    low = Fraction(numbers[place])
    return low + (Fraction(numbers[place + 1]) - low) * Fraction(rest, whole) if rest else low


def _mean(numbers: Numbers) -> Fraction | float:
    if isinstance(numbers[0], int):
        return Fraction(sum(numbers), len(numbers))  # type: ignore[arg-type]
    try:
        found = math.fsum(numbers) / len(numbers)
    except OverflowError:  # the sum is beyond what a float takes, the mean is not
        fewer = len(numbers).bit_length()
        found = math.ldexp(math.fsum(np.ldexp(numbers, -fewer).tolist()) / len(numbers), fewer)
    return min(max(found, numbers[0]), numbers[-1])


def _float_moments(numbers: Numbers, centre: float) -> Figures:
    """The deviations are scaled below 1 before they are squared, so that no square is lost."""
    unit = math.frexp(max(-numbers[0], numbers[-1]))[1] + 1
    apart = np.ldexp(np.asarray(numbers, np.float64), -unit) - math.ldexp(centre, -unit)
    scaled = math.sqrt(math.fsum((apart * apart).tolist()) / (len(numbers) - 1))
    try:
        return centre, math.ldexp(scaled, unit)
    except OverflowError:
        return ()


def _root(variance: Fraction) -> Fraction:
    quotient = EXACT.divide(Decimal(variance.numerator), Decimal(variance.denominator))
    return Fraction(EXACT.sqrt(quotient))


def _nearest(numbers: Numbers, centre: Fraction, count: int) -> Fraction:
    """How far the farthest of the `count` numbers nearest to `centre` is: they stand beside each other, and where they
    begin is found by halving."""
    first, last = 0, len(numbers) - count
    while first < last:
        middle = (first + last) // 2
        if centre - Fraction(numbers[middle]) > Fraction(numbers[middle + count]) - centre:
            first = middle + 1
        else:
            last = middle
    return max(centre - Fraction(numbers[first]), Fraction(numbers[first + count - 1]) - centre)
