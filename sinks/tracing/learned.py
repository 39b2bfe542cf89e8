"""What a learner has to do with one record."""

from __future__ import annotations

from dataclasses import dataclass

from sinks.database.connection import Connection
from sinks.database.identifiers import predictions, quote

_ENTRIES = """
SELECT seq, change FROM meta_learning_log WHERE dataset = ?1 AND ?2 BETWEEN id_first AND id_last ORDER BY seq
"""
_TAKEN = """
SELECT seq FROM meta_learner_spans WHERE model = ?1 AND ?2 BETWEEN id_first AND id_last ORDER BY seq DESC LIMIT 1
"""
_IS_TABLE = "SELECT EXISTS (SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = ?)"


@dataclass(frozen=True, slots=True)
class Predicted:
    """What was predicted of a row before it was learned, by which version of the learner; `error`: None where the row
    has no target."""

    prediction: float | None
    error: float | None
    version: int


def log_entries(connection: Connection, dataset: str, row: int) -> list[tuple[int, str]]:
    """The entries of the log that name a record, and whether it came or went with each."""
    return [(int(str(seq)), str(change)) for seq, change in connection.rows(_ENTRIES, dataset, row)]


def taken_with(connection: Connection, model: str, row: int) -> int | None:
    """The entry with which a learner took a range that has the record; None where it did not, or has forgotten it."""
    return connection.integer(_TAKEN, model, row) or None


def predicted(connection: Connection, model: str, row: int) -> Predicted | None:
    """The prediction that was kept of a record."""
    if not connection.integer(_IS_TABLE, predictions(model)):
        return None
    sql = f"SELECT prediction, error, version FROM {quote(predictions(model))} WHERE _id = ?"
    for prediction, error, version in connection.rows(sql, row):
        values = [None if cell is None else float(str(cell)) for cell in (prediction, error)]
        return Predicted(values[0], values[1], int(str(version)))
    return None
