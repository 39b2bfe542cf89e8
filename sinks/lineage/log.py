"""What is told of the runs of a writer: each of them, and each file that one has loaded, in the transactions of what is
told."""

from __future__ import annotations

import time
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from processors.lineage.events import EventType, LineageRun, read, written
from processors.lineage.facets import Json, error, output_statistics
from sinks.base import MicroBatch, Part
from sinks.database.connection import Connection
from sinks.database.identifiers import staged
from sinks.files import row_id
from sinks.ledger.clock import now
from sinks.lineage.loads import Load, Told, load_of
from sinks.lineage.outbox import abort_open, add
from sinks.lineage.teller import Teller
from sinks.table import Table

#: Commands that load files; the others judge records anew that are there.
_LOADING = {"watch", "run"}
_STARTED = "SELECT started_at FROM meta_runs WHERE run_id = ?"
_JUDGED = """
SELECT f.dataset, sum(s.row_count), sum(s.passed) FROM meta_spans s JOIN meta_files f ON f.file_id = s.span_id >> 32
WHERE s.run_id = ? GROUP BY 1 ORDER BY 1
"""


class LineageLog:
    """Tells of one run after the other, all of it inside the caller's transactions; nothing without a `teller`, but
    that a run which was killed has an end."""

    def __init__(self, connection: Connection, teller: Teller | None) -> None:
        self._connection, self._teller = connection, teller
        self._run: LineageRun | None = None
        self._run_id = 0

    def begin(self, command: str, run_id: int) -> None:
        """A run begins, and those before it are over."""
        abort_open(self._connection)
        if self._teller is None:
            return
        [(started_at,)] = self._connection.rows(_STARTED, run_id)
        self._run, self._run_id = self._teller.command(command, run_id, str(started_at)), run_id
        add(self._connection, self._run.event("START", str(started_at)))

    def end(self, outcome: str, reason: str) -> None:
        """The run is over. A watch that is stopped has done what it was to do."""
        if self._teller is None or self._run is None:
            return
        is_done = outcome == "done" or (outcome == "stopped" and self._run.job == "watch")
        kind: EventType = "COMPLETE" if is_done else "FAIL" if outcome == "failed" else "ABORT"
        said = {"errorMessage": error(reason, self._teller.producer)} if kind == "FAIL" else {}
        inputs, outputs = self._judged() if is_done and self._run.job not in _LOADING else ([], [])
        add(self._connection, self._run.event(kind, now(), inputs, outputs, **said))
        self._run = None

    def stored(self, batches: Iterable[MicroBatch]) -> None:
        """These are stored by the transaction that is open: of the files that they end is told that they are loaded, of
        those that are set aside that they are not."""
        if self._teller is None or self._run is None or self._run.job not in _LOADING:
            return
        for batch in batches:
            for part in batch.parts:
                if part.state in {"committed", "failed", "held"} and not part.file.path.endswith("/"):
                    self._tell(self._teller, self._run, batch.table, part)

    def _tell(self, teller: Teller, run: LineageRun, table: Table, part: Part) -> None:
        file_id = part.file.file_id
        load = load_of(self._connection, file_id, self._run_id)
        if load is None and part.state == "committed" and part.span.row_first > 1:
            return  # only news of a file that is loaded
        its = load or Load(row_id(file_id, 1), row_id(file_id, part.span.row_first - 1), 0, 0)
        loading = teller.load(run, table.dataset, its.id_last, part.state)
        add(self._connection, loading.event("START", _noticed(part)), its.id_last)
        told = Told(self._connection, teller, table, part, its)
        if part.state == "committed":
            end = loading.event("COMPLETE", now(), told.inputs(), told.outputs())
        else:
            said = {"errorMessage": error(part.reason, teller.producer)}
            end = loading.event("FAIL", now(), told.inputs(), told.outputs() if load else (), **said)
        add(self._connection, end, its.id_last)

    def _judged(self) -> tuple[list[Json], list[Json]]:
        """What a run read and wrote that judged recorded files anew."""
        assert self._teller is not None  # noqa: S101 - asked by who has one
        teller, inputs, outputs = self._teller, list[Json](), list[Json]()
        for dataset, _, passed in self._connection.rows(_JUDGED, self._run_id):
            inputs = [read(teller.table("raw_events"))]
            statistics = {"outputStatistics": output_statistics(int(str(passed)), teller.producer)}
            outputs.append(written(teller.table(staged(str(dataset))), None, statistics))
        return inputs, outputs


def _noticed(part: Part) -> str:
    """When its file was noticed, by the clock on the wall."""
    ago = timedelta(microseconds=(time.monotonic_ns() - part.arrived_ns) // 1000)
    return (datetime.now(UTC) - ago).isoformat(timespec="milliseconds").replace("+00:00", "Z")
