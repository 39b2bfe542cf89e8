"""The predictions of a learner that scores the rows which it follows, in a table of their own."""

from __future__ import annotations

import pyarrow as pa

from sinks.database.connection import Connection
from sinks.database.identifiers import predictions, quote


def keep_predictions(connection: Connection, model: str, rows: pa.RecordBatch) -> None:
    """Store predictions in the place of what is there of their rows: `_id`, `_date`, `prediction`, `error` (null where
    the row has no target), `version`. Inside the caller's transaction; the first makes the table."""
    connection.run(_created(model))
    connection.insert(f"INSERT OR REPLACE INTO {quote(predictions(model))} VALUES (?, ?, ?, ?, ?)", rows)


def forget_predictions(connection: Connection, model: str, id_first: int, id_last: int) -> None:
    """Take the predictions of rows that went away."""
    connection.run(_created(model))
    connection.run(f"DELETE FROM {quote(predictions(model))} WHERE _id BETWEEN ? AND ?", id_first, id_last)


def _created(model: str) -> str:
    columns = "_id INTEGER PRIMARY KEY, _date TEXT NOT NULL, prediction REAL, error REAL, version INTEGER NOT NULL"
    return f"CREATE TABLE IF NOT EXISTS {quote(predictions(model))} ({columns}) STRICT"
