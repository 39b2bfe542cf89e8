"""Values that lie far from those of the rows before: outside fences that are made of frozen parameters.

`iqr`: outside [q1 - k (q3 - q1), q3 + k (q3 - q1)], k 1.5 (J. W. Tukey, "Exploratory Data Analysis", 1977). `zscore`:
|x - mean| > k standard deviations, k 3 (the limits of W. A. Shewhart's control charts, 1931). `mad`: |x - median| >
k 1.4826 MAD, k 3.5 (B. Iglewicz and D. C. Hoaglin, "How to Detect and Handle Outliers", 1993); by 1.4826 the median
absolute deviation of a normal distribution is its standard deviation. A value on a fence lies within.

Where the spread is 0 there are no fences, and so no outliers: most values are one and the same then (a discount that is
nearly always 0), which says nothing of how far apart others may lie. Nor are there any where no value of the column's
type lies between them.

>>> from processors.parameters.model import Fitted
>>> rule = Outlier("n", "N", ColumnType("integer"), "iqr", 1.5, "clip")
>>> given = Parameters("shop", 1, "2026-11-20", (Fitted(rule.statistic, 4, ("10", "20")),))
>>> columns = {"n": [15, 99, None], "_flags": pa.nulls(3, pa.string()), "_rescued": pa.nulls(3, pa.string())}
>>> rows = pa.record_batch({"_id": pa.array([1, 2, 3], pa.int64()), **columns})
>>> outcome = Outliers((rule,)).given(given)(rows)
>>> outcome.accepted.to_pylist()[1]
{'_id': 2, 'n': 35, '_flags': 'clipped.n', '_rescued': '{"N":"99"}'}
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from functools import lru_cache
from typing import Literal, TypeAlias

import polars as pl
import pyarrow as pa
import pyarrow.compute as pc

from processors.cleaning.changing import Changes
from processors.columns import Column, ColumnType
from processors.frames import only
from processors.outcome import ROW_ID, Outcome, no_rejects
from processors.parameters.model import Parameters, Statistic, StatisticKind
from processors.parameters.observing import CLIPPED, REMOVED
from processors.parameters.writing import EXACT, read, rounded
from processors.reasons import Fault, reject

FenceKind: TypeAlias = Literal["iqr", "zscore", "mad"]
OutlierAction: TypeAlias = Literal["flag", "clip", "null", "quarantine"]

OUTLIER = "outlier"
_STATISTICS: Mapping[FenceKind, StatisticKind] = {"iqr": "quartiles", "zscore": "moments", "mad": "mad"}
_FLAGS: Mapping[OutlierAction, str] = {"flag": OUTLIER, "clip": CLIPPED, "null": REMOVED}
_NORMAL = Decimal("1.4826")


@dataclass(frozen=True, slots=True)
class Outlier:
    """The fences of a column of numbers, and what becomes of a value outside: `flag` lets it pass, `clip` puts the
    nearer fence in its place, `null` takes it away, `quarantine` rejects the row, rule `outlier_<column>`.

    `source`: the name in the header under which `_rescued` keeps what came.
    """

    column: str
    source: str
    type: ColumnType
    fences: FenceKind = "iqr"
    k: float = 1.5
    action: OutlierAction = "flag"

    @property
    def statistic(self) -> Statistic:
        """What the fences are made of."""
        return Statistic(_STATISTICS[self.fences], self.column)

    @property
    def rule(self) -> str:
        """The name of the rule that a rejected row broke."""
        return f"{OUTLIER}_{self.column}"


@dataclass(frozen=True, slots=True)
class Fences:
    """The least and the greatest value that is no outlier, in the column's type; None where it has none so far off."""

    low: Decimal | float | None
    high: Decimal | float | None

    def below(self, cells: pa.Array) -> pa.Array:
        """A mask of the cells under the lower fence."""
        return _mask(pc.less, cells, self.low)

    def above(self, cells: pa.Array) -> pa.Array:
        """A mask of the cells over the upper fence."""
        return _mask(pc.greater, cells, self.high)


