"""What receipts add up to while a run goes on, in memory that grows by no more than a number a file."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from sinks.base import Finding, Receipt
from stream.running.backlog import Backlog, Waiting

_WINDOW_SECONDS = 10.0
_LATENCIES = 1000


@dataclass(frozen=True, slots=True)
class Latency:
    """Milliseconds from noticing a file to its rows being visible, over the last commits; None before the first."""

    p50_ms: float | None
    p99_ms: float | None


@dataclass(slots=True)
class Meter:
    """The figures of one dataset. `set_aside`: files that are held or failed now. `drifts`: how often the
    schema of its files changed. `findings`: about its dates."""

    files: set[int] = field(default_factory=set)
    records: int = 0
    accepted: int = 0
    rejected: int = 0
    drifts: int = 0
    findings: int = 0
    set_aside: set[int] = field(default_factory=set)
    last_file: str = ""
    recent: deque[tuple[float, int]] = field(default_factory=deque)
    latencies_ms: deque[float] = field(default_factory=lambda: deque(maxlen=_LATENCIES))

    def add(self, receipt: Receipt) -> None:
        """Count a commit."""
        for part in receipt.batch.parts:
            self.files.add(part.file.file_id)
            self.last_file = part.file.path
            (self.set_aside.add if part.state in {"held", "failed"} else self.set_aside.discard)(part.file.file_id)
        if receipt.batch.swap is not None:
            self.set_aside.discard(receipt.batch.swap.superseded)
        self.drifts += len(receipt.drifts)
        records = receipt.batch.row_count
        if not records:
            return
        self.records += records
        self.accepted += receipt.accepted
        self.rejected += receipt.rejected
        self.recent.append((time.monotonic(), records))
        self.latencies_ms.append((time.monotonic_ns() - receipt.batch.parts[0].arrived_ns) / 1e6)

    def rows_per_second(self, started: float) -> float:
        """Over the last ten seconds, or since `started` (monotonic seconds) where that is less."""
        now = time.monotonic()
        while self.recent and self.recent[0][0] < now - _WINDOW_SECONDS:
            self.recent.popleft()
        seconds = max(0.001, min(_WINDOW_SECONDS, now - started))
        return sum(rows for _, rows in self.recent) / seconds

    def latency(self) -> Latency:
        """Median and 99th percentile (nearest rank)."""
        ordered = sorted(self.latencies_ms)
        if not ordered:
            return Latency(None, None)
        return Latency(ordered[len(ordered) // 2], ordered[min(len(ordered) - 1, len(ordered) * 99 // 100)])


class Meters:
    """The figures of all datasets; filled by the committing thread, read by the screen. `held`: the datasets of which
    nothing is read for now, each with the reason; the reading thread says which."""

    def __init__(self, datasets: Iterable[str], backlog: Backlog, held: Mapping[str, str]) -> None:
        self.held = held
        self.started = time.monotonic()
        self.by_dataset = {dataset: Meter() for dataset in datasets}
        self._backlog = backlog
        self.lock = threading.Lock()

    def follow(self, datasets: Iterable[str], backlog: Backlog, held: Mapping[str, str]) -> None:
        """Another session goes on with these figures."""
        with self.lock:
            self.held, self._backlog = held, backlog
            self.by_dataset |= {name: Meter() for name in datasets if name not in self.by_dataset}

    def add(self, receipt: Receipt) -> None:
        """Count a commit, whether of rows or of a file's state alone."""
        with self.lock:
            self.by_dataset[receipt.batch.dataset].add(receipt)

    def find(self, finding: Finding) -> None:
        """Count a finding about a date."""
        with self.lock:
            self.by_dataset[finding.dataset].findings += 1

    def waiting(self, dataset: str) -> Waiting:
        """The dataset's backlog."""
        return self._backlog.waiting(dataset)

    @property
    def set_aside(self) -> int:
        """How many files are held or failed."""
        return sum(len(meter.set_aside) for meter in self.by_dataset.values())
