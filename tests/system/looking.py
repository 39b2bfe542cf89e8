"""Looking into a warehouse from the test's own process, read-only and briefly, as `status` does."""

from __future__ import annotations

from pathlib import Path

from sinks.database.connection import Connection, Scalar
from sinks.ledger.files import FileEntry
from sinks.reading import WarehouseReader

DATASETS = ("employees", "orders")

_BROKEN_BALANCES = "SELECT path FROM meta_files WHERE records <> accepted + rejected"
_ROWS_OF_FILES = """
WITH ids AS (SELECT *, file_id << 32 AS first, (file_id << 32) + 4294967295 AS last FROM meta_files)
SELECT f.path, f.accepted, (SELECT count(*) FROM stg_{0} WHERE _id BETWEEN f.first AND f.last),
       f.rejected, (SELECT count(*) FROM rejects WHERE _id BETWEEN f.first AND f.last)
FROM ids f WHERE f.dataset = '{0}'
"""
_RAW_GAPS = """
SELECT f.path, f.records, count(r._id), min(r._id & 4294967295), max(r._id & 4294967295)
FROM meta_files f JOIN raw_events r ON r._id BETWEEN f.file_id << 32 AND (f.file_id << 32) + 4294967295
WHERE f.state <> 'superseded' GROUP BY f.file_id HAVING count(r._id) <> f.records OR min(r._id & 4294967295) <> 1
OR max(r._id & 4294967295) <> f.records
"""
_SPAN_GAPS = """
SELECT span_id FROM (
    SELECT span_id, byte_start, lag(byte_end, 1, 0) OVER same AS expected_byte,
           lag(span_id + row_count, 1, (span_id >> 32 << 32) + 1) OVER same AS expected_id
    FROM meta_spans WINDOW same AS (PARTITION BY span_id >> 32 ORDER BY span_id))
WHERE byte_start <> expected_byte OR span_id <> expected_id
"""


def rows(warehouse: Path, sql: str, *parameters: Scalar) -> list[tuple[Scalar, ...]]:
    """All rows of a query."""
    with Connection(warehouse, read_only=True) as connection:
        return connection.rows(sql, *parameters)


def number(warehouse: Path, sql: str, *parameters: Scalar) -> int:
    """The single integer of a query."""
    with Connection(warehouse, read_only=True) as connection:
        return connection.integer(sql, *parameters)


def staged(warehouse: Path, condition: str = "TRUE", *parameters: Scalar) -> int:
    """How many staged orders fulfil a condition."""
    return number(warehouse, f"SELECT count(*) FROM stg_orders WHERE {condition}", *parameters)


def hashes(warehouse: Path, datasets: tuple[str, ...] = DATASETS) -> dict[str, str]:
    """The content hash of each dataset."""
    with WarehouseReader(warehouse) as reader:
        return {dataset: reader.content_hash(dataset) for dataset in datasets}


def files(warehouse: Path) -> dict[str, FileEntry]:
    """What the ledger says of each file, by path."""
    with WarehouseReader(warehouse) as reader:
        return {entry.file.path: entry for entry in reader.files()}


def reject_rules(warehouse: Path, path: str) -> dict[str, int]:
    """How many records of a file were rejected under each rule."""
    with WarehouseReader(warehouse) as reader:
        [entry] = reader.files("path = ?", path)
        return reader.reject_rules(entry.file.file_id)


def unsound(warehouse: Path, datasets: tuple[str, ...] = DATASETS) -> list[str]:
    """Everything that contradicts the books: the file itself, balances, rows of files, raw events, spans."""
    found: list[str] = []
    with Connection(warehouse, read_only=True) as connection:
        integrity = connection.rows("PRAGMA integrity_check")
        found += [f"integrity: {line}" for line in integrity if line != ("ok",)]
        found += [f"balance: {row}" for row in connection.rows(_BROKEN_BALANCES)]
        for dataset in datasets:
            counts = connection.rows(_ROWS_OF_FILES.format(dataset))
            found += [f"rows of file: {row}" for row in counts if (row[1], row[3]) != (row[2], row[4])]
        found += [f"raw events: {row}" for row in connection.rows(_RAW_GAPS)]
        found += [f"span: {row}" for row in connection.rows(_SPAN_GAPS)]
        ids = [row[0] for row in connection.rows("SELECT file_id FROM meta_files ORDER BY 1")]
        found += [f"file ids: {ids}"] if ids != list(range(1, len(ids) + 1)) else []
    return found
