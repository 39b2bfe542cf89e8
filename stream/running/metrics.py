"""What commits add up to while a run goes on, in memory that grows by no more than a number a file."""

from __future__ import annotations

import threading
import time
from collections import Counter, deque
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from sinks.base import Finding, Receipt
from stream.running.commits import Commit, commit_of
from stream.running.snapshot import DatasetNow, FileNews, FileProgress, Percentiles, Waiting

#: Over so many seconds a speed is taken; so many are kept, one by one.
WINDOW_SECONDS = 10
RATES_KEPT = 120
#: A dataset is loading that had a commit within so many seconds.
_LOADING_SECONDS = 3.0
_DURATIONS = 1000
_FILES_KEPT = 200
_RULES_KEPT = 50


@dataclass(slots=True)
class Speed:
    """Rows and bytes of each of the last seconds."""

    _seconds: deque[tuple[int, int, int]] = field(default_factory=deque)

    def add(self, at: float, rows: int, size: int) -> None:
        """So many came at a time, in seconds."""
        second = int(at)
        if self._seconds and self._seconds[-1][0] >= second:
            last, its_rows, its_bytes = self._seconds.pop()
            second, rows, size = last, its_rows + rows, its_bytes + size
        self._seconds.append((second, rows, size))
        while self._seconds[0][0] <= second - RATES_KEPT:
            self._seconds.popleft()

    def per_second(self, now: float, started: float) -> tuple[float, float]:
        """Rows and bytes, over the last ten seconds, or since `started` where that is less."""
        recent = [(rows, size) for second, rows, size in self._seconds if second > now - WINDOW_SECONDS]
        seconds = max(1.0, min(WINDOW_SECONDS, now - started))
        return sum(rows for rows, _ in recent) / seconds, sum(size for _, size in recent) / seconds

    def rates(self, now: float) -> tuple[int, ...]:
        """Rows of each of the last seconds that are over, the latest last."""
        rows = {second: its_rows for second, its_rows, _ in self._seconds}
        return tuple(rows.get(second, 0) for second in range(int(now) - RATES_KEPT, int(now)))