@dataclass(frozen=True, slots=True)
class Outliers:
    """Looks at each column alone. Where there are no parameters for its fences, nothing is an outlier."""

    columns: tuple[Outlier, ...]
    parameters: Parameters | None = None

    @property
    def wanted(self) -> tuple[Statistic, ...]:
        """What the fences are made of."""
        return tuple(column.statistic for column in self.columns)

    def given(self, parameters: Parameters, /) -> Outliers:
        """With the fences that these make."""
        return replace(self, parameters=parameters)

    def __call__(self, rows: pa.RecordBatch, /) -> Outcome:
        """Flagged and marked: `outlier.<column>`, `clipped.<column>` or `removed.<column>`. Marked alone:
        `rule.outlier_<column>`, and `unknown.outlier_<column>` where there was nothing to compare."""
        changes, faults = Changes(rows), list[Fault]()
        for column in self.columns:
            fences = None if self.parameters is None else fences_of(column, self.parameters)
            if column.action == "quarantine":
                faults += _quarantined(changes, column, fences)
            elif fences is not None:
                _changed(changes, column, fences)
        if not faults:
            return Outcome(changes.result(), no_rejects(), changes.marked)
        rejected, result = reject(rows[ROW_ID], faults), changes.result()
        failed = pl.select(pl.any_horizontal([fault.mask for fault in faults])).to_series()
        return Outcome(only(result, ~failed), rejected, changes.marked, only(result, failed))

    def flags(self, _columns: Sequence[Column], /) -> tuple[str, ...]:
        """What it may write into `_flags`, in its order."""
        return tuple(f"{_FLAGS[each.action]}.{each.column}" for each in self.columns if each.action in _FLAGS)

    def __hash__(self) -> int:
        """Of the names alone: it is asked for with every batch."""
        return hash(tuple(column.column for column in self.columns))


@lru_cache(maxsize=1024)
def fences_of(column: Outlier, parameters: Parameters) -> Fences | None:
    """The fences of a column, rounded inwards to a value of its type; None where there are none."""
    fitted = parameters.of.get(column.statistic)
    if fitted is None or not fitted.values:
        return None
    first, second = map(Decimal, fitted.values)
    k = Decimal(str(column.k))
    if column.fences == "iqr":
        lower, upper, reach = first, second, EXACT.multiply(k, EXACT.subtract(second, first))
    else:
        lower, upper, reach = first, first, EXACT.multiply(k, second)
    if column.fences == "mad":
        reach = EXACT.multiply(reach, _NORMAL)
    low = _inwards(EXACT.subtract(lower, reach), column.type, ROUND_CEILING)
    high = _inwards(EXACT.add(upper, reach), column.type, ROUND_FLOOR)
    is_empty = low is not None and high is not None and low > high
    return Fences(low, high) if reach and not is_empty else None


def _inwards(fence: Decimal, kind: ColumnType, rounding: str) -> Decimal | float | None:
    """None where no value of the type lies so far off."""
    value: Decimal | float | None = read([rounded(str(fence), kind, rounding)], kind)[0]
    return value


def _mask(compare: Callable[[pa.Array, pa.Scalar], pa.Array], cells: pa.Array, fence: object) -> pa.Array:
    if fence is None:
        return pa.repeat(pa.scalar(value=False), len(cells))
    return pc.fill_null(compare(cells, pa.scalar(fence, cells.type)), fill_value=False)


def _changed(changes: Changes, column: Outlier, fences: Fences) -> None:
    cells = changes.of(column.column)
    below, above = fences.below(cells), fences.above(cells)
    outside = pc.or_(below, above)
    if not outside.true_count:
        return
    if column.action == "flag":
        changes.flag(f"{OUTLIER}.{column.column}", outside)
        return
    changes.keep(column.column, column.source, outside)
    for mask, fence in ((below, fences.low), (above, fences.high)):
        value = pa.scalar(fence if column.action == "clip" else None, cells.type)
        cells = pc.if_else(mask, value, cells)
    changes.put(column.column, cells)
    changes.flag(f"{CLIPPED if column.action == 'clip' else REMOVED}.{column.column}", outside)


def _quarantined(changes: Changes, column: Outlier, fences: Fences | None) -> list[Fault]:
    cells = changes.of(column.column)
    if fences is None:
        changes.mark(f"unknown.{column.rule}", pa.repeat(pa.scalar(value=True), len(cells)))
        return []
    changes.mark(f"unknown.{column.rule}", pc.is_null(cells))
    below, above = fences.below(cells), fences.above(cells)
    changes.mark(f"rule.{column.rule}", pc.or_(below, above))
    told = f"as its fences are now ({column.fences}, k {column.k:g})"
    sides = ((below, f"at least {fences.low}"), (above, f"at most {fences.high}"))
    values = pl.Series(cells)
    return [
        Fault(column.rule, column.column, f"{column.column} must be {bound}, {told}", pl.Series(mask), values)
        for mask, bound in sides
        if mask.true_count
    ]
