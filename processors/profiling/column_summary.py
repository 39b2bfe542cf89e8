"""What is known of a typed column of some rows, in bounded memory.

`summary(a ++ b) == summary(a).merged(summary(b))`.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from functools import cache, cached_property, reduce
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

from processors.columns import ColumnType
from processors.profiling.exact_sum import exact_sum
from processors.profiling.ordinals import Ordinal, is_ordered, ordinals
from processors.profiling.smallest_hashes import Smallest, distinct_values, sampled_rows


@dataclass(frozen=True)  # no slots: `weighted` is kept
class ColumnSummary:
    """Of `rows` rows, `nulls` of them without a value. `total`, `low`, `high`: sum, least and greatest ordinal of an
    ordered type. `distinct`: its values; `sample`: some of its rows."""

    kind: ColumnType
    rows: int
    nulls: int
    total: Fraction
    low: Ordinal | None
    high: Ordinal | None
    distinct: Smallest
    sample: Smallest

    @property
    def values(self) -> int:
        """How many rows have a value."""
        return self.rows - self.nulls

    @property
    def is_exact(self) -> bool:
        """Whether every value is known with its count; else a sample of the rows stands for all."""
        return not self.distinct.beyond

    @cached_property
    def weighted(self) -> Weighted:
        """The values in their order, with their counts; of a sample where not all are known."""
        entries = (self.distinct if self.is_exact else self.sample).entries
        summed = entries.group_by("value").agg(pl.col("count").sum()).sort("value")
        return Weighted(summed["value"], summed["count"].to_numpy().cumsum())

    def merged(self, other: ColumnSummary) -> ColumnSummary:
        """Of the rows of both."""
        return ColumnSummary(
            self.kind,
            self.rows + other.rows,
            self.nulls + other.nulls,
            self.total + other.total,
            min((each for each in (self.low, other.low) if each is not None), default=None),
            max((each for each in (self.high, other.high) if each is not None), default=None),
            self.distinct.merged(other.distinct),
            self.sample.merged(other.sample),
        )


@dataclass(frozen=True, slots=True)
class Weighted:
    """Distinct values in ascending order, and how many rows have one of them or a smaller one."""

    values: pl.Series
    through: npt.NDArray[np.int64]

    @property
    def rows(self) -> int:
        """All of them."""
        return int(self.through[-1]) if len(self.through) else 0

    @property
    def counts(self) -> list[int]:
        """How many rows have each value."""
        counts: list[int] = np.diff(self.through, prepend=0).tolist()
        return counts

    def at(self, place: int) -> Any:
        """The value at a place in the order of the rows, from 0."""
        return self.values[int(np.searchsorted(self.through, place, "right"))]

    def quantile(self, share: Fraction) -> Fraction | None:
        """Type 7 of Hyndman and Fan (1996), the default of R and numpy: linear between the two values around the place
        (rows - 1) * share."""
        if not self.rows:
            return None
        place = (self.rows - 1) * share
        below = place.numerator // place.denominator
        low, high = Fraction(self.at(below)), Fraction(self.at(min(below + 1, self.rows - 1)))
        return low + (place - below) * (high - low)


def summary(ids: pl.Series, column: pl.Series, kind: ColumnType, since: int = 0) -> ColumnSummary:
    """Of a typed column, and the ids of its rows (Int64, all different). `since`: what is taken from each ordinal."""
    values = ordinals(column, kind)
    values = values - since if since else values
    known = values.is_not_null()
    values, ids = values.filter(known), ids.filter(known)
    ordered = is_ordered(kind) and len(values) > 0
    return ColumnSummary(
        kind,
        len(known),
        len(known) - len(values),
        exact_sum(values) if ordered else Fraction(0),
        values.min() if ordered else None,  # type: ignore[arg-type]
        values.max() if ordered else None,  # type: ignore[arg-type]
        distinct_values(values),
        sampled_rows(ids, values),
    )


@cache
def nothing(kind: ColumnType) -> ColumnSummary:
    """Of no rows."""
    types = {"integer": pl.Int64, "number": pl.Float64, "boolean": pl.Boolean, "date": pl.Date}
    others = {"decimal": pl.Decimal(38, kind.scale), "timestamp": pl.Datetime("us", "UTC")}
    empty = pl.Series([], dtype=(types | others).get(kind.name, pl.String))
    return summary(pl.Series([], dtype=pl.Int64), empty, kind)


def merged(parts: list[ColumnSummary], kind: ColumnType) -> ColumnSummary:
    """Of the rows of all parts."""
    return reduce(ColumnSummary.merged, parts, nothing(kind))
