"""Typed values as numbers in their order, so that one arithmetic, exact, serves numbers, decimals, dates and moments.

An ordinal is the integer itself, the number itself, a decimal's digits without the point, days or microseconds since
1970-01-01 UTC, 0 or 1. Text has none: it stays as it is.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import TypeAlias

import polars as pl

from processors.columns import ColumnType
from processors.rules.checks import Bound

Ordinal: TypeAlias = int | float
#: What JSON takes.
Told: TypeAlias = str | int | float | bool | None

_EPOCH = date(1970, 1, 1)
_EPOCH_MOMENT = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
#: Digits of a decimal that a 64-bit integer holds in any case.
_NARROW_DIGITS = 18


def is_ordered(kind: ColumnType) -> bool:
    """Whether values of a type have a mean and quantiles."""
    return not kind.is_text and kind.name != "boolean"


def ordinals(column: pl.Series, kind: ColumnType) -> pl.Series:
    """The ordinals of a typed column: Int64, Float64, or Int128 for wide decimals; text as it is. Nulls stay null, and
    a number that is not finite is one."""
    match kind.name:
        case "number":
            finite = column.cast(pl.Float64) + 0.0  # there is one zero
            return finite.set(~finite.is_finite(), None)
        case "decimal":
            digits = column.cast(pl.Decimal(38, kind.scale)).to_physical()
            return digits.cast(pl.Int64) if kind.precision <= _NARROW_DIGITS else digits
        case "timestamp":
            return column.dt.cast_time_unit("us").to_physical().cast(pl.Int64)
        case "date":
            return column.to_physical().cast(pl.Int64)
        case "integer" | "boolean":
            return column.cast(pl.Int64)
        case _:
            return column.cast(pl.String)


def ordinal(value: Bound, kind: ColumnType) -> Fraction | float:
    """Where a bound lies among the ordinals of a type; infinities stay what they are.

    >>> ordinal(Decimal("1.25"), ColumnType("decimal", 12, 2)), ordinal(date(1970, 1, 3), ColumnType("date"))
    (Fraction(125, 1), Fraction(2, 1))
    """
    if isinstance(value, datetime):
        return Fraction((value - _EPOCH_MOMENT) // _MICROSECOND)
    if isinstance(value, date):
        return Fraction((value - _EPOCH).days)
    if isinstance(value, float) and math.isinf(value):
        return value
    exact = value if isinstance(value, float) and kind.name == "number" else Decimal(str(value))
    return Fraction(exact) * (10**kind.scale if kind.name == "decimal" else 1)


def origin(day: date, kind: ColumnType) -> int:
    """The ordinal at which a day begins (UTC), for dates and moments; 0 for other types.

    >>> origin(date(1970, 1, 2), ColumnType("date")), origin(date(1970, 1, 2), ColumnType("timestamp"))
    (1, 86400000000)
    """
    days = (day - _EPOCH).days
    return days if kind.name == "date" else days * timedelta(days=1) // _MICROSECOND if kind.name == "timestamp" else 0


def told(value: Fraction | Ordinal | None, kind: ColumnType) -> Told:
    """An ordinal, or a figure between two, as it is written: numbers as such, a decimal exactly and rounded half to
    even behind two more digits than it has, a date or a moment in ISO 8601, rounded down.

    >>> told(Fraction(2501, 2), ColumnType("decimal", 12, 2)), told(3, ColumnType("date"))
    ('12.505', '1970-01-04')
    """
    if value is None:
        return None
    exact = Fraction(value)
    match kind.name:
        case "date":
            return _within_calendar(lambda: (_EPOCH + timedelta(days=math.floor(exact))).isoformat())
        case "timestamp":
            return _within_calendar(lambda: _moment(math.floor(exact)))
        case "decimal":
            return _decimal(exact, kind.scale)
        case "boolean" if exact in {0, 1}:
            return exact == 1
        case "number":
            return float(exact)
        case _:
            return exact.numerator if exact.denominator == 1 else float(exact)


def _decimal(exact: Fraction, scale: int) -> str:
    digits = round(exact * 100)
    text = f"{abs(digits):0{scale + 3}d}"
    written = f"{text[: -(scale + 2)]}.{text[-(scale + 2) :]}"
    surplus = 2 if written.endswith("00") else 1 if written.endswith("0") else 0
    return ("-" if digits < 0 else "") + written[: len(written) - surplus].rstrip(".")


def _moment(microseconds: int) -> str:
    return (_EPOCH_MOMENT + microseconds * _MICROSECOND).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def _within_calendar(written: Callable[[], str]) -> str | None:
    """Python's calendar ends with the year 9999."""
    try:
        return written()
    except OverflowError:
        return None
