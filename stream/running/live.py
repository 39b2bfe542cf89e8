"""Snapshots of the run in this process."""

from __future__ import annotations

import time
from collections import deque
from dataclasses import dataclass, field
from pathlib import Path

from sinks.base import Finding, Receipt
from stream.running.metrics import Meters
from stream.running.snapshot import Event, Snapshot
from stream.running.standing import Standing
from stream.screens.events import clock, drifted, found, loaded, sentence
from stream.screens.figures import rss_megabytes

_EVENTS_KEPT = 200


@dataclass(slots=True)
class Live:
    """What the meters of a run say, and what was told of it. `watching`: the landing folder; None where the run ends by
    itself."""

    meters: Meters
    watching: Path | None
    standing: Standing
    _events: deque[Event] = field(default_factory=lambda: deque(maxlen=_EVENTS_KEPT))

    def show(self, receipt: Receipt) -> None:
        """Keep the events of a commit. What was loaded is told in short."""
        batch, parts = receipt.batch, receipt.batch.parts
        if batch.row_count:
            told = loaded(batch.dataset, parts[-1].file.path, len(parts), batch.row_count, receipt.rejected)
            self.say(told, is_plain=True)
        else:
            self.say(sentence(receipt))
        for drift in receipt.drifts:
            self.say(drifted(drift))

    def tell(self, finding: Finding) -> None:
        """Keep a finding."""
        self.say(found(finding))

    def say(self, text: str, *, is_plain: bool = False) -> None:
        """Keep an event."""
        self._events.append(Event(clock()[11:19], text, is_plain))

    def snapshot(self) -> Snapshot:
        """The run as it stands."""
        self.standing.refresh()
        at, meters = time.time(), self.meters
        commit, latency = meters.percentiles()
        last = meters.last_at()
        with meters.lock:
            files = tuple(meters.files.values())
        datasets = tuple(map(self.standing.of, meters.datasets(at)))
        return Snapshot(
            what="watching" if self.watching else "running",
            landing=str(self.watching or ""),
            phase="running",
            uptime_seconds=at - meters.started,
            rss_bytes=int(rss_megabytes() * 1e6),
            datasets=datasets,
            findings=sum(each.findings for each in datasets),
            commit=commit,
            latency=latency,
            bytes_per_second=meters.bytes_per_second(at),
            since_last_seconds=None if last is None else at - last,
            reading=meters.reading(),
            files=files,
            models=self.standing.learners(),
            events=tuple(self._events),
        )
