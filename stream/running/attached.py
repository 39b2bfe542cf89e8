"""Snapshots of a run in another process, as the warehouse and the landing folder show it.

Only reads, and each read is brief: a transaction that stayed open would keep the writer from emptying its log.
"""

from __future__ import annotations

import os
import time
from collections import deque
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Self

from sinks.database.connection import Connection
from sinks.database.lock import owner
from sinks.ledger.holds import dataset_states
from sinks.ledger.summary import run_summary
from sinks.live import (
    StoredBatch,
    StoredRun,
    batches_after,
    last_run,
    newest_batch,
    schema_drifts,
    set_aside,
)
from sinks.reading import WarehouseReader
from stream.config import Dataset
from stream.landing.pending import UNREAD, pending
from stream.running.backlog import waiting
from stream.running.commits import commit_of_stored
from stream.running.metrics import Meters
from stream.running.snapshot import Event, FileNews, Snapshot, Waiting
from stream.running.standing import Pace, Standing, models_of
from stream.screens.events import loaded
from stream.screens.events import set_aside as told_aside

#: So many batches are read at once, and as many when a run is first seen.
_BATCHES = 500
_ASIDE = 1_000
_EVENTS_KEPT = 200
_LOOK_SECONDS, _LOOK_SHARE = 5.0, 0.05


