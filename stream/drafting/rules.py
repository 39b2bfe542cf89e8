"""A first set of expectations: what held in every record of the samples.

A column that was never empty must not be. Ranges and categories only flag: a value that is new tomorrow is seen then,
and no row is refused for it.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from stream.drafting.kinds import Kind, is_named_key, is_personal

#: So many records show that a column is never empty; fewer only make it likely.
_RECORDS_MIN = 100
_VALUES_MAX = 30
#: What some words in names say about all values there can be.
_BOUNDS = {
    **dict.fromkeys(("lat", "latitude"), (-90, 90)),
    **dict.fromkeys(("long", "lon", "lng", "longitude"), (-180, 180)),
    "month": (1, 12),
    "day": (1, 31),
    "hour": (0, 23),
    "minute": (0, 59),
    "second": (0, 59),
}
_YEARS = (1900, 2100)
_FLAG = {"severity": "warning", "action": "warn"}


@dataclass(frozen=True, slots=True)
class Seen:
    """What the rules of a column are made from: how many records have it, how many of them a null, its values where
    they are few, whether it is part of the key, and whether a file may lack it."""

    name: str
    kind: Kind
    records: int
    nulls: int
    values: tuple[str, ...] | None
    is_key: bool
    is_optional: bool


def rules(seen: Seen) -> Iterator[dict[str, Any]]:
    """The rules of a column, as a config has them."""
    if seen.records and not seen.nulls and not seen.is_optional:
        is_shown = seen.is_key or seen.records >= _RECORDS_MIN
        yield {"check": "not_null", "column": seen.name} | ({} if is_shown else _FLAG)
    bounds = _bounds(seen)
    if bounds is not None:
        yield {"check": "range", "column": seen.name, "min": bounds[0], "max": bounds[1]} | _FLAG
    if seen.kind.type == "category" and seen.values and len(seen.values) <= _VALUES_MAX and not is_personal(seen.name):
        yield {"check": "one_of", "column": seen.name, "values": list(seen.values)} | _FLAG


def _bounds(seen: Seen) -> tuple[int | float, int | float] | None:
    """A range in which the values lie, with room for others; none for what only counts up."""
    extent = seen.kind.extent
    if extent is None or not math.isfinite(extent.low) or seen.is_key or is_named_key(seen.name):
        return None
    low, high = extent.low, extent.high
    known = _BOUNDS.get(seen.name.rsplit("_", 1)[-1])
    if known and known[0] <= low and high <= known[1]:
        return known
    if seen.kind.type == "integer" and _YEARS[0] <= low and high <= _YEARS[1] and "year" in seen.name:
        return _YEARS
    return (0 if low >= 0 else -round_up(-low)), (round_up(high) if high > 0 else 0)


def round_up(value: float) -> int | float:
    """The next number above of the kind 1, 2, 5, 10, 20, 50, that is at least a fifth greater.

    >>> [round_up(value) for value in (0.3, 7, 31, 313566.18, 1264843.63)]
    [0.5, 10, 50, 500000, 2000000]
    """
    exponent = math.floor(math.log10(value))
    enough = Decimal(value) * Decimal("1.2")
    bounds = (Decimal(digit).scaleb(exponent) for digit in (1, 2, 5, 10, 20))
    bound = next(bound for bound in bounds if bound >= enough)
    return int(bound) if bound == bound.to_integral_value() else float(bound)
