"""The ends of a range in the type of the column that they bound."""

from __future__ import annotations

import math
import sys
from datetime import date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from processors.columns import ColumnType
from processors.rules.checks import Bound

_NUMERIC = {"integer", "number", "decimal"}
#: Of a decimal in Arrow.
_DIGITS_MAX = 38


def bound(value: Bound, kind: ColumnType, timezone: str) -> Bound:
    """A range's end in the column's own type."""
    if kind.name in _NUMERIC and isinstance(value, int | float | Decimal) and not isinstance(value, bool):
        return _decimal_bound(value) if kind.name == "decimal" else _number_bound(value, kind)
    if kind.name == "date" and isinstance(value, date) and not isinstance(value, datetime):
        return value
    if kind.name == "timestamp" and isinstance(value, date):
        moment = value if isinstance(value, datetime) else datetime(value.year, value.month, value.day)  # noqa: DTZ001
        return moment if moment.tzinfo else moment.replace(tzinfo=ZoneInfo(timezone))
    raise ValueError(f"{value!r} is no bound for a column of type {kind.name}")


def _number_bound(value: float | Decimal, kind: ColumnType) -> Bound:
    """polars takes no integer beyond 64 bits: no integer lies behind such an end, and a number is compared as one."""
    if not isinstance(value, int) or -(2**63) <= value < 2**63:
        return value
    if kind.name == "number" and abs(value) <= sys.float_info.max:
        return float(value)
    return math.inf if value > 0 else -math.inf


def _decimal_bound(value: float | Decimal) -> Bound:
    """No decimal lies behind an end that is beyond its digits. Raises ValueError where the end has too many itself."""
    exact = Decimal(str(value))
    if exact.is_infinite() or exact.adjusted() >= _DIGITS_MAX:
        return math.inf if exact > 0 else -math.inf
    if max(exact.adjusted(), 0) - int(exact.as_tuple().exponent) >= _DIGITS_MAX:
        raise ValueError(f"{value!r} has more than the {_DIGITS_MAX} digits of a decimal; write fewer")
    return exact
