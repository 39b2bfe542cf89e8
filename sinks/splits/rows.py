"""The rows that are split, in the order of their ids: those of a feature view, or the staged ones of a dataset."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pyarrow as pa

from processors.feature_views.model import FeatureView
from processors.feature_views.values import arrow_type
from sinks.database.connection import Connection
from sinks.database.identifiers import feature_rows, quote, staged
from sinks.feature_views.columns import (
    DATE,
    EVENT,
    ROW_ID,
    Types,
    entity_types,
    examples,
    names,
    pages,
    typed,
    vector_types,
    without_example,
)
from sinks.table import Table

_KEYS: Types = {ROW_ID: pa.int64(), EVENT: pa.int64()}


@dataclass(frozen=True, slots=True)
class SplitRows:
    """Rows that can be split. `name`, `version`: by which manifests know them; `told`: what they are, in words.

    `table`: where they are. `time`: SQL, the event time in microseconds since 1970. `entity`: its columns; `types`:
    those of a whole row.
    """

    name: str
    version: int
    told: str
    table: str
    time: str
    entity: Types
    types: Types

    def time_range(self, connection: Connection) -> tuple[int, int] | None:
        """The first and the last event time; None where there are no rows."""
        [(first, last)] = connection.rows(f"SELECT min({self.time}), max({self.time}) FROM {quote(self.table)}")
        return None if first is None else (int(str(first)), int(str(last)))

    def keys_by_id(self, connection: Connection) -> Iterator[pa.RecordBatch]:
        """`_id`, `_event_us` and the entity of all rows, by ascending id, in bounded memory: SQLite sorts them."""
        return self._by_id(connection, {**_KEYS, **self.entity})

    def rows_by_id(self, connection: Connection) -> Iterator[pa.RecordBatch]:
        """All of all rows, likewise."""
        return self._by_id(connection, self.types)

    def _by_id(self, connection: Connection, types: Types) -> Iterator[pa.RecordBatch]:
        cells = ", ".join(f"{self.time} AS {EVENT}" if name == EVENT else names([name]) for name in types)
        # LIMIT keeps SQLite from leaving the ORDER BY out.
        ordered = f"SELECT {cells} FROM {quote(self.table)} ORDER BY {ROW_ID} LIMIT -1"
        sql = f"SELECT {examples(types)} UNION ALL SELECT * FROM ({ordered})"
        for number, page in enumerate(pages(connection.batches(sql))):
            yield typed(page if number else without_example(page), types)


def rows_of_view(view: FeatureView) -> SplitRows:
    """The vectors of a view: entity, `_event_us`, `_id`, `_date`, features."""
    table, told = feature_rows(view.name), f"the view {view.name}"
    return SplitRows(view.name, view.version, told, table, EVENT, entity_types(view), vector_types(view))


def rows_of_dataset(table: Table) -> SplitRows:
    """The staged rows of a dataset: `_id`, `_event_us`, `_date`, columns. They have no entity; one without an event
    time is at midnight (UTC) of its execution date."""
    name, told = staged(table.dataset), f"the dataset {table.dataset}"
    types = {**_KEYS, DATE: pa.string(), **{name: arrow_type(kind) for name, kind in table.columns}}
    return SplitRows(name, 1, told, name, f"coalesce({EVENT}, unixepoch({DATE}) * 1000000)", {}, types)
