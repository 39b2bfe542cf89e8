"""Time and memory of each batch: one row of `meta_batches`, and what is left of it when there are too many.

A row is written in the transaction of its batch, but for what is known only behind that: the transaction's own time
stands there with the next one of the run, or with its end.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence

from sinks.base import Receipt
from sinks.database.connection import Connection, Scalar, parameter_rows
from sinks.ledger.clock import NOW
from sinks.ledger.summary import folded, sums_before
from sinks.units import Stored

#: So many of the last batches are kept one by one; those before them are summed up in their run.
BATCHES_KEPT = 100_000
#: So many are summed up at once.
FOLDED_TOGETHER = 1_000

BATCHES = """
CREATE TABLE meta_batches (
    batch_id INTEGER PRIMARY KEY,
    run_id INTEGER NOT NULL,
    dataset TEXT NOT NULL,
    span_id INTEGER NOT NULL,
    last_span_id INTEGER NOT NULL,
    file_id INTEGER NOT NULL,
    files INTEGER NOT NULL,
    records INTEGER NOT NULL,
    accepted INTEGER NOT NULL,
    rejected INTEGER NOT NULL,
    bytes INTEGER NOT NULL,
    read_us INTEGER NOT NULL,
    judge_us INTEGER NOT NULL,
    steps TEXT NOT NULL,
    prepare_us INTEGER NOT NULL,
    commit_us INTEGER,
    latency_us INTEGER,
    rss_bytes INTEGER NOT NULL,
    committed_at TEXT NOT NULL,
    CHECK (records = accepted + rejected)
) STRICT;

ALTER TABLE meta_runs ADD COLUMN summary TEXT NOT NULL DEFAULT '{}'
"""
_INSERT = f"""
INSERT INTO meta_batches (batch_id, run_id, dataset, span_id, last_span_id, file_id, files, records, accepted, rejected,
                          bytes, read_us, judge_us, steps, prepare_us, rss_bytes, committed_at)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, {NOW})
"""
_COMMITTED = "UPDATE meta_batches SET commit_us = ?, latency_us = ?, rss_bytes = ? WHERE batch_id = ?"


class Batches:
    """The account of the batches of a run. `enter` and `settle` are called inside the caller's transaction."""

    def __init__(self, connection: Connection, run_id: int) -> None:
        self._connection, self._run_id = connection, run_id
        self._next = connection.integer("SELECT max(batch_id) FROM meta_batches") + 1
        self._first = connection.integer("SELECT min(batch_id) FROM meta_batches") or self._next
        self._entered: list[int] = []
        #: What is to be written of batches, the first of them already, in a transaction that may be given up.
        self._unsettled: list[tuple[Scalar, ...]] = []
        self._written = 0

    def enter(self, stored: Iterable[Stored]) -> None:
        """These are stored by the transaction that is open; batches without records are none."""
        filled = [each for each in stored if each.prepared.judged.batch.row_count]
        self._entered = list(range(self._next, self._next + len(filled)))
        self._next += len(filled)
        if filled:
            self.settle()
            self._connection.insert(_INSERT, parameter_rows([*map(self._row, self._entered, filled)]))
        if self._next - self._first >= BATCHES_KEPT + FOLDED_TOGETHER:
            self._fold()

    def committed(self, receipts: Sequence[Receipt], *, for_good: bool) -> None:
        """All that were entered last are stored, and this is what it took. `for_good`: the transaction is over."""
        if for_good:
            del self._unsettled[: self._written]
            self._written = 0
        timings = [receipt.timing for receipt in receipts if receipt.batch.row_count]
        self._unsettled += [
            (timing.commit_us, timing.latency_us, timing.rss_bytes, batch_id)
            for timing, batch_id in zip(timings, self._entered, strict=True)
        ]

    def settle(self) -> None:
        """Write what was not known of the batches before."""
        if len(self._unsettled) > self._written:
            self._connection.insert(_COMMITTED, parameter_rows(self._unsettled[self._written :]))
            self._written = len(self._unsettled)

    def forget(self) -> None:
        """What was written is rolled back."""
        self._written = 0

    def _row(self, batch_id: int, stored: Stored) -> tuple[Scalar, ...]:
        batch, timing = stored.prepared.judged.batch, stored.prepared.timing
        first, last, records = batch.parts[0], batch.parts[-1].span.id_first, batch.row_count
        size = sum(part.span.byte_end - part.span.byte_start for part in batch.parts)
        counts = (len(batch.parts), records, stored.accepted, records - stored.accepted, size)
        return (
            *(batch_id, self._run_id, batch.dataset, first.span.id_first, last, first.file.file_id, *counts),
            *(timing.read_us, timing.judge_us, json.dumps(timing.steps), timing.prepare_us, timing.rss_bytes),
        )

    def _fold(self) -> None:
        """Add the oldest rows to the summaries of their runs, and take them away."""
        self._first = end = self._next - BATCHES_KEPT
        for run_id, sums in sums_before(self._connection, end).items():
            known = self._connection.rows("SELECT summary FROM meta_runs WHERE run_id = ?", run_id)
            text = folded(str(known[0][0]), sums) if known else ""
            self._connection.run("UPDATE meta_runs SET summary = ? WHERE run_id = ?", text, run_id)
        self._connection.run("DELETE FROM meta_batches WHERE batch_id < ?", end)
