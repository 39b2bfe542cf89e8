"""The rows of a split, placed and counted."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import polars as pl
import pyarrow as pa

from processors.splitting.assigning import Int64s, Placed, entity_parts, place
from processors.splitting.manifest import PartManifest, Tally
from processors.splitting.model import Borders, Split
from sinks.database.connection import Connection
from sinks.feature_views.columns import EVENT, ROW_ID
from sinks.splits.rows import SplitRows


@dataclass(slots=True)
class Splitting:
    """Goes once over rows; `tally` has counted those that were given."""

    connection: Connection
    rows: SplitRows
    split: Split
    where: Borders
    tally: Tally = field(init=False)

    def __post_init__(self) -> None:
        """Begin to count."""
        self.tally = Tally(self.split)

    def manifests(self) -> tuple[PartManifest, ...]:
        """What the parts come to."""
        for rows in self.rows.keys_by_id(self.connection):
            self._placed(rows)
        return tuple(self.tally.manifests())

    def ids(self) -> Iterator[tuple[int, Int64s]]:
        """The place of a part, and row ids of it, ascending."""
        return ((number, chosen[ROW_ID].to_numpy()) for number, chosen in self._parts(self.rows.keys_by_id))

    def whole(self) -> Iterator[tuple[int, pa.RecordBatch]]:
        """The place of a part, and whole rows of it, in the order of their ids."""
        return self._parts(self.rows.rows_by_id)

    def _parts(self, pages: Callable[[Connection], Iterator[pa.RecordBatch]]) -> Iterator[tuple[int, pa.RecordBatch]]:
        for rows in pages(self.connection):
            codes = self._placed(rows).codes
            for number in range(len(self.split.parts)):
                chosen = rows.filter(pa.array(codes == number))
                if chosen.num_rows:
                    yield number, chosen

    def _placed(self, rows: pa.RecordBatch) -> Placed:
        events = rows[EVENT].to_numpy()
        placed = place(self.split, self.where, events, self._entities(rows) if self.split.by_entity else None)
        self.tally.add(rows[ROW_ID].to_numpy(), events, placed)
        return placed

    def _entities(self, rows: pa.RecordBatch) -> Int64s:
        """The part of each row's entity; each entity of a page is looked at once."""
        keys = pl.DataFrame(pl.from_arrow(rows.select(list(self.rows.entity))))
        distinct = keys.unique(maintain_order=True)
        parts = entity_parts(distinct.to_arrow().combine_chunks().to_batches()[0], self.where.weights())
        return keys.join(distinct.with_columns(pl.Series(" part", parts)), on=keys.columns, maintain_order="left")[
            " part"
        ].to_numpy()
