"""What contracts have gained beside their YAML, in the order in which it came."""

from __future__ import annotations

from collections.abc import Iterable

from processors.amendments import Amendment
from sinks.connection import Connection
from sinks.ledger import NOW

_RECORD = f"""
INSERT OR IGNORE INTO meta_schema_amendments (dataset, kind, "column", source, type, file_id, amended_at)
VALUES (?, ?, ?, ?, ?, ?, {NOW})
"""
_ALL = 'SELECT dataset, kind, "column", source, type FROM meta_schema_amendments ORDER BY amendment_id'


def record(connection: Connection, amendments: Iterable[Amendment], file_id: int) -> None:
    """Enter those that are new, for which the file asked. Inside the caller's transaction."""
    for each in amendments:
        connection.run(_RECORD, each.dataset, each.kind, each.column, each.source, each.type, file_id)


def amendments(connection: Connection) -> list[Amendment]:
    """All of them, the oldest first."""
    return [
        Amendment(str(dataset), kind, str(column), str(source), str(of_type))  # type: ignore[arg-type]
        for dataset, kind, column, source, of_type in connection.rows(_ALL)
    ]
