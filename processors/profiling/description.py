"""A column's profile as people and programs read it."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from fractions import Fraction

from processors.columns import ColumnType
from processors.profiling.column_summary import ColumnSummary, Weighted
from processors.profiling.ordinals import Ordinal, Told, is_ordered, told
from processors.profiling.smallest_hashes import estimated

TOP = 10
QUANTILES = ("0.01", "0.05", "0.25", "0.5", "0.75", "0.95", "0.99")


@dataclass(frozen=True, slots=True)
class Histogram:
    """Bins of equal width from the least value to the greatest: their `edges`, one more than `counts`."""

    edges: tuple[Told, ...]
    counts: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Description:
    """`rows`, `nulls`, `min`, `max` and `mean` are exact. So is the rest where `exact`, which is up to 10,000 distinct
    values; beyond, `distinct` is estimated, and `quantiles`, `top` and `histogram` are those of a sample of 10,000
    rows, counts scaled to all."""

    rows: int
    nulls: int
    distinct: int
    exact: bool
    min: Told
    max: Told
    mean: Told
    quantiles: dict[str, Told]
    top: tuple[tuple[Told, int], ...]
    histogram: Histogram | None


def describe(summary: ColumnSummary, bins: int) -> Description:
    """What is told of a column, with a histogram of so many bins where it has an order."""
    kind, weighted = summary.kind, summary.weighted
    ordered = is_ordered(kind) and summary.values > 0
    scale = Fraction(summary.values, max(weighted.rows, 1))
    return Description(
        rows=summary.rows,
        nulls=summary.nulls,
        distinct=estimated(summary.distinct),
        exact=summary.is_exact,
        min=told(summary.low, kind),
        max=told(summary.high, kind),
        mean=told(summary.total / summary.values, kind) if ordered else None,
        quantiles={q: told(weighted.quantile(Fraction(q)), kind) for q in QUANTILES} if ordered else {},
        top=_top(weighted, kind, scale),
        histogram=_histogram(summary, weighted, bins, scale) if ordered else None,
    )


def _top(weighted: Weighted, kind: ColumnType, scale: Fraction) -> tuple[tuple[Told, int], ...]:
    """The most frequent values, of several the smaller first."""
    counts = weighted.counts
    places = sorted(range(len(counts)), key=lambda place: (-counts[place], place))[:TOP]
    return tuple((_value(weighted, place, kind), round(counts[place] * scale)) for place in places)


def _value(weighted: Weighted, place: int, kind: ColumnType) -> Told:
    value = weighted.values[place]
    return value if isinstance(value, str) else told(value, kind)


def _histogram(summary: ColumnSummary, weighted: Weighted, bins: int, scale: Fraction) -> Histogram:
    low, high = summary.low or 0, summary.high or 0
    counts = Counter[int]()
    for value, count in zip(weighted.values.to_list(), weighted.counts, strict=True):
        counts[_bin(value, low, high, bins)] += count
    width = (Fraction(high) - Fraction(low)) / bins
    edges = [told(Fraction(low) + width * place, summary.kind) for place in range(bins + 1)]
    return Histogram(tuple(edges), tuple(round(counts[place] * scale) for place in range(bins)))


def _bin(value: Ordinal, low: Ordinal, high: Ordinal, bins: int) -> int:
    if isinstance(value, int) and isinstance(low, int) and isinstance(high, int):
        return min(bins - 1, (value - low) * bins // max(high - low, 1))
    width = high / 2 - low / 2  # halves: the difference of two doubles may be none
    return min(bins - 1, int((value / 2 - low / 2) / width * bins)) if width else 0
