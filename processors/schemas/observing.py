"""What is seen of files while their records are cast: the schema of each, from the header and from what is not plain.

For a file that has only declared columns, one way to write each, and no misfits, that is the header alone, and costs
nothing. Else misfits are looked at wherever they are, and formats and undeclared columns in the first SAMPLE_RECORDS
records of a file; so the schema does not depend on how a file is cut.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt
import polars as pl
import pyarrow as pa

from processors.columns import ColumnType
from processors.outcome import ROW_ID, RowIds
from processors.schemas.evidence import evidence, has_formats, labels
from processors.schemas.inference import kinds, misfits_of, named
from processors.schemas.model import SAMPLE_RECORDS, UNKNOWN, Schema, SchemaColumn, join_seen, some

_FILE_SHIFT, _RECORD_MASK = 32, (1 << 32) - 1
#: By file and place, the columns that are not as the header alone says.
_Seen: TypeAlias = dict[int, dict[int, SchemaColumn]]
#: A file, and from where to where its rows stand.
_Piece: TypeAlias = tuple[int, int, int]
#: Of a value so many characters are kept.
_VALUE_CHARS = 60


class Misfits(NamedTuple):
    """Cells of a column that do not cast: its name in the header, its type, and a mask of them."""

    source: str
    type: ColumnType
    mask: pl.Series


class Values(NamedTuple):
    """The cells of a column as they were cast: its name in the header, and the values."""

    source: str
    values: pl.Series


@dataclass(frozen=True, slots=True)
class Observer:
    """For files with the same header: `plain` is their schema where there is nothing to be seen.

    `undeclared`: the places of columns that the contract does not have; `formatted`: those of columns whose values may
    be written in several ways, with the types. `null_tokens`: the dataset's.
    """

    plain: Schema
    undeclared: tuple[int, ...]
    formatted: tuple[tuple[int, ColumnType, tuple[str, ...]], ...]
    null_tokens: tuple[str, ...]

    def observe(
        self, rows: pa.RecordBatch, typed: Iterable[Values], misfits: Sequence[Misfits], left_out: pl.Series | None
    ) -> dict[int, Schema]:
        """The schema of each file that `rows` (in ascending row id) are of. `typed`: the columns that are no text.
        `left_out`: rows that are no records."""
        if not rows.num_rows:
            return {}
        ids: RowIds = rows[ROW_ID].to_numpy()
        first, last = int(ids[0]) >> _FILE_SHIFT, int(ids[-1]) >> _FILE_SHIFT
        files = [first] if first == last else np.unique(ids >> _FILE_SHIFT).tolist()
        seen: _Seen = defaultdict(dict)
        if self.undeclared or self.formatted:
            self._sampled(rows, ids, left_out, seen)
        for source, values in typed:
            if values.null_count():
                self._valueless(source, values, ids, seen)
        for each in misfits:
            self._misfits(rows, ids, each, seen)
        return {file: self._with(seen[file]) if file in seen else self.plain for file in files}

    def _with(self, seen: Mapping[int, SchemaColumn]) -> Schema:
        columns = self.plain.columns
        return Schema(tuple(seen.get(place, column) for place, column in enumerate(columns)), self.plain.key)

    def _sampled(self, rows: pa.RecordBatch, ids: RowIds, left_out: pl.Series | None, seen: _Seen) -> None:
        """What is looked at in the first records of each file only."""
        taken = (ids & _RECORD_MASK) <= SAMPLE_RECORDS
        if left_out is not None:
            taken &= ~left_out.to_numpy()
        if not taken.any():
            return
        sample, files = rows, ids >> _FILE_SHIFT
        if not taken.all():
            sample, files = rows.filter(pa.array(taken)), files[taken]
        pieces = list(_by_file(files))
        for place in self.undeclared:
            self._undeclared(sample, place, pieces, seen)
        for place, kind, null_tokens in self.formatted:
            column = self.plain.columns[place]
            bits = evidence(pl.Series(sample[column.name]), kind, null_tokens)
            for file, begin, end in pieces:
                formats = labels(kind, int(np.bitwise_or.reduce(bits[begin:end])))
                seen[file][place] = replace(column, formats=formats)

    def _undeclared(self, sample: pa.RecordBatch, place: int, pieces: Iterable[_Piece], seen: _Seen) -> None:
        column = self.plain.columns[place]
        cells = pl.Series(sample[column.name])
        bits = kinds(cells, self.null_tokens)
        for file, begin, end in pieces:
            inferred = named(int(np.bitwise_or.reduce(bits[begin:end])))
            values = _values(cells[begin:end].filter(pl.Series(bits[begin:end] > 0)))
            seen[file][place] = replace(column, type=inferred, values=values)

    def _valueless(self, source: str, values: pl.Series, ids: RowIds, seen: _Seen) -> None:
        """Of what type a column is, a file does not tell in which it has no value."""
        place = self._place(source)
        for file, begin, end in _by_file(ids >> _FILE_SHIFT):
            if values[begin:end].null_count() == end - begin:
                column = seen[file].get(place, self.plain.columns[place])
                seen[file][place] = replace(column, type=UNKNOWN)

    def _place(self, source: str) -> int:
        return next(place for place, column in enumerate(self.plain.columns) if column.name == source)

    def _misfits(self, rows: pa.RecordBatch, ids: RowIds, misfits: Misfits, seen: _Seen) -> None:
        place = self._place(misfits.source)
        cells = pl.Series(rows[misfits.source]).filter(misfits.mask)
        for file, begin, end in _by_file(ids[misfits.mask.to_numpy()] >> _FILE_SHIFT):
            kind, formats = misfits_of(misfits.type, cells[begin:end])
            column = seen[file].get(place, self.plain.columns[place])
            together = tuple(sorted({*column.formats, *formats}))
            seen[file][place] = replace(column, type=join_seen(column.type, kind), formats=together)


def observer(
    header: Sequence[str], declared: Mapping[str, tuple[str, ColumnType, tuple[str, ...]]], null_tokens: tuple[str, ...]
) -> Observer:
    """`declared`: by header name, the column that it is, its type and its null tokens."""
    columns = tuple(
        SchemaColumn(name, declared[name][1].written, declared[name][0])
        if name in declared
        else SchemaColumn(name, UNKNOWN)
        for name in header
    )
    return Observer(
        Schema(columns),
        tuple(place for place, name in enumerate(header) if name not in declared),
        tuple(
            (place, *declared[name][1:])
            for place, name in enumerate(header)
            if name in declared and has_formats(declared[name][1])
        ),
        null_tokens,
    )


def _by_file(files: npt.NDArray[np.int64]) -> Iterator[_Piece]:
    """Each file with the first place that it has in `files`, which ascend, and the one behind its last."""
    begins = np.flatnonzero(np.diff(files, prepend=-1))
    ends = [*begins[1:].tolist(), len(files)]
    yield from zip(files[begins].tolist(), begins.tolist(), ends, strict=True)


def _values(cells: pl.Series) -> tuple[str, ...]:
    told = cells.str.strip_chars().str.head(_VALUE_CHARS)
    return some(told.unique(maintain_order=True))
