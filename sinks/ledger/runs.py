"""What each run did: one row of `meta_runs`, kept up to date in the transactions of its commits."""

from __future__ import annotations

from typing import Literal, TypeAlias

from sinks.base import MicroBatch
from sinks.database.connection import Connection
from sinks.ledger.batches import Batches
from sinks.ledger.clock import NOW
from sinks.lineage.log import LineageLog

Command: TypeAlias = Literal["watch", "run", "replay", "retry", "accept"]
#: stopped: by a signal. killed: it did not end, which the next run finds out.
RunOutcome: TypeAlias = Literal["running", "done", "stopped", "failed", "killed"]

_BEGIN = f"""
INSERT INTO meta_runs (command, outcome, reason, files, records, accepted, rejected, drifts, started_at, updated_at)
VALUES (?, 'running', '', 0, 0, 0, 0, 0, {NOW}, {NOW})
"""
_KILLED = f"""
UPDATE meta_runs SET outcome = 'killed', ended_at = {NOW},
    reason = 'It did not end: it was killed, or could not write to the warehouse.'
WHERE outcome = 'running'
"""
_COUNT = f"""
UPDATE meta_runs SET files = ?, records = records + ?, accepted = accepted + ?, rejected = rejected + ?,
    drifts = drifts + ?, updated_at = {NOW} WHERE run_id = ?
"""
_FOUND = f"UPDATE meta_runs SET findings = findings + ?, updated_at = {NOW} WHERE run_id = ?"
#: The last ones, since machines and configs change.
_PACE = """
SELECT sum(records) / nullif(sum(seconds), 0) FROM (
    SELECT records, 86400 * (julianday(ended_at) - julianday(started_at)) AS seconds FROM meta_runs
    WHERE command = ? AND outcome = 'done' AND records > 0 ORDER BY run_id DESC LIMIT 5)
"""
_END = f"UPDATE meta_runs SET outcome = ?, reason = ?, updated_at = {NOW}, ended_at = {NOW} WHERE run_id = ?"


class Run:
    """A run that goes on. The writer's lock is held, so no other does: what is said to be running was killed.

    `outcome`, `reason`: what it comes to, if no error ends it. `batches`: the account of what each of them took.
    `lineage`: who tells of it.
    """

    def __init__(self, connection: Connection, command: Command, lineage: LineageLog) -> None:
        self._connection, self.lineage = connection, lineage
        self._files: set[int] = set()
        self.outcome: RunOutcome = "done"
        self.reason = ""
        with connection.transaction():
            connection.run(_KILLED)
            connection.run(_BEGIN, command)
            self.run_id = connection.integer("SELECT max(run_id) FROM meta_runs")
            lineage.begin(command, self.run_id)
        self.batches = Batches(connection, self.run_id)

    def count(self, batch: MicroBatch, accepted: int, drifts: int) -> None:
        """Add what a commit did, inside its transaction. A file of which there is only news counts as one, too."""
        self._files.update(part.file.file_id for part in batch.parts)
        self.add(len(self._files), batch.row_count, accepted, drifts)

    def judged(self, records: int, accepted: int) -> None:
        """Add records of files that are counted already."""
        self.add(len(self._files), records, accepted, 0)

    def add(self, files: int, records: int, accepted: int, drifts: int) -> None:
        """Add to the figures, inside the caller's transaction if it has one. `files`: how many there are by now."""
        self._connection.run(_COUNT, files, records, accepted, records - accepted, drifts, self.run_id)

    def found(self, findings: int) -> None:
        """Add findings about dates, inside the transaction in which these are closed."""
        self._connection.run(_FOUND, findings, self.run_id)

    def end(self, outcome: RunOutcome, reason: str) -> None:
        """It is over."""
        with self._connection.transaction():
            self.batches.settle()
            self._connection.run(_END, outcome, reason, self.run_id)
            self.lineage.end(outcome, reason)


def records_per_second(connection: Connection, command: Command) -> float | None:
    """What the last runs of a command came to, all of their time counted; None where there was none."""
    [(pace,)] = connection.rows(_PACE, command)
    return pace if isinstance(pace, float) else None
