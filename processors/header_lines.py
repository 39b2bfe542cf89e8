"""Lines of a header among the records: what is left where files were pasted together.

A line that repeats the names of its file's own columns says nothing. One with the names of columns in another order, or
of other columns, says that what follows it means something else: no record behind it can be trusted.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Self, TypeAlias

import numpy as np
import numpy.typing as npt
import polars as pl
import pyarrow as pa

from processors.casting.casting import cast
from processors.columns import Column, ColumnType
from processors.naming.identifiers import folded, told_apart

_Places: TypeAlias = npt.NDArray[np.int64]
_Mask: TypeAlias = npt.NDArray[np.bool_]
_NOWHERE: _Places = np.empty(0, np.int64)
#: By byte, whether it may be (a part of) a blank, or of a letter whose other case has another length.
_STRANGE = np.array([byte <= ord(" ") or byte >= 0x7F for byte in range(256)])


@dataclass(frozen=True, slots=True)
class HeaderLines:
    """Which rows are lines of a header (Boolean, an entry a row): of this file's own, and of another."""

    repeated: pl.Series
    other: pl.Series

    @property
    def any(self) -> pl.Series:
        """Either."""
        return self.repeated | self.other


@dataclass(frozen=True, slots=True, eq=False)
class Signs:
    """Which first bytes and which lengths some words may have, whatever their case; no length is beyond the last.

    Comparing all cells with the words takes longer than casting them; nearly all of them differ in these already.
    """

    firsts: _Mask
    lengths: _Mask

    @classmethod
    def of(cls, words: Iterable[str]) -> Self:
        """The signs of `words`."""
        cases = [each.encode() for word in words if word for each in (word, word.upper())]
        firsts, lengths = np.zeros(256, np.bool_), np.zeros(2 + max(map(len, cases)), np.bool_)
        firsts[[case[0] for case in cases]] = True
        lengths[[len(case) for case in cases]] = True
        return cls(firsts, lengths)

    def places(self, cells: pa.Array) -> _Places:
        """The places of the cells that may be one of the words, blanks around it aside."""
        if not len(cells):
            return _NOWHERE
        offsets = np.frombuffer(cells.buffers()[1], np.int32)[cells.offset : cells.offset + len(cells) + 1]
        filled = np.flatnonzero(offsets[1:] > offsets[:-1])
        text = np.frombuffer(cells.buffers()[2] or b"", np.uint8)
        begins, ends = offsets[:-1][filled], offsets[1:][filled]
        first = text[begins]
        likely = self.firsts[first] & self.lengths[np.minimum(ends - begins, len(self.lengths) - 1)]
        return np.asarray(filled[likely | _STRANGE[first] | _STRANGE[text[ends - 1]]], np.int64)


@dataclass(frozen=True, slots=True)
class Lookout:
    """Knows the lines of a header in the files with one header, by looking at a single column nearly always.

    `header`: the names of the file's columns. `known`: these and all names of declared columns, without regard to case.
    `told_by`: the column to be looked at. Where it `is_typed`, no name would be a value there, so that only rows with a
    misfit in it need be looked at.
    """

    header: tuple[str, ...]
    known: frozenset[str]
    told_by: str
    is_typed: bool
    signs: Signs

    @classmethod
    def of(
        cls,
        header: Sequence[str],
        columns: Sequence[Column],
        typed: Mapping[str, tuple[ColumnType, tuple[str, ...]]],
    ) -> Self | None:
        """`typed`: by header name, the types of the columns that are cast, and their null tokens. None where a line of
        one field could be a header, or no column has a name."""
        named = [name for place, name in enumerate(header, 1) if name != f"column_{place}"]
        if len(header) < 2 or not named:
            return None
        names = [*header, *(name for column in columns for name in (column.name, *column.names))]
        known = frozenset(_bare(pl.Series(names))) - {""}
        words = pl.Series(sorted(known))
        telling = [name for name in named if name in typed and cast(words, *typed[name])[1].all()]
        return cls(tuple(header), known, (telling or named)[0], bool(telling), Signs.of(known))

    def look(self, rows: pa.RecordBatch, misfits: Mapping[str, pl.Series]) -> HeaderLines | None:
        """The header lines among `rows`; None where there are none. `misfits`: by header name, where cells do not
        cast."""
        suspects = self._suspects(rows, misfits)
        for name in self.header:
            if not len(suspects):
                return None
            cells = _bare(pl.Series(rows[name]).gather(suspects))
            suspects = suspects[cells.is_in([*self.known, ""]).to_numpy()]
        lines = [tuple(line.values()) for line in rows.take(pa.array(suspects)).select(self.header).to_pylist()]
        repeated, other = (np.array([of(line) for line in lines], np.bool_) for of in (self._is_own, self._is_other))
        if not (repeated.any() or other.any()):
            return None
        return HeaderLines(*(_mask(rows.num_rows, suspects[each]) for each in (repeated, other)))

    def _suspects(self, rows: pa.RecordBatch, misfits: Mapping[str, pl.Series]) -> _Places:
        """The places of rows that may have a name in the column that tells."""
        if not self.is_typed:
            return self.signs.places(rows[self.told_by])
        if self.told_by not in misfits:
            return _NOWHERE
        return np.asarray(misfits[self.told_by].arg_true().to_numpy(), np.int64)

    def _is_own(self, line: Sequence[str]) -> bool:
        """Whether a line, read as a header, would have the names of this one."""
        names = told_apart([cell.strip() for cell in line])
        return any(map(str.strip, line)) and list(map(folded, names)) == list(map(folded, self.header))

    def _is_other(self, line: Sequence[str]) -> bool:
        """Whether a line has names only, each once, and is no repetition."""
        bare = {cell.strip().lower() for cell in line} - {""}
        return len(bare) == len(line) and not self._is_own(line)


def _bare(text: pl.Series) -> pl.Series:
    return text.str.strip_chars().str.to_lowercase()


def _mask(length: int, places: _Places) -> pl.Series:
    mask = np.zeros(length, np.bool_)
    mask[places] = True
    return pl.Series(mask)
