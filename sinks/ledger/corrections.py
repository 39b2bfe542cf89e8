"""Corrections of records: what a person says that a record should have been.

`raw_events` keeps what came and is never changed. A correction is one more event under the same row id, appended to
`meta_corrections` with the time when it was made known; the latest of a record is what it is judged by, now and in
every later replay.
"""

from __future__ import annotations

import pyarrow as pa

from sinks.database.connection import Connection
from sinks.ledger.clock import NOW


def event(row: str) -> str:
    """SQL: the event by which the record with the id `row` (a qualified column) is judged; null where none is kept."""
    return f"coalesce({_latest(row)}, (SELECT payload FROM raw_events WHERE _id = {row}))"


def _latest(row: str) -> str:
    return f"(SELECT payload FROM meta_corrections WHERE _id = {row} ORDER BY correction_id DESC LIMIT 1)"


def corrections(connection: Connection, first: int, last: int) -> dict[int, str]:
    """The latest events of those of some records that were corrected, by row id."""
    sql = "SELECT _id, payload FROM meta_corrections WHERE _id BETWEEN ? AND ? ORDER BY correction_id"
    return {int(str(row)): str(payload) for row, payload in connection.rows(sql, first, last)}


def correct(connection: Connection, events: pa.RecordBatch) -> None:
    """Append corrections: `_id` and `payload`. Inside the caller's transaction."""
    connection.insert(
        f"INSERT INTO meta_corrections (_id, payload, corrected_at) SELECT ?, ?, {NOW}",
        events,
    )