class Attached:
    """Follows the last run of a warehouse, and each that begins after it. Raises WarehouseError where there is no
    warehouse. Used by one thread, and closed by `with`."""

    def __init__(self, path: Path, landing: Path, datasets: Mapping[str, Dataset]) -> None:
        self._path, self._landing, self._datasets = path, landing, datasets
        self._resources = ExitStack()
        self._connection: Connection = self._resources.enter_context(WarehouseReader(path)).connection
        self._standing = Standing(path, models_of(datasets))
        self._standing.begin()
        self._resources.callback(self._standing.rest)
        self._waiting: dict[str, Waiting] = {}
        self._pace = Pace(_LOOK_SECONDS, _LOOK_SHARE)
        self._run: StoredRun | None = None
        self._last_batch = 0
        self._untimed: StoredBatch | None = None
        self._rss_bytes = 0
        self._aside: set[tuple[str, str, float]] = set()
        self._events: deque[Event] = deque(maxlen=_EVENTS_KEPT)
        self._meters = self._fresh(0.0)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._resources.close()

    def snapshot(self) -> Snapshot:
        """The run as it stands now."""
        run = last_run(self._connection)
        before, self._run = self._run, run
        if run is not None and (before is None or before.run_id != run.run_id):
            self._follow(run)
        self._take(batches_after(self._connection, self._last_batch, _BATCHES))
        if self._pace.is_due():
            self._look()
            self._pace.done()
        self._meters.held = {each.dataset: each.reason for each in dataset_states(self._connection) if each.is_held}
        self._standing.refresh()
        return self._snapshot(run, time.time())

    def _fresh(self, started: float) -> Meters:
        return Meters(self._datasets, lambda dataset: self._waiting.get(dataset, Waiting()), {}, started or time.time())

    def _follow(self, run: StoredRun) -> None:
        """Begin with what the run did so far: its last batches one by one, and the sums of all of them, of one
        moment."""
        self._meters, self._untimed = self._fresh(run.started), None
        with self._connection.snapshot():
            self._last_batch = max(self._last_batch, newest_batch(self._connection) - _BATCHES)
            self._take(batches_after(self._connection, self._last_batch, _BATCHES))
            summary = run_summary(self._connection, run.run_id)
        for dataset, sums in (summary.by_dataset if summary else {}).items():
            if (meter := self._meters.by_dataset.get(dataset)) is not None:
                meter.records, meter.accepted, meter.rejected = sums.records, sums.accepted, sums.rejected

    def _take(self, batches: list[StoredBatch]) -> None:
        """Count new batches. How long a commit took is known with the next one."""
        if self._untimed is not None and batches:
            self._time(self._untimed)
        run_id = self._run.run_id if self._run else None
        for each in batches:
            self._last_batch = each.batch_id
            if run_id in {None, each.run_id}:
                self._meters.count(commit_of_stored(each))
            self._rss_bytes = max(self._rss_bytes, each.rss_bytes)
            at = datetime.fromtimestamp(each.at, UTC).strftime("%H:%M:%S")
            told = loaded(each.dataset, each.path, each.files, each.records, each.rejected)
            self._events.append(Event(at, told, is_plain=True))
        if batches:
            self._untimed = batches[-1] if batches[-1].commit_us < 0 else None

    def _time(self, batch: StoredBatch) -> None:
        for timed in batches_after(self._connection, batch.batch_id - 1, 1):
            meter = self._meters.by_dataset[timed.dataset]
            if timed.batch_id == batch.batch_id and timed.commit_us >= 0:
                meter.commits_ms.append(timed.commit_us / 1000)
                meter.latencies_ms.append(timed.latency_us / 1000)

    def _look(self) -> None:
        """What takes longer with many files: those that are set aside, and what waits in the landing folder."""
        aside = set_aside(self._connection, _ASIDE)
        for meter in self._meters.by_dataset.values():
            meter.set_aside.clear()
        for each in reversed(aside):
            if each.dataset in self._meters.by_dataset:
                self._meters.by_dataset[each.dataset].set_aside.add(each.file_id)
            if (key := (each.path, each.state, each.at)) not in self._aside:
                self._aside.add(key)
                at = datetime.fromtimestamp(each.at, UTC).strftime("%H:%M:%S")
                self._events.append(Event(at, told_aside(each)))
                news = FileNews(each.at, each.dataset, each.path, each.state, each.reason, 0, 0)
                self._meters.hear(news)
        if self._run is not None:
            for dataset, number in schema_drifts(self._connection, self._run.run_id).items():
                if dataset in self._meters.by_dataset:
                    self._meters.by_dataset[dataset].schema_drifts = number
        self._waiting = self._backlog()

    def _backlog(self) -> dict[str, Waiting]:
        found, now = pending(self._connection, self._landing, self._datasets, UNREAD), time.time()
        return {name: waiting([file.stat for file in files], now) for name, files in found.items()}

    def _snapshot(self, run: StoredRun | None, now: float) -> Snapshot:
        meters, pid = self._meters, owner(self._path)
        is_running = run is not None and run.outcome == "running" and pid is not None
        last, (commit, latency) = meters.last_at(), meters.percentiles()
        datasets = tuple(map(self._standing.of, meters.datasets(now)))
        return Snapshot(
            what=_what(run, pid if is_running else None),
            landing=str(self._landing),
            phase="running" if is_running else "ended",
            uptime_seconds=0.0 if run is None else (now if is_running else run.updated) - run.started,
            rss_bytes=(_rss_bytes(pid) if is_running else 0) or self._rss_bytes,
            datasets=datasets if is_running else tuple(replace(each, rows_per_second=0.0) for each in datasets),
            findings=0 if run is None else run.findings,
            commit=commit,
            latency=latency,
            bytes_per_second=meters.bytes_per_second(now),
            since_last_seconds=None if last is None else max(0.0, now - last),
            reading=meters.reading() if is_running else (),
            files=tuple(meters.files.values()),
            models=self._standing.learners(),
            events=tuple(self._events),
        )


def _what(run: StoredRun | None, pid: int | None) -> str:
    if run is None:
        return "nothing was loaded yet"
    return f"beside {run.command}, process {pid}:" if pid is not None else f"nothing runs; the last {run.command}:"


def _rss_bytes(pid: int | None) -> int:
    try:
        pages = int(Path(f"/proc/{pid}/statm").read_text("ascii").split()[1])
    except (OSError, ValueError, IndexError):
        return 0
    return pages * os.sysconf("SC_PAGE_SIZE")
