"""Learners as the warehouse keeps them: state, position, metrics, what they took, alarms.

Every function runs inside the caller's transaction: a state and the position from which it goes on are of one moment.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias

from sinks.database.connection import Connection
from sinks.ledger.clock import NOW

Status: TypeAlias = Literal["learning", "paused"]

_SAVE = f"""
INSERT INTO meta_learners (model, version, definition_hash, schema_hash, state, since, seq, row_id, rows, stale,
                           refused, metrics, status, reason, started_at, updated_at)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, {NOW}, {NOW})
ON CONFLICT (model) DO UPDATE SET
    started_at = iif(version = excluded.version, started_at, excluded.started_at), version = excluded.version,
    definition_hash = excluded.definition_hash, schema_hash = excluded.schema_hash, state = excluded.state,
    since = excluded.since, seq = excluded.seq, row_id = excluded.row_id, rows = excluded.rows, stale = excluded.stale,
    refused = excluded.refused, metrics = excluded.metrics, status = excluded.status, reason = excluded.reason,
    updated_at = excluded.updated_at
"""
_STORED = """
SELECT model, version, definition_hash, schema_hash, state, since, seq, row_id, rows, stale, refused, metrics, status,
       reason, started_at, updated_at
FROM meta_learners WHERE ?1 IS NULL OR model = ?1 ORDER BY model
"""
_TAKE = "INSERT INTO meta_learner_spans VALUES (?, ?, ?, ?, ?, ?, ?, ?)"
_TAKEN = """
SELECT seq, id_first, id_last, head, rows_before AS seen, rows, statistics FROM meta_learner_spans
WHERE model = ? AND id_first <= ? AND id_last >= ? ORDER BY seq, id_first
"""
_STATISTICS = """
SELECT statistics FROM meta_learner_spans WHERE model = ? AND statistics IS NOT NULL ORDER BY seq, id_first
"""
_TELL = f"""
INSERT INTO meta_drift_alarms (model, version, detector, seq, row_id_from, row_id_to, path_from, rows, action, told_at)
VALUES (?, ?, ?, ?, ?, ?, coalesce((SELECT path FROM meta_files WHERE file_id = ?5 >> 32), ''), ?, ?, {NOW})
"""
_ALARMS = """
SELECT alarm_id, model, version, detector, seq, row_id_from, row_id_to, path_from, rows, action, told_at
FROM meta_drift_alarms WHERE ?1 IS NULL OR model = ?1 ORDER BY alarm_id
"""


@dataclass(frozen=True, slots=True)
class StoredLearner:
    """A learner. `version`: how often it began anew. `since`: it learns rows of this execution date on; all where it is
    empty. `seq`, `row_id`: all of the log is taken up to this row of this entry. `rows`: learned; `stale`: learned,
    gone since, and not unlearned; `refused`: not learned, by reason. `reason`: why it is paused. `started_at`,
    `updated_at`: of this version, empty before it is stored."""

    model: str
    version: int
    definition_hash: str
    schema_hash: str
    state: Mapping[str, Any]
    since: str = ""
    seq: int = 0
    row_id: int = 0
    rows: int = 0
    stale: int = 0
    refused: Mapping[str, int] = field(default_factory=dict)
    metrics: Mapping[str, Any] = field(default_factory=dict)
    status: Status = "learning"
    reason: str = ""
    started_at: str = ""
    updated_at: str = ""


@dataclass(frozen=True, slots=True)
class Taken:
    """What a learner took of entry `seq` at a time: `rows` of those with ids from `id_first` to `id_last`, when the log
    ended with `head`. `seen`: how many rows it had met before, refused ones included. `statistics`: what takes these
    rows out again."""

    seq: int
    id_first: int
    id_last: int
    head: int
    seen: int
    rows: int
    statistics: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Alarm:
    """The error of a learner has changed. `row_id_from`, `path_from`: the row where that began, and its file;
    `row_id_to`: the row at which it was noticed; `rows`: how many it met between, refused ones included. `action`: what
    followed."""

    model: str
    version: int
    detector: str
    seq: int
    row_id_from: int
    row_id_to: int
    rows: int
    action: str
    path_from: str = ""
    told_at: str = ""


def save_learner(connection: Connection, learner: StoredLearner) -> None:
    """Put the learner in the place of what is stored of it."""
    connection.run(
        _SAVE,
        *(learner.model, learner.version, learner.definition_hash, learner.schema_hash, _json(learner.state)),
        learner.since,
        *(learner.seq, learner.row_id, learner.rows, learner.stale, _json(learner.refused), _json(learner.metrics)),
        *(learner.status, learner.reason),
    )


def learners(connection: Connection, model: str | None = None) -> list[StoredLearner]:
    """All learners, or that of a model, by name."""
    return [_learner(row) for row in connection.table(_STORED, model).to_pylist()]


def stored_learner(connection: Connection, model: str) -> StoredLearner | None:
    """The learner of a model; None before it has learned anything."""
    return next(iter(learners(connection, model)), None)


def _learner(row: Mapping[str, Any]) -> StoredLearner:
    return StoredLearner(**{**row, **{name: json.loads(row[name]) for name in ("state", "refused", "metrics")}})


def take(connection: Connection, model: str, taken: Taken) -> None:
    """A learner took this."""
    statistics = None if taken.statistics is None else _json(taken.statistics)
    said = (taken.seq, taken.id_first, taken.id_last, taken.head, taken.seen, taken.rows)
    connection.run(_TAKE, model, *said, statistics)


def taken_of(connection: Connection, model: str, id_first: int, id_last: int) -> list[Taken]:
    """What a learner took that has rows in a range, in its order."""
    rows = connection.table(_TAKEN, model, id_last, id_first).to_pylist()
    return [Taken(**{**row, "statistics": row["statistics"] and json.loads(row["statistics"])}) for row in rows]


def statistics_of(connection: Connection, model: str) -> Iterator[dict[str, Any]]:
    """What takes out again all that a learner took, piece by piece."""
    for page in connection.batches(_STATISTICS, model):
        yield from map(json.loads, page["statistics"].to_pylist())


def forget_taken(connection: Connection, model: str, taken: Taken | None = None) -> None:
    """A learner has unlearned this; or it begins anew, and has taken nothing."""
    if taken is None:
        connection.run("DELETE FROM meta_learner_spans WHERE model = ?", model)
        return
    own = "model = ? AND seq = ? AND id_first = ?"
    connection.run(f"DELETE FROM meta_learner_spans WHERE {own}", model, taken.seq, taken.id_first)


def tell(connection: Connection, alarm: Alarm) -> None:
    """Keep an alarm; its path and time are found here."""
    said = (alarm.model, alarm.version, alarm.detector, alarm.seq, alarm.row_id_from, alarm.row_id_to)
    connection.run(_TELL, *said, alarm.rows, alarm.action)


def alarms(connection: Connection, model: str | None = None) -> list[Alarm]:
    """All alarms, or those of a model, the oldest first."""
    rows = connection.table(_ALARMS, model).to_pylist()
    return [Alarm(**{name: row[name] for name in Alarm.__slots__}) for row in rows]


def _json(said: object) -> str:
    return json.dumps(said, ensure_ascii=False)
