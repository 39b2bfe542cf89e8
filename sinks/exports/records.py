"""Which files are written, and of which state of their dates."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass

from processors.columns import ColumnType
from sinks.database.connection import Connection
from sinks.ledger.clock import NOW
from sinks.table import ExportKind

_CHANGES = "SELECT date, changes FROM meta_closings WHERE dataset = ? ORDER BY date"
_KNOWN = "SELECT path, changes, layout, rows FROM meta_exports WHERE dataset = ? AND kind = ?"
#: Those that are of the state which their dates have now, with rows.
_CURRENT = """
SELECT path, dataset, date, content_hash FROM meta_exports e WHERE rows > 0 AND changes = CASE kind
    WHEN 'clean' THEN (SELECT changes FROM meta_closings c WHERE c.dataset = e.dataset AND c.date = e.date)
    WHEN 'features' THEN (SELECT changes FROM meta_feature_dates f WHERE f.view = e.name AND f.date = e.date)
    ELSE (SELECT sum(closed) FROM meta_closings c WHERE c.dataset = e.dataset) END
ORDER BY path
"""
_RECORD = f"INSERT OR REPLACE INTO meta_exports VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, {NOW})"


@dataclass(frozen=True, slots=True)
class Edition:
    """What a file is of: `changes` of its date until then, and the `layout` of its columns."""

    changes: int
    layout: str


@dataclass(frozen=True, slots=True)
class Export:
    """A file, by its `path` below the folder of the exports. `name`: of the dataset, the view or the KPI; `date`: None
    where it has all dates."""

    path: str
    kind: ExportKind
    dataset: str
    name: str
    version: int | None
    date: str | None
    edition: Edition


@dataclass(frozen=True, slots=True)
class Written:
    """A file that was written. `content_hash`: SHA-256 of its bytes; None where there are no rows, and so no file."""

    export: Export
    rows: int
    content_hash: str | None


@dataclass(frozen=True, slots=True)
class Known:
    """What is recorded of a file."""

    edition: Edition
    rows: int


@dataclass(frozen=True, slots=True)
class Stored:
    """A file that is recorded, below the folder of the exports, and the SHA-256 of its bytes."""

    path: str
    dataset: str
    date: str | None
    content_hash: str


def current_exports(connection: Connection) -> list[Stored]:
    """The files that are of today's state of their dates, by path."""
    return [Stored(**row) for row in connection.table(_CURRENT).to_pylist()]


def layout(columns: Iterable[tuple[str, ColumnType]]) -> str:
    """A hash of names and types (hexadecimal SHA-256)."""
    return hashlib.sha256(json.dumps([(name, kind.written) for name, kind in columns]).encode()).hexdigest()


def changes_by_date(connection: Connection, dataset: str) -> dict[str, int]:
    """How often each date of a dataset has changed, in the order of the dates."""
    return {str(date): int(str(changes)) for date, changes in connection.rows(_CHANGES, dataset)}


def known_exports(connection: Connection, dataset: str, kind: ExportKind) -> dict[str, Known]:
    """What is recorded of the files of a dataset, by path."""
    rows = connection.rows(_KNOWN, dataset, kind)
    return {
        str(path): Known(Edition(int(str(changes)), str(columns)), int(str(count)))
        for path, changes, columns, count in rows
    }


def record(connection: Connection, written: Iterable[Written]) -> None:
    """They are durable. Inside the caller's transaction."""
    for each in written:
        export, edition = each.export, each.export.edition
        connection.run(
            _RECORD,
            *(export.path, export.kind, export.dataset, export.name, export.version, export.date),
            *(each.rows, each.content_hash, edition.changes, edition.layout),
        )
