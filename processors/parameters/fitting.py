"""Statistics of typed rows, exact and independent of the order of the rows.

>>> from processors.columns import ColumnType
>>> cities, numbers = ["Oslo", "Bonn", None, "Oslo"], [1, 9, 4, None]
>>> rows = pa.record_batch({"_id": pa.array([1, 2, 3, 4], pa.int64()), "city": cities, "n": numbers})
>>> types = {"city": ColumnType("string"), "n": ColumnType("integer")}
>>> (city, n) = fit((Statistic("mode", "city"), Statistic("median", "n", by=("city",))), rows, types)
>>> city.rows, city.values
(3, ('Oslo',))
>>> n.values, n.groups
(('4',), (((None,), ('4',)), (('Bonn',), ('9',)), (('Oslo',), ('1',))))
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

import polars as pl
import pyarrow as pa

from processors.columns import ColumnType
from processors.frames import to_frame
from processors.outcome import ROW_ID
from processors.parameters.figures import OF_NUMBERS, Numbers, figure_text
from processors.parameters.model import Fitted, Statistic
from processors.parameters.writing import written

#: Of a statistic at the most; where there are more, the largest of them.
GROUPS_MAX = 10_000

#: Columns have no blanks in their names.
_COUNT, _GROUP = " count", " group"


def fit(statistics: Iterable[Statistic], rows: pa.RecordBatch, types: Mapping[str, ColumnType]) -> tuple[Fitted, ...]:
    """Each statistic of `rows`: `_id` and typed columns, in any order of rows.

    A group is there where it has a value; of more than 10,000 the ones with the most values are, of equals those that
    come first in order. Infinities and what is no number count as nulls, and
    minus zero as zero. A column that `rows` lack has no values.
    """
    known = {name: kind for name, kind in types.items() if name in rows.schema.names}
    samples: dict[tuple[str, tuple[str, ...]], _Sample] = {}
    found: list[Fitted] = []
    for statistic in statistics:
        if not {statistic.column, *statistic.by} <= set(known):
            found.append(Fitted(statistic, 0, ()))
            continue
        sample = samples.setdefault((statistic.column, statistic.by), _sample(statistic, rows, known))
        found.append(_fitted(statistic, sample))
    return tuple(found)


@dataclass(frozen=True)
class _Sample:
    """The values of a column that are not null, in `frame` beside `_id` and the cells of their groups."""

    frame: pl.DataFrame
    column: str
    by: tuple[str, ...]
    kind: ColumnType

    @cached_property
    def groups(self) -> pl.DataFrame:
        """The cells of each group, in ascending order, nulls first, and how many values it has."""
        counted = self.frame.group_by(self.by).agg(pl.len().alias(_COUNT))
        largest = counted.sort(_COUNT, *self.by, descending=[True, *(False for _ in self.by)]).head(GROUPS_MAX)
        return largest.sort(self.by)

    @cached_property
    def keys(self) -> list[tuple[str | None, ...]]:
        """The cells of each group as text."""
        return self.groups.select(written(self.groups[name]) for name in self.by).rows()

    @cached_property
    def numbers(self) -> Numbers:
        """All numbers in ascending order; decimals as integers."""
        ascending: Numbers = self.frame[self.column].sort().to_physical().to_list()
        return ascending

    @cached_property
    def numbers_of_groups(self) -> Numbers:
        """Those of the first group in ascending order, then those of the next."""
        places = self.groups.drop(_COUNT).with_row_index(_GROUP)
        placed = self.frame.join(places, on=self.by, nulls_equal=True)
        ascending: Numbers = placed.sort(_GROUP, self.column)[self.column].to_physical().to_list()
        return ascending


def _sample(statistic: Statistic, rows: pa.RecordBatch, types: Mapping[str, ColumnType]) -> _Sample:
    column, by = statistic.column, statistic.by
    frame = to_frame(rows, dict.fromkeys([ROW_ID, *by, column]))
    finite = frame.with_columns(_finite(name) for name, kind in frame.schema.items() if kind.is_float())
    return _Sample(finite.drop_nulls(column), column, by, types[column])


def _finite(name: str) -> pl.Expr:
    """Finite floats, in which zero has no sign: as text it would be two groups."""
    value = pl.col(name)
    return pl.when(value == 0).then(0.0).when(value.is_finite()).then(value).alias(name)


def _fitted(statistic: Statistic, sample: _Sample) -> Fitted:
    count = sample.frame.height
    if not count:
        return Fitted(statistic, 0, ())
    if statistic.kind in OF_NUMBERS:
        whole, grouped = _figures(statistic, sample)
    else:
        whole, grouped = _values(statistic, sample)
    groups = zip(sample.keys, grouped, strict=True) if statistic.by else ()
    return Fitted(statistic, count, whole, tuple((key, values) for key, values in groups if values))


def _figures(statistic: Statistic, sample: _Sample) -> tuple[tuple[str, ...], list[tuple[str, ...]]]:
    """Figures of numbers: of all, and of each group."""
    figures, scale = OF_NUMBERS[statistic.kind], None if sample.kind.name == "number" else sample.kind.scale

    def told(numbers: Numbers) -> tuple[str, ...]:
        return tuple(figure_text(figure, scale) for figure in figures(numbers))

    whole = told(sample.numbers)
    if not statistic.by:
        return whole, []
    ends = sample.groups[_COUNT].cum_sum().to_list()
    return whole, [told(sample.numbers_of_groups[start:end]) for start, end in pairwise([0, *ends])]


def _values(statistic: Statistic, sample: _Sample) -> tuple[tuple[str, ...], list[tuple[str, ...]]]:
    """Values as they are in rows: of all, and of each group."""
    chosen = _most_frequent if statistic.kind == "mode" else _last
    whole = tuple(written(chosen(sample, ())[sample.column]).to_list())
    if not statistic.by:
        return whole, []
    own = chosen(sample, statistic.by).rename({sample.column: _COUNT})
    placed = sample.groups.drop(_COUNT).join(own, on=statistic.by, how="left", nulls_equal=True, maintain_order="left")
    return whole, [(value,) for value in written(placed[_COUNT]).to_list()]


def _most_frequent(sample: _Sample, by: Sequence[str]) -> pl.DataFrame:
    """The value that most rows of a group have; of several the smallest."""
    counted = sample.frame.group_by(*by, sample.column).agg(pl.len().alias(_COUNT))
    return _first(counted.sort(_COUNT, sample.column, descending=[True, False]), by).select(*by, sample.column)


def _last(sample: _Sample, by: Sequence[str]) -> pl.DataFrame:
    """The value in the row of a group with the greatest id."""
    return _first(sample.frame.sort(ROW_ID, descending=True), by).select(*by, sample.column)


def _first(frame: pl.DataFrame, by: Sequence[str]) -> pl.DataFrame:
    return frame.unique(by, keep="first", maintain_order=True) if by else frame.head(1)
