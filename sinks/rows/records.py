"""Reading one record, wherever it stands: the event by which it is judged, and the typed row that is stored of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sinks.database.connection import Connection
from sinks.database.identifiers import quote
from sinks.ledger.corrections import event
from sinks.rows.tables import row_tables


@dataclass(frozen=True, slots=True)
class Records:
    """The records behind a connection that only reads."""

    connection: Connection

    def event(self, record: int) -> str | None:
        """What came, or its latest correction; None where neither is kept."""
        [[payload]] = self.connection.rows(f"SELECT {event('r._id')} FROM (SELECT ? AS _id) r", record)
        return None if payload is None else str(payload)

    def stored(self, dataset: str, record: int) -> Mapping[str, Any] | None:
        """The row that is staged of a record, or that lost, by column, as SQLite keeps it; None where there is none."""
        for name in row_tables(dataset):
            for row in self.connection.table(f"SELECT * FROM {quote(name)} WHERE _id = ?", record).to_pylist():
                return dict(row)
        return None
