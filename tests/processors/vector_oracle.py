"""Vectors worked out row by row, in fractions: what the evaluator is held to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any, TypeAlias

from processors.feature_views.model import Aggregate, FeatureView

Row: TypeAlias = Mapping[str, Any]

_INT64 = range(-(1 << 63), 1 << 63)


def expected(view: FeatureView, rows: Sequence[Row], probe: Row) -> dict[str, object]:
    """The value of each aggregate of `view` at `probe`; its inputs are columns of `rows`."""
    kinds = {each.name: (each.sql, each.type) for each in view.inputs}
    found: dict[str, object] = {}
    for aggregate in view.aggregates:
        window = [row for row in rows if _seen(view, aggregate, row, probe)]
        if aggregate.input is None:
            found[aggregate.name] = len(window)
            continue
        column, kind = kinds[aggregate.input]
        values = [row[column] for row in window if row[column] is not None]
        found[aggregate.name] = _value(aggregate, values, exact=kind.name != "number", scale=kind.scale)
    return found


def _seen(view: FeatureView, aggregate: Aggregate, row: Row, probe: Row) -> bool:
    if any(row[key] is None or row[key] != probe[key] for key in view.keys) or row["_event_us"] is None:
        return False
    distance, frame = probe["_event_us"] - row["_event_us"], aggregate.frame
    return bool(distance >= frame.end_us and (frame.start_us is None or distance <= frame.start_us))


def _value(aggregate: Aggregate, values: Sequence[Any], exact: bool, scale: int) -> object:
    match aggregate.function:
        case "count":
            return len(values)
        case "min":
            return min(values, default=None)
        case "max":
            return max(values, default=None)
        case "sum":
            return _sum(values, aggregate.type.name) if values else None
        case "avg":
            return _mean(values, exact, scale) if values else None


def _sum(values: Sequence[Any], kind: str) -> object:
    if kind == "number":
        return nearest(sum(map(Fraction, values), Fraction(0)))
    total = sum(values)
    return total if kind == "decimal" or total in _INT64 else None


def _mean(values: Sequence[Any], exact: bool, scale: int) -> float | None:
    """The sum as a double by the count; of decimals the sum without its point."""
    total = nearest(sum(map(Fraction, values), Fraction(0)) * 10**scale)
    return None if total is None else total / (len(values) * 10.0**scale)


def nearest(value: Fraction) -> float | None:
    """The double that is nearest, half to even; None beyond the range."""
    try:
        return float(value)
    except OverflowError:
        return None
