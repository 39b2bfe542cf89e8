"""Lines of a header among the records: what is left where files were pasted together.

A line that repeats the names of its file's own columns says nothing. One with the names of columns in another order, or
of other columns, says that what follows it means something else: no record behind it can be trusted.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Self, TypeAlias

import numpy as np
import numpy.typing as npt
import polars as pl
import pyarrow as pa

from processors.casting import cast
from processors.columns import Column, ColumnType
from processors.frames import to_frame

_Places: TypeAlias = npt.NDArray[np.int64]
_Mask: TypeAlias = npt.NDArray[np.bool_]
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

    `header`: the names of the file's columns; `bare`: the same without regard to case, and `known` with them all other
    names of declared columns. `told_by`: the column to be looked at. Where it `is_typed`, no name would be a value
    there, so that only rows with a misfit in it need be looked at.
    """

    header: tuple[str, ...]
    bare: tuple[str, ...]
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
        one field could be a header."""
        if len(header) < 2:
            return None
        bare = tuple(_bare(pl.Series(header)))
        known = {*bare, *_bare(pl.Series([name for each in columns for name in (each.source, *each.aliases)]))}
        words = pl.Series(sorted(known))
        named = [name for place, name in enumerate(header, 1) if name != _numbered(place)]
        telling = [name for name in named if name in typed and cast(words, *typed[name])[1].all()]
        if not named:
            return None
        signs = Signs.of(known)
        return cls(tuple(header), bare, frozenset(known), (telling or named)[0], bool(telling), signs)

    def look(self, rows: pa.RecordBatch, misfits: Mapping[str, pl.Series]) -> HeaderLines | None:
        """The header lines among `rows`; None where there are none. `misfits`: by header name, where cells do not
        cast."""
        if self.is_typed and self.told_by not in misfits:
            return None
        suspects = self._suspects(rows, misfits)
        if not len(suspects):
            return None
        lines = _bare_frame(rows.take(pa.array(suspects)), self.header)
        repeated = lines.select_seq(self._is_own()).to_series().to_numpy()
        other = lines.select_seq(_is_other(self.header, self.known)).to_series().to_numpy() & ~repeated
        other[other] = [len(set(line)) == len(line) for line in lines.filter(pl.Series(other)).iter_rows()]
        if not (repeated.any() or other.any()):
            return None
        return HeaderLines(*(_mask(rows.num_rows, suspects[each]) for each in (repeated, other)))

    def _suspects(self, rows: pa.RecordBatch, misfits: Mapping[str, pl.Series]) -> _Places:
        """The places of rows that have a name in the column that tells."""
        cells = rows[self.told_by]
        places: _Places
        if self.is_typed:
            places = misfits[self.told_by].arg_true().to_numpy().astype(np.int64)
        else:
            places = self.signs.places(cells)
        if not len(places):
            return places
        known = _bare(pl.Series(cells).gather(places)).is_in(self.known)
        return np.asarray(places[known.to_numpy()], np.int64)

    def _is_own(self) -> pl.Expr:
        """A column without a name is numbered, and its cell empty where the header is repeated."""
        same = [
            pl.col(f"{place}").is_in([bare, ""] if name == _numbered(place + 1) else [bare])
            for place, (name, bare) in enumerate(zip(self.header, self.bare, strict=True))
        ]
        return pl.all_horizontal(same)


def _is_other(header: Sequence[str], known: Collection[str]) -> pl.Expr:
    return pl.all_horizontal([pl.col(f"{place}").is_in(known) for place in range(len(header))])


def _bare(text: pl.Series) -> pl.Series:
    return text.str.strip_chars().str.to_lowercase()


def _bare_frame(rows: pa.RecordBatch, header: Sequence[str]) -> pl.DataFrame:
    """The cells as `_bare` has them, in columns named by their places: polars takes some names for patterns."""
    frame = to_frame(rows, header)
    return pl.DataFrame([_bare(column).alias(f"{place}") for place, column in enumerate(frame.get_columns())])


def _numbered(place: int) -> str:
    return f"column_{place}"


def _mask(length: int, places: _Places) -> pl.Series:
    mask = np.zeros(length, np.bool_)
    mask[places] = True
    return pl.Series(mask)
