"""Dates that were replayed and came out otherwise: a row for each, written in the transaction that changed the date."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from sinks.database.connection import Connection
from sinks.ledger.clock import NOW

#: `changed` and `seconds` as in `Replay`; `config_id`: the config version, where it is known.
REPLAYS = """
CREATE TABLE meta_replays (
    replay_id INTEGER PRIMARY KEY,
    dataset TEXT NOT NULL,
    date TEXT NOT NULL,
    run_id INTEGER,
    config_id INTEGER,
    parameters_version INTEGER,
    changed INTEGER NOT NULL,
    records INTEGER NOT NULL,
    accepted INTEGER NOT NULL,
    rejected INTEGER NOT NULL,
    seconds REAL NOT NULL,
    replayed_at TEXT NOT NULL,
    CHECK (records = accepted + rejected)
) STRICT;

CREATE INDEX meta_replays_date ON meta_replays (dataset, date)
"""

_RECORD = f"""
INSERT INTO meta_replays (dataset, date, run_id, config_id, parameters_version, changed, records, accepted, rejected,
                          seconds, replayed_at)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, {NOW})
"""
_REPLAYS = """
SELECT replay_id, dataset, date, run_id, config_id, parameters_version, changed, records, accepted, rejected, seconds,
    replayed_at
FROM meta_replays WHERE (?1 IS NULL OR dataset = ?1) AND (?2 IS NULL OR date = ?2) ORDER BY replay_id
"""


@dataclass(frozen=True, slots=True)
class Replay:
    """What the replay of a date did. `changed`: so many of its records have another row or reject than before; 0 where
    only what they were judged by is another, or rows of other dates changed sides. `seconds`: what it took."""

    dataset: str
    date: str
    run_id: int | None
    config_id: int | None
    parameters_version: int | None
    changed: int
    records: int
    accepted: int
    rejected: int
    seconds: float


@dataclass(frozen=True, slots=True)
class ReplayEntry:
    """A row of `meta_replays`."""

    replay_id: int
    replay: Replay
    replayed_at: str


def record_replay(connection: Connection, done: Replay) -> None:
    """Enter it, inside the transaction in which it was done."""
    judged_by = done.run_id, done.config_id, done.parameters_version
    figures = done.changed, done.records, done.accepted, done.rejected, done.seconds
    connection.run(_RECORD, done.dataset, done.date, *judged_by, *figures)


def stored_replays(
    connection: Connection, dataset: str | None = None, date: str | None = None
) -> Iterator[ReplayEntry]:
    """The replays that changed a date: of all datasets or one, of all dates or one, the oldest first."""
    for row in connection.table(_REPLAYS, dataset, date).to_pylist():
        yield ReplayEntry(row.pop("replay_id"), replayed_at=row.pop("replayed_at"), replay=Replay(**row))
