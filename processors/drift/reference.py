"""A frozen reference: bins, and how many rows of some accepted dates fell into each."""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import asdict, dataclass
from fractions import Fraction
from typing import Any, Self

from processors.columns import ColumnType
from processors.drift.distances import chance, jensen_shannon, psi
from processors.drift.states import Profiling, State, state
from processors.profiling.column_summary import ColumnSummary, Weighted
from processors.profiling.ordinals import Ordinal, is_ordered


@dataclass(frozen=True, slots=True)
class Reference:
    """Bins of a column, and its `counts` there: of numbers, dates and moments those up to each of the `edges`
    (ordinals), and beyond; of text and truth values one for each of the `categories`, and one for all others; the last
    bin is null.

    `rows`: how many rows it was made of. `unit`: in which ordinals are counted; other ordinals cannot be compared.
    Dates and moments are counted from the beginning of their execution date: else every day would be a drift.
    """

    unit: str
    rows: int
    edges: tuple[Ordinal, ...]
    categories: tuple[str | int, ...]
    counts: tuple[float, ...]

    def plain(self) -> dict[str, Any]:
        """As JSON takes it."""
        return asdict(self)

    @classmethod
    def of(cls, plain: dict[str, Any]) -> Self:
        """What `plain` gave."""
        sequences = {name: tuple(plain[name]) for name in ("edges", "categories", "counts")}
        return cls(plain["unit"], plain["rows"], **sequences)


@dataclass(frozen=True, slots=True)
class Comparison:
    """A date's column against its reference. `psi`, `js`: the distances, null where there is nothing to compare.
    `chance`: the PSI that rows of one distribution seldom exceed."""

    psi: float | None
    js: float | None
    chance: float | None
    state: State


def freeze(summary: ColumnSummary, bins: int) -> Reference:
    """The reference that a summary makes: about as many rows in each of its bins, or the most frequent categories.

    `summary`: since the beginnings of the execution dates.
    """
    weighted = summary.weighted
    ordered = is_ordered(summary.kind)
    edges = _edges(weighted, bins) if ordered else ()
    categories = () if ordered else _categories(weighted, bins)
    counts = _counts(summary, weighted, edges, categories, ordered=ordered)
    return Reference(unit_of(summary.kind), summary.rows, edges, categories, counts)


def compare(reference: Reference | None, summary: ColumnSummary, profiling: Profiling, since: int = 0) -> Comparison:
    """How far a date is from the reference. Warming up without one, and with too few rows. `since`: the ordinal at
    which the execution date begins (see `origin`)."""
    if reference is None or summary.rows < max(profiling.rows_min, 1) or reference.unit != unit_of(summary.kind):
        return Comparison(None, None, None, "warming_up")
    ordered = is_ordered(summary.kind)
    edges = tuple(edge + since for edge in reference.edges)
    counts = _counts(summary, summary.weighted, edges, reference.categories, ordered=ordered)
    filled = sum(1 for one, other in zip(reference.counts, counts, strict=True) if one or other)
    distances = psi(reference.counts, counts), jensen_shannon(reference.counts, counts)
    by_chance = chance(filled, reference.rows, summary.rows)
    return Comparison(*distances, by_chance, state(*distances, by_chance, profiling))


def unit_of(kind: ColumnType) -> str:
    """What ordinals of a column count; a reference compares those of its own unit."""
    return f"decimal of scale {kind.scale}" if kind.name == "decimal" else "text" if kind.is_text else kind.name


def _edges(weighted: Weighted, bins: int) -> tuple[Ordinal, ...]:
    """Values that have a tenth of the rows, two tenths.. at or below them (for 10 bins), each once; the greatest value
    is none, so that what is greater is in the last bin."""
    places = {-(-weighted.rows * place // bins) - 1 for place in range(1, bins)} if weighted.rows else set()
    return tuple(sorted({weighted.at(max(place, 0)) for place in places}))


def _categories(weighted: Weighted, bins: int) -> tuple[str | int, ...]:
    counted = sorted(zip(weighted.counts, weighted.values.to_list(), strict=True), key=lambda each: (-each[0], each[1]))
    return tuple(value for _, value in counted[:bins])


def _counts(
    summary: ColumnSummary,
    weighted: Weighted,
    edges: tuple[Ordinal, ...],
    categories: tuple[str | int, ...],
    *,
    ordered: bool,
) -> tuple[float, ...]:
    """Rows in each bin, scaled to all rows where a sample stands for them."""
    scale = Fraction(summary.values, max(weighted.rows, 1))
    known = {category: place for place, category in enumerate(categories)}
    counts = [0] * ((len(edges) if ordered else len(categories)) + 1)
    for value, count in zip(weighted.values.to_list(), weighted.counts, strict=True):
        counts[bisect_left(edges, value) if ordered else known.get(value, len(categories))] += count
    return (*(float(count * scale) for count in counts), float(summary.nulls))
