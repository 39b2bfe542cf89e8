"""What every step here does with rows of which it changes cells: mark them, flag them, keep what stood there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import polars as pl
import pyarrow as pa
import pyarrow.compute as pc

from processors.flags import FLAGS, flagged, having
from processors.frames import with_columns
from processors.outcome import ROW_ID, RowIds
from processors.parameters.writing import written_alike
from processors.rescuing import RESCUED, kept


@dataclass(slots=True)
class Changes:
    """Rows, and what a step does to them, cell by cell."""

    rows: pa.RecordBatch
    cells: dict[str, pa.Array] = field(default_factory=dict)
    marked: dict[str, RowIds] = field(default_factory=dict)
    _flags: list[pl.Series] = field(default_factory=list)
    _rescued: pa.Array | None = None

    def put(self, column: str, cells: pa.Array) -> None:
        """Other cells for a column."""
        self.cells[column] = cells

    def of(self, column: str) -> pa.Array:
        """The cells of a column as they are by now."""
        return self.cells[column] if column in self.cells else self.rows[column]

    def keep(self, column: str, source: str, mask: pa.Array) -> None:
        """Keep in `_rescued` what stands in these cells of a column, none of them null; `source` is its name there."""
        if not mask.true_count:
            return
        stood = written_alike(pl.Series(self.of(column).filter(mask)))
        objects = self.rows[RESCUED] if self._rescued is None else self._rescued
        self._rescued = kept(objects, source, mask, stood.to_arrow().cast(pa.string()))

    def mark(self, name: str, mask: pa.Array) -> None:
        """Count these rows."""
        if mask.true_count:
            ids = self.rows[ROW_ID].filter(mask).to_numpy()
            self.marked[name] = np.concatenate([self.marked[name], ids]) if name in self.marked else ids

    def flag(self, name: str, mask: pa.Array) -> None:
        """Count these rows, and write the name into their `_flags`, but where it stands there already."""
        if mask.true_count:
            further = pc.and_not(mask, having(self.rows[FLAGS], name))
            self.mark(name, further)
            self._flags.append(pl.Series(name, further))

    def result(self) -> pa.RecordBatch:
        """The rows with all that was done to them."""
        ours: Mapping[str, pa.Array] = {} if self._rescued is None else {RESCUED: self._rescued}
        if self._flags:
            ours = {**ours, FLAGS: flagged(self.rows[FLAGS], self._flags)}
        return with_columns(self.rows, {**self.cells, **ours}) if self.cells or ours else self.rows
