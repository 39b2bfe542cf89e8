"""Reading the files of the ledger."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from sinks.database.connection import Connection
from sinks.files import File, FileDialect, FileStat, FileState

_FILES = """
SELECT file_id, dataset, path, generation, date, header, fingerprint, dialect, acknowledged, size, mtime_ns, inode,
ctime_ns, state, reason, records, accepted, rejected, discovered_at, updated_at FROM meta_files
"""
_DATES = """
SELECT DISTINCT dataset, date FROM meta_files WHERE state <> 'superseded' AND (?1 IS NULL OR dataset = ?1)
ORDER BY dataset, date
"""
_BALANCES = """
SELECT date, count(*) AS files, sum(records) AS records, sum(accepted) AS accepted, sum(size) AS bytes
FROM meta_files WHERE dataset = ? AND state <> 'superseded' AND records > 0 GROUP BY date ORDER BY date
"""


@dataclass(frozen=True, slots=True)
class DateBalance:
    """What the files of an execution date have, as far as any record of them is loaded. `bytes`: in the landing
    folder, compressed or not."""

    date: str
    files: int
    records: int
    accepted: int
    bytes: int


_BALANCE = """
SELECT count(DISTINCT dataset) AS datasets, count(*) AS files, coalesce(sum(records), 0) AS records,
    coalesce(sum(accepted), 0) AS accepted, coalesce(sum(rejected), 0) AS rejected, max(updated_at) AS last_commit
FROM meta_files WHERE state <> 'superseded'
"""


@dataclass(frozen=True, slots=True)
class FileEntry:
    """A row of `meta_files`."""

    file: File
    stat: FileStat
    state: FileState
    reason: str
    records: int
    accepted: int
    rejected: int
    discovered_at: str
    updated_at: str


def stored_files(connection: Connection, where: str = "", *values: str | int) -> Iterator[FileEntry]:
    """The files of the ledger, by id; `where` is a SQL condition over `meta_files`."""
    condition = f"WHERE {where}" if where else ""
    for batch in connection.batches(f"{_FILES} {condition} ORDER BY file_id", *values):
        for row in batch.to_pylist():
            identity = row["file_id"], row["dataset"], row["path"], row["generation"]
            read = _header(row["header"]), row["fingerprint"], _dialect(row["dialect"]), bool(row["acknowledged"])
            file = File(*identity, row["date"], *read)
            stat = FileStat(row["size"], row["mtime_ns"], row["inode"], row["ctime_ns"])
            balance = row["records"], row["accepted"], row["rejected"]
            yield FileEntry(file, stat, row["state"], row["reason"], *balance, row["discovered_at"], row["updated_at"])


def stored_dates(connection: Connection, dataset: str | None = None) -> dict[str, list[str]]:
    """The execution dates of which each dataset, or one, has files, in order."""
    found: dict[str, list[str]] = {}
    for name, date in connection.rows(_DATES, dataset):
        found.setdefault(str(name), []).append(str(date))
    return found


def date_balances(connection: Connection, dataset: str) -> list[DateBalance]:
    """The balance of each execution date of a dataset, in order."""
    return [DateBalance(**row) for row in connection.table(_BALANCES, dataset).to_pylist()]


def balance(connection: Connection) -> list[dict[str, Any]]:
    """One row: `datasets`, `files`, `records`, `accepted`, `rejected` and `last_commit` of all files that count."""
    found: list[dict[str, Any]] = connection.table(_BALANCE).to_pylist()
    return found


@lru_cache(maxsize=1024)
def _header(text: str) -> tuple[str, ...]:
    """Most files have the header of the one before: a hundred thousand of them share one tuple."""
    return tuple(json.loads(text))


@lru_cache(maxsize=1024)
def _dialect(text: str | None) -> FileDialect | None:
    return None if text is None else FileDialect(**json.loads(text))
