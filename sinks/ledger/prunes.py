"""What was given up of dates, by a person's word: raw events, and landing files."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal, TypeAlias

from sinks.database.connection import Connection
from sinks.ledger.clock import NOW

#: raw: the raw events of a date; landing: its files in the landing folder and the archive.
What: TypeAlias = Literal["raw", "landing"]

PRUNES = """
CREATE TABLE meta_prunes (
    prune_id INTEGER PRIMARY KEY,
    dataset TEXT NOT NULL,
    date TEXT NOT NULL,
    what TEXT NOT NULL CHECK (what IN ('raw', 'landing')),
    files INTEGER NOT NULL,
    rows INTEGER NOT NULL,
    bytes INTEGER NOT NULL,
    before TEXT NOT NULL,
    pruned_at TEXT NOT NULL
) STRICT;

CREATE INDEX meta_prunes_date ON meta_prunes (dataset, date)
"""

_RECORD = f"""
INSERT INTO meta_prunes (dataset, date, what, files, rows, bytes, before, pruned_at) VALUES (?, ?, ?, ?, ?, ?, ?, {NOW})
"""
_PRUNES = """
SELECT dataset, date, what, files, rows, bytes, before, pruned_at FROM meta_prunes
WHERE (?1 IS NULL OR dataset = ?1) AND (?2 IS NULL OR date = ?2) ORDER BY prune_id
"""
_EVENTS = "SELECT count(*), coalesce(sum(length(CAST(payload AS BLOB))), 0) FROM raw_events WHERE _id BETWEEN ? AND ?"
_GUARD = "SELECT sql FROM sqlite_schema WHERE type = 'trigger' AND name = 'raw_events_no_delete'"


@dataclass(frozen=True, slots=True)
class Prune:
    """What was given up of a date: `files`, with so many `rows` (records) and `bytes`, by `prune --before`."""

    dataset: str
    date: str
    what: What
    files: int
    rows: int
    bytes: int
    before: str
    pruned_at: str

    @property
    def told(self) -> str:
        """A sentence's beginning."""
        lost = "its raw events were" if self.what == "raw" else "its landing file was"
        return f"{lost} pruned on {self.pruned_at[:10]} by `ade-stream prune --before {self.before}`"


def record_prune(connection: Connection, of: tuple[str, str, What], figures: tuple[int, int, int], before: str) -> None:
    """Enter what goes of a dataset's date: `figures` are files, rows and bytes. Inside the caller's transaction."""
    connection.run(_RECORD, *of, *figures, before)


def stored_prunes(connection: Connection, dataset: str | None = None, date: str | None = None) -> Iterator[Prune]:
    """What was given up: of all datasets or one, of all dates or one, the oldest first."""
    for row in connection.table(_PRUNES, dataset, date).to_pylist():
        yield Prune(**row)


def kept_events(connection: Connection, first: int, last: int) -> tuple[int, int]:
    """How many raw events there are in a range of row ids, and the bytes of their text."""
    [(rows, size)] = connection.rows(_EVENTS, first, last)
    return int(str(rows)), int(str(size))


def delete_events(connection: Connection, ranges: Iterator[tuple[int, int]]) -> None:
    """Take raw events away, by ranges of row ids; what forbids that is set aside until then, inside the caller's
    transaction: nobody ever sees the table without it."""
    [(guard,)] = connection.rows(_GUARD)
    connection.run("DROP TRIGGER raw_events_no_delete")
    for first, last in ranges:
        connection.run("DELETE FROM raw_events WHERE _id BETWEEN ? AND ?", first, last)
    connection.run(str(guard))
