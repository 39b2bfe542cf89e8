"""Which dates are open: those whose committed rows have changed since they were summed up last."""

from __future__ import annotations

import json
from collections.abc import Iterable

from sinks.database.connection import Connection
from sinks.ledger.clock import NOW

_OPEN = "SELECT dataset, date FROM meta_closings WHERE changes > closed ORDER BY dataset, date"
_CLOSE = f"""
UPDATE meta_closings SET closed = changes, closed_at = {NOW}
WHERE dataset = ? AND date IN (SELECT value FROM json_each(?))
"""
_REOPEN = "UPDATE meta_closings SET changes = changes + 1 WHERE dataset = ? AND date > ? AND closed_at IS NOT NULL"
_REOPEN_FILE = """
UPDATE meta_closings SET changes = changes + 1
WHERE (dataset, date) IN (SELECT dataset, date FROM meta_files WHERE file_id = ?)
"""
_CLOSED = """
SELECT date FROM (SELECT date, changes > closed AS is_open FROM meta_closings
    WHERE dataset = ? AND date > ? AND closed_at IS NOT NULL ORDER BY date LIMIT ?)
WHERE NOT is_open
"""


def open_dates(connection: Connection) -> dict[str, list[str]]:
    """The open dates of each dataset, in order."""
    found: dict[str, list[str]] = {}
    for dataset, date in connection.rows(_OPEN):
        found.setdefault(str(dataset), []).append(str(date))
    return found


def close(connection: Connection, dataset: str, dates: Iterable[str]) -> None:
    """They are summed up, inside the transaction in which that was done."""
    connection.run(_CLOSE, dataset, json.dumps(list(dates)))


def reopen_after(connection: Connection, dataset: str, date: str) -> None:
    """The closed dates after one are to be summed up anew."""
    connection.run(_REOPEN, dataset, date)


def reopen_file(connection: Connection, file_id: int) -> None:
    """Cells of a file's staged rows were changed in their place."""
    connection.run(_REOPEN_FILE, file_id)


def closed_after(connection: Connection, dataset: str, date: str, count: int) -> list[str]:
    """Of the next dates after one that have ever been closed, so many at the most, those that are not open again: what
    these come to is said when they are closed."""
    return [str(row[0]) for row in connection.rows(_CLOSED, dataset, date, count)]