def percentiles(durations_ms: Iterable[float]) -> Percentiles:
    """Median and 99th percentile, by nearest rank.

    >>> percentiles([3.0, 1.0, 2.0])
    Percentiles(p50_ms=2.0, p99_ms=3.0)
    """
    ordered = sorted(durations_ms)
    if not ordered:
        return Percentiles()
    return Percentiles(ordered[len(ordered) // 2], ordered[min(len(ordered) - 1, len(ordered) * 99 // 100)])


def _durations() -> deque[float]:
    return deque(maxlen=_DURATIONS)


@dataclass(slots=True)
class Meter:
    """The figures of one dataset. `set_aside`: files that are held or failed now. `schema_drifts`: how often the
    schema of its files changed. `findings`: about its dates. `reading`: the files of which more is to come."""

    files: set[int] = field(default_factory=set)
    records: int = 0
    accepted: int = 0
    rejected: int = 0
    schema_drifts: int = 0
    findings: int = 0
    set_aside: set[int] = field(default_factory=set)
    last_file: str = ""
    last_at: float | None = None
    speed: Speed = field(default_factory=Speed)
    latencies_ms: deque[float] = field(default_factory=_durations)
    commits_ms: deque[float] = field(default_factory=_durations)
    rules: Counter[str] = field(default_factory=Counter)
    spent: Counter[str] = field(default_factory=Counter)
    reading: dict[str, FileProgress] = field(default_factory=dict)

    def add(self, commit: Commit) -> None:
        """Count a commit."""
        self._follow(commit)
        if not commit.records:
            return
        self.records += commit.records
        self.accepted += commit.accepted
        self.rejected += commit.rejected
        self.last_at = commit.at
        self.speed.add(commit.at, commit.records, commit.bytes)
        for durations, took in ((self.latencies_ms, commit.latency_ms), (self.commits_ms, commit.commit_ms)):
            if took >= 0:
                durations.append(took)
        self.rules.update(commit.rules)
        self.spent.update(commit.spent)

    def _follow(self, commit: Commit) -> None:
        self.files.update(commit.file_ids)
        self.last_file = commit.file.path
        is_aside = commit.file.state in {"held", "failed"}
        (self.set_aside.update if is_aside else self.set_aside.difference_update)(commit.file_ids)
        if commit.superseded is not None:
            self.set_aside.discard(commit.superseded)
        self.schema_drifts += commit.drifts
        self.reading.pop(commit.file.path, None)
        if commit.reading is not None:
            self.reading[commit.file.path] = commit.reading

    def now(self, dataset: str, at: float, started: float, waiting: Waiting, held: str) -> DatasetNow:
        """The figures as they stand."""
        is_loading = self.last_at is not None and at - self.last_at < _LOADING_SECONDS
        return DatasetNow(
            dataset,
            state="held" if held else "loading" if is_loading else "waiting" if waiting.files else "idle",
            reason=held,
            files=len(self.files),
            set_aside=len(self.set_aside),
            records=self.records,
            accepted=self.accepted,
            rejected=self.rejected,
            schema_drifts=self.schema_drifts,
            findings=self.findings,
            waiting=waiting,
            rows_per_second=self.speed.per_second(at, started)[0],
            rates=self.speed.rates(at),
            last_file=self.last_file,
            latency=percentiles(self.latencies_ms),
            commit=percentiles(self.commits_ms),
            rules=tuple(self.rules.most_common(_RULES_KEPT)),
            spent=dict(self.spent),
        )


class Meters:
    """The figures of all datasets; filled by the thread that commits, read by screens. `held`: the datasets of which
    nothing is read for now, each with the reason; `waiting`: a dataset's backlog. Times are seconds since 1970."""

    def __init__(
        self, datasets: Iterable[str], waiting: Callable[[str], Waiting], held: Mapping[str, str], started: float = 0.0
    ) -> None:
        self.held, self.waiting = held, waiting
        self.started = started or time.time()
        self.by_dataset = {dataset: Meter() for dataset in datasets}
        #: By path, those of which something was heard last at the end.
        self.files: dict[str, FileNews] = {}
        self.lock = threading.Lock()

    def follow(self, datasets: Iterable[str], waiting: Callable[[str], Waiting], held: Mapping[str, str]) -> None:
        """Another session goes on with these figures."""
        with self.lock:
            self.held, self.waiting = held, waiting
            self.by_dataset |= {name: Meter() for name in datasets if name not in self.by_dataset}
            for meter in self.by_dataset.values():
                meter.reading.clear()

    def add(self, receipt: Receipt) -> None:
        """Count a commit, whether of rows or of a file's state alone."""
        self.count(commit_of(receipt))

    def count(self, commit: Commit) -> None:
        """The same, however it was heard of."""
        with self.lock:
            self.by_dataset.setdefault(commit.dataset, Meter()).add(commit)
            self.hear(commit.file)

    def hear(self, news: FileNews) -> None:
        """This is the last that was heard of a file."""
        self.files.pop(news.path, None)
        self.files[news.path] = news
        if len(self.files) > _FILES_KEPT:
            del self.files[next(iter(self.files))]

    def find(self, finding: Finding) -> None:
        """Count a finding about a date."""
        with self.lock:
            self.by_dataset[finding.dataset].findings += 1

    @property
    def set_aside(self) -> int:
        """How many files are held or failed."""
        return sum(len(meter.set_aside) for meter in self.by_dataset.values())

    def datasets(self, at: float) -> tuple[DatasetNow, ...]:
        """All datasets as they stand."""
        waiting = {dataset: self.waiting(dataset) for dataset in self.by_dataset}
        with self.lock:
            return tuple(
                meter.now(dataset, at, self.started, _rest(waiting[dataset], meter), self.held.get(dataset, ""))
                for dataset, meter in self.by_dataset.items()
            )

    def bytes_per_second(self, at: float) -> float:
        """Of all datasets."""
        return sum(meter.speed.per_second(at, self.started)[1] for meter in self.by_dataset.values())

    def percentiles(self) -> tuple[Percentiles, Percentiles]:
        """Of commits, and from the look at a file to its rows being visible, over the last of all datasets."""
        with self.lock:
            commits = [each for meter in self.by_dataset.values() for each in meter.commits_ms]
            latencies = [each for meter in self.by_dataset.values() for each in meter.latencies_ms]
        return percentiles(commits), percentiles(latencies)

    def reading(self) -> tuple[FileProgress, ...]:
        """The files of which more is to come."""
        with self.lock:
            return tuple(each for meter in self.by_dataset.values() for each in meter.reading.values())

    def last_at(self) -> float | None:
        """When the last rows were committed."""
        return max((meter.last_at for meter in self.by_dataset.values() if meter.last_at is not None), default=None)


def _rest(waiting: Waiting, meter: Meter) -> Waiting:
    """What is read of a file does not wait."""
    done = sum(each.done_bytes for each in meter.reading.values())
    return Waiting(waiting.files, max(0, waiting.bytes - done), waiting.lag_seconds)
