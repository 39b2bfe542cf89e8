"""A run as it stands at a moment: what screens draw and metrics tell. It is the same whether it was made within the
process that loads or read from the warehouse beside it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

#: loading: rows came in the last seconds. waiting: there are files that nothing was read of yet. held: nothing is read
#: until a person says so.
DatasetState: TypeAlias = Literal["loading", "waiting", "idle", "held"]
#: `ended`: no process loads into the warehouse.
Phase: TypeAlias = Literal["running", "ended"]


@dataclass(frozen=True, slots=True)
class Percentiles:
    """Median and 99th percentile (nearest rank) of durations in milliseconds; None before the first."""

    p50_ms: float | None = None
    p99_ms: float | None = None


@dataclass(frozen=True, slots=True)
class Waiting:
    """What was found in the landing folder and is still to be read. `lag_seconds`: since the oldest waiting file was
    last written; 0 where nothing waits."""

    files: int = 0
    bytes: int = 0
    lag_seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class FileProgress:
    """How far a file is read that takes several batches. `size_bytes`: None where that is not known before its end."""

    dataset: str
    path: str
    done_bytes: int
    size_bytes: int | None


@dataclass(frozen=True, slots=True)
class FileNews:
    """The last that was heard of a file. `records`, `rejected`: of its last batch."""

    at: float
    dataset: str
    path: str
    state: str
    reason: str
    records: int
    rejected: int


@dataclass(frozen=True, slots=True)
class DriftedColumn:
    """A column whose values are not those of its reference, on the last closed date."""

    column: str
    date: str
    state: str
    psi: float | None


@dataclass(frozen=True, slots=True)
class ModelNow:
    """A learner. `error`: of its predictions before it learned, in `measure`; `errors`: by execution date."""

    model: str
    dataset: str
    status: str
    reason: str
    rows: int
    measure: str
    error: float | None
    errors: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True)
class DatasetNow:
    """A dataset. Counts are of this run; `scores` of its last dates, the latest last; `rates`: rows of each of the last
    seconds; `spent`: microseconds of work by its kind; `rules`: failed records, the most first."""

    dataset: str
    state: DatasetState = "idle"
    reason: str = ""
    files: int = 0
    set_aside: int = 0
    records: int = 0
    accepted: int = 0
    rejected: int = 0
    schema_drifts: int = 0
    findings: int = 0
    waiting: Waiting = Waiting()
    rows_per_second: float = 0.0
    rates: tuple[int, ...] = ()
    last_file: str = ""
    latency: Percentiles = Percentiles()
    commit: Percentiles = Percentiles()
    scores: tuple[float, ...] = ()
    rules: tuple[tuple[str, int], ...] = ()
    drifted: tuple[DriftedColumn, ...] = ()
    spent: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Event:
    """A line of the log. `at`: hours, minutes and seconds, UTC. `is_plain`: nothing is lost where its end is cut."""

    at: str
    text: str
    is_plain: bool = False


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A run. `what`: what it does, in words; `landing`: the folder that it watches, if it does. `since_last_seconds`:
    how long ago the last commit was; None before the first. `findings`: about dates, in this run."""

    what: str
    landing: str
    phase: Phase
    uptime_seconds: float
    rss_bytes: int
    datasets: tuple[DatasetNow, ...]
    findings: int = 0
    commit: Percentiles = Percentiles()
    latency: Percentiles = Percentiles()
    bytes_per_second: float = 0.0
    since_last_seconds: float | None = None
    reading: tuple[FileProgress, ...] = ()
    files: tuple[FileNews, ...] = ()
    models: tuple[ModelNow, ...] = ()
    events: tuple[Event, ...] = ()

    @property
    def rows_per_second(self) -> float:
        """Of all datasets."""
        return sum(each.rows_per_second for each in self.datasets)

    @property
    def rates(self) -> tuple[int, ...]:
        """Rows of each of the last seconds, of all datasets."""
        return tuple(map(sum, zip(*(each.rates for each in self.datasets), strict=True)))

    @property
    def waiting(self) -> Waiting:
        """The backlog of all datasets."""
        all_of_them = [each.waiting for each in self.datasets]
        lag = max((each.lag_seconds for each in all_of_them), default=0.0)
        return Waiting(sum(each.files for each in all_of_them), sum(each.bytes for each in all_of_them), lag)

    @property
    def eta_seconds(self) -> float | None:
        """How long the backlog takes at the present speed; None where nothing waits, or nothing is read."""
        waiting = self.waiting.bytes
        return waiting / self.bytes_per_second if waiting and self.bytes_per_second else None
