"""What was written down as changed beneath a view, by triggers and by those who stage rows in a longer transaction."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import pyarrow as pa

from processors.feature_views.model import FeatureView
from sinks.base import IdRange, Span
from sinks.database.connection import Connection
from sinks.database.identifiers import feature_changes, quote
from sinks.feature_views.columns import ROWS_AT_ONCE, examples, kept_types, key_types, names
from sinks.feature_views.tables import noted
from sinks.table import Table


def note_rows(connection: Connection, table: Table, rows: str) -> None:
    """Write down staged rows of a dataset, `rows` being SQL behind their id, for all of its views."""
    for view in table.views:
        connection.run(noted(view, rows))


@dataclass(frozen=True)
class Changes:
    """The changes beneath one view. Every method runs inside the caller's transaction."""

    connection: Connection
    view: FeatureView

    @cached_property
    def _table(self) -> str:
        return quote(feature_changes(self.view.name))

    @cached_property
    def _key(self) -> str:
        return names(key_types(self.view))

    def note(self, ids: Span | IdRange) -> None:
        """Write down the staged rows of a range as if they had changed."""
        self.connection.run(noted(self.view, "BETWEEN ? AND ?"), ids.id_first, ids.id_last)

    @property
    def first(self) -> str:
        """SQL: the first of them, in the order of the key; so many at the most as are worked off together."""
        return f"SELECT {self._key} FROM {self._table} ORDER BY {self._key} LIMIT {ROWS_AT_ONCE}"

    def page(self) -> pa.RecordBatch:
        """The first of them: entity, `_event_us`, `_id`."""
        read = self.connection.table(f"SELECT {self._examples} UNION ALL SELECT * FROM ({self.first})")
        return pa.concat_batches(read.to_batches()).slice(1)

    @cached_property
    def _examples(self) -> str:
        kept = kept_types(self.view)
        return examples({name: kept[name] for name in key_types(self.view)})

    def is_last(self, page: pa.RecordBatch) -> bool:
        """Whether there are no more behind the page."""
        return bool(page.num_rows < ROWS_AT_ONCE)

    def forget(self, page: pa.RecordBatch) -> None:
        """The page, and no more, is worked off."""
        if not page.num_rows:
            return
        if self.is_last(page):
            self.connection.run(f"DELETE FROM {self._table}")
            return
        last = [column[-1].as_py() for column in page.columns]
        behind = f"({self._key}) <= ({', '.join('?' for _ in last)})"
        self.connection.run(f"DELETE FROM {self._table} WHERE {behind}", *last)
