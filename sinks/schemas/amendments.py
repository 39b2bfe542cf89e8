"""What contracts have gained beside their YAML, in the order in which it came."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from processors.schemas.amendments import Amendment
from sinks.database.connection import Connection
from sinks.ledger.clock import NOW

_RECORD = f"""
INSERT OR IGNORE INTO meta_schema_amendments (dataset, kind, "column", source, type, file_id, amended_at)
VALUES (?, ?, ?, ?, ?, ?, {NOW})
"""
_FORGET = "DELETE FROM meta_schema_amendments WHERE dataset = ? AND source = ?"
_ALL = 'SELECT dataset, kind, "column", source, type FROM meta_schema_amendments ORDER BY amendment_id'


def record(connection: Connection, amendments: Iterable[Amendment], file_id: int) -> None:
    """Enter those that are new, for which the file asked. Inside the caller's transaction."""
    for each in amendments:
        connection.run(_RECORD, each.dataset, each.kind, each.column, each.source, each.type, file_id)


def forget(connection: Connection, dataset: str, source: str) -> None:
    """Strike out what was said of a name in headers: the YAML says it now, or another amendment will. Inside the
    caller's transaction."""
    connection.run(_FORGET, dataset, source)


def recorded(warehouse: Path) -> list[Amendment]:
    """All of a warehouse, the oldest first; none where there is none, or it does not know of any.

    Raises WarehouseError where it cannot be read.
    """
    if not warehouse.exists():
        return []
    with Connection(warehouse, read_only=True) as connection:
        if not connection.integer("SELECT EXISTS (SELECT 1 FROM sqlite_schema WHERE name = 'meta_schema_amendments')"):
            return []
        return [
            Amendment(str(dataset), kind, str(column), str(source), str(written))  # type: ignore[arg-type]
            for dataset, kind, column, source, written in connection.rows(_ALL)
        ]
