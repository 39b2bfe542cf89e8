"""The outbox: events written in the transaction of what they tell, read by who delivers them.

Of a run there is one START and one end at the most; an index sees to that.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass

from processors.lineage.facets import Json
from sinks.database.connection import Connection
from sinks.ledger.clock import NOW

#: Events that all targets have are kept so many days, for who asks in SQL; and no more than so many in any case.
KEPT_DAYS = 7
EVENTS_MAX = 20_000
#: So many are looked at at once, so that nobody waits for it.
_PRUNED_TOGETHER = 1_000

_ADD = f"""
INSERT INTO meta_lineage (run_uuid, job, event_type, event, last_id, created_at) VALUES (?, ?, ?, ?, ?, {NOW})
ON CONFLICT DO NOTHING
"""
#: Runs of commands have no `last_id`. The writer's lock is held, so none of them goes on.
_ABORT = f"""
INSERT INTO meta_lineage (run_uuid, job, event_type, event, created_at)
SELECT run_uuid, job, 'ABORT', json_set(event, '$.eventType', 'ABORT', '$.eventTime', {NOW}), {NOW}
FROM meta_lineage s WHERE last_id IS NULL AND event_type = 'START'
    AND NOT EXISTS (SELECT 1 FROM meta_lineage e WHERE e.run_uuid = s.run_uuid AND (e.event_type = 'START') = 0)
ORDER BY event_id
"""
_WAITING = "SELECT event_id, event FROM meta_lineage WHERE event_id > ? ORDER BY event_id LIMIT ?"
_POSITION = "SELECT event_id, bytes FROM meta_lineage_targets WHERE target = ?"
_ADVANCE = f"""
INSERT INTO meta_lineage_targets VALUES (?, ?, ?, {NOW}) ON CONFLICT (target) DO UPDATE SET
    event_id = excluded.event_id, bytes = excluded.bytes, delivered_at = excluded.delivered_at
"""
#: Of the oldest. An open run keeps its START, with which its end is made; the newest event stays, so that no id comes
#: twice.
_PRUNE = f"""
DELETE FROM meta_lineage WHERE event_id IN (
    SELECT event_id FROM (SELECT * FROM meta_lineage ORDER BY event_id LIMIT {_PRUNED_TOGETHER}) s
    WHERE ((event_id <= ?1 AND created_at < strftime('%Y-%m-%dT%H:%M:%fZ', 'now', '-{KEPT_DAYS} days'))
            OR event_id <= (SELECT max(event_id) FROM meta_lineage) - ?2)
        AND event_id < (SELECT max(event_id) FROM meta_lineage)
        AND (last_id IS NOT NULL
            OR EXISTS (SELECT 1 FROM meta_lineage e WHERE e.run_uuid = s.run_uuid AND (e.event_type = 'START') = 0)))
"""


@dataclass(frozen=True, slots=True)
class Delivered:
    """How far a target has the events: up to `event_id`, which end at `bytes` of a file."""

    event_id: int = 0
    bytes: int = 0


def add(connection: Connection, event: Json, last_id: int | None = None) -> None:
    """Tell it, inside the caller's transaction; what was told already is left. `last_id`: the last record of a load, or
    what else is told as a whole."""
    text = json.dumps(event, ensure_ascii=False, separators=(",", ":"))
    connection.run(_ADD, event["run"]["runId"], event["job"]["name"], event["eventType"], text, last_id)


def abort_open(connection: Connection) -> None:
    """End the runs of commands that were killed, inside the caller's transaction. The writer's lock is held."""
    connection.run(_ABORT)


def waiting(connection: Connection, after: int, events_max: int) -> list[tuple[int, str]]:
    """The next events, each with its id."""
    return [(int(str(event_id)), str(event)) for event_id, event in connection.rows(_WAITING, after, events_max)]


def position(connection: Connection, target: str) -> Delivered | None:
    """How far a target has the events; None where it has none."""
    rows = connection.rows(_POSITION, target)
    return Delivered(*(int(str(value)) for value in rows[0])) if rows else None


def newest(connection: Connection) -> int:
    """The last event that there is."""
    return connection.integer("SELECT max(event_id) FROM meta_lineage")


def advance(connection: Connection, target: str, delivered: Delivered) -> None:
    """A target has them."""
    with connection.transaction():
        connection.run(_ADVANCE, target, delivered.event_id, delivered.bytes)


def prune(connection: Connection, targets: Iterable[str], events_max: int = EVENTS_MAX) -> None:
    """Take events away that all of the targets have had for a while, and the oldest where there are too many."""
    positions = [position(connection, target) for target in targets]
    known = min((each.event_id if each else 0 for each in positions), default=0)
    gone = _PRUNED_TOGETHER
    while gone:
        with connection.transaction():
            gone = connection.run(_PRUNE, known, events_max)
