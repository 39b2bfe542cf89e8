"""Hashes of the cells of some records, to tell which columns, alone or in pairs, have another value in each record."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

Hashes = npt.NDArray[np.uint64]

#: So many cells are hashed of a table at the most, 8 bytes each.
CELLS_MAX = 1 << 23
#: Pairs of columns are compared where there are no more columns than this, beginning with so many records.
_PAIR_COLUMNS_MAX = 40
_FIRST_LOOK = 2000
_ODD = np.uint64(0x9E3779B97F4A7C15)


@dataclass(frozen=True, slots=True)
class CellHashes:
    """An array for each column, in the order of the columns; all of the same length."""

    columns: tuple[Hashes, ...]

    @property
    def records(self) -> int:
        """Of how many records."""
        return len(self.columns[0]) if self.columns else 0

    def distinct(self, *places: int) -> int:
        """How many different values the columns at these places have together."""
        return pl.Series(self._together(places)).n_unique()

    def unique_pairs(self, places: Sequence[int]) -> list[tuple[int, int]]:
        """The pairs of these columns that never have the same values twice."""
        if len(places) > _PAIR_COLUMNS_MAX:
            return []
        pairs = [(one, other) for at, one in enumerate(places) for other in places[at + 1 :]]
        first = CellHashes(tuple(column[:_FIRST_LOOK] for column in self.columns))
        likely = [pair for pair in pairs if first.distinct(*pair) == first.records]
        return [pair for pair in likely if self.distinct(*pair) == self.records]

    def _together(self, places: Iterable[int]) -> Hashes:
        together = np.zeros(self.records, np.uint64)
        for place in places:
            together = (together ^ self.columns[place]) * _ODD
            together ^= together >> np.uint64(29)
        return together


def cell_hashes(cells: pl.DataFrame, records: int) -> CellHashes:
    """Of the first `records` records, blanks around a cell not counted."""
    bare = cells.head(records).select(pl.all().fill_null("").str.strip_chars())
    return CellHashes(tuple(column.hash().to_numpy() for column in bare.iter_columns()))


def joined(parts: Sequence[CellHashes]) -> CellHashes:
    """One below the other."""
    return CellHashes(tuple(np.concatenate(columns) for columns in zip(*(part.columns for part in parts), strict=True)))
