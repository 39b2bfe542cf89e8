"""Metrics of a run, with the names and units that Prometheus wants: what receipts and findings add up to, and the
snapshot of the moment in which they are asked for.

Labels are datasets, rules, models and our own words, so there are no more series than the configs ask for.
"""

from __future__ import annotations

import threading
import time
from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import accumulate

from prometheus_client import CollectorRegistry, ProcessCollector
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily, Metric
from prometheus_client.registry import Collector

from processors.reasons import TYPE
from sinks.base import Finding, Receipt
from stream.observing.version import VERSION
from stream.running.commits import failed_rules
from stream.running.snapshot import DatasetNow, Snapshot

#: Upper ends of the buckets of durations, in seconds; the last has no end.
BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
_ENDS = (*map(str, BUCKETS), "+Inf")
_OUTCOMES = ("accepted", "rejected", "duplicate")
_STAGES = ("judge", "prepare", "commit")

Look = Callable[[], Snapshot | None]


@dataclass(slots=True)
class _Durations:
    """A histogram: how many durations are in each bucket, and their sum."""

    counts: list[int] = field(default_factory=lambda: [0] * len(_ENDS))
    seconds: float = 0.0

    def add(self, seconds: float) -> None:
        self.counts[bisect_left(BUCKETS, seconds)] += 1
        self.seconds += seconds

    def buckets(self) -> list[tuple[str, float]]:
        """Each end with how many are at most that long."""
        return list(zip(_ENDS, map(float, accumulate(self.counts)), strict=True))


class Metrics(Collector):
    """Counts from the thread that commits, and is asked by others. `look`: the run as it stands; None before the first
    session. `is_up`: the run goes on."""

    def __init__(self, look: Look) -> None:
        self._look, self._lock, self.is_up = look, threading.Lock(), True
        self._rows, self._failures, self._findings = Counter[_Labels](), Counter[_Labels](), Counter[_Labels]()
        self._durations: dict[_Labels, _Durations] = {}
        self._succeeded: dict[_Labels, float] = {}
        self.registry = CollectorRegistry(auto_describe=False)
        self.registry.register(self)
        ProcessCollector(registry=self.registry)

    def expect(self, datasets: Iterable[str]) -> None:
        """Series of these datasets are there from the beginning: a counter that comes with its first event hides it."""
        with self._lock:
            for dataset in datasets:
                self._rows.update({(dataset, outcome): 0 for outcome in _OUTCOMES})
                for stage in _STAGES:
                    self._durations.setdefault((dataset, stage), _Durations())

    def add(self, receipt: Receipt) -> None:
        """Count a commit of rows."""
        batch, timing = receipt.batch, receipt.timing
        if not batch.row_count:
            return
        dataset = batch.dataset
        counts = receipt.accepted, receipt.rejected - receipt.lost, receipt.lost
        took = timing.judge_us, timing.prepare_us, timing.commit_us
        with self._lock:
            for outcome, rows in zip(_OUTCOMES, counts, strict=True):
                self._rows[dataset, outcome] += rows
            for rule, failures in _failures(receipt):
                self._failures[dataset, rule] += failures
            for stage, microseconds in zip(_STAGES, took, strict=True):
                self._durations.setdefault((dataset, stage), _Durations()).add(microseconds / 1e6)
            self._succeeded[dataset,] = time.time()

    def find(self, finding: Finding) -> None:
        """Count a finding about a date."""
        with self._lock:
            self._findings[finding.dataset, finding.kind, finding.severity] += 1

    def collect(self) -> Iterator[Metric]:
        """All metrics as they stand."""
        with self._lock:
            counted = list(self._counted())
        yield from counted
        yield _gauge("ade_stream_up", "Whether the run goes on.", (), {(): float(self.is_up)})
        yield _gauge("ade_stream_build_info", "The version that runs.", ("version",), {(VERSION,): 1.0})
        if (snapshot := self._look()) is not None:
            yield from _standing(snapshot)

    def _counted(self) -> Iterator[Metric]:
        rows = "Records, by what became of them when they were committed; duplicate: it lost to another record."
        yield _counter("ade_stream_rows", rows, ("dataset", "outcome"), self._rows)
        failures = f"Records that failed a rule of their own; of the rule {TYPE} cells."
        yield _counter("ade_stream_rule_failures", failures, ("dataset", "rule"), self._failures)
        findings = "Findings about whole dates."
        yield _counter("ade_stream_findings", findings, ("dataset", "kind", "severity"), self._findings)
        durations = HistogramMetricFamily(
            "ade_stream_batch_duration_seconds", "How long a batch took.", labels=("dataset", "stage")
        )
        for labels, took in self._durations.items():
            durations.add_metric(labels, took.buckets(), took.seconds)
        yield durations
        succeeded = "When records were last committed by this process."
        yield _gauge("ade_stream_last_success_timestamp_seconds", succeeded, ("dataset",), self._succeeded)


_Labels = tuple[str, ...]


def _failures(receipt: Receipt) -> Iterator[tuple[str, int]]:
    yield from failed_rules(receipt.counts).items()
    cells = sum(count for name, count in receipt.counts.items() if name.startswith(f"{TYPE}."))
    if cells:
        yield TYPE, cells


#: Name, what it tells, and how it is read from a dataset as it stands; None where it is not known.
_OF_DATASETS: tuple[tuple[str, str, Callable[[DatasetNow], float | None]], ...] = (
    ("lag_seconds", "Since the oldest waiting file was written; 0 where none waits.", lambda d: d.waiting.lag_seconds),
    ("backlog_files", "Files that wait to be read.", lambda d: float(d.waiting.files)),
    ("backlog_bytes", "Bytes that wait to be read.", lambda d: float(d.waiting.bytes)),
    ("set_aside_files", "Files that are held or failed.", lambda d: float(d.set_aside)),
    ("held", "Whether nothing is loaded until a person says so.", lambda d: float(d.state == "held")),
    (
        "quality_score_ratio",
        "Score of the last closed date, 1 is best.",
        lambda d: d.scores[-1] / 100 if d.scores else None,
    ),
)


def _standing(snapshot: Snapshot) -> Iterator[Metric]:
    """The gauges of a snapshot."""
    for name, told, read in _OF_DATASETS:
        values: dict[_Labels, float] = {
            (each.dataset,): value for each in snapshot.datasets if (value := read(each)) is not None
        }
        yield _gauge(f"ade_stream_{name}", told, ("dataset",), values)
    errors: dict[_Labels, float] = {
        (each.model, each.measure): each.error for each in snapshot.models if each.error is not None
    }
    told = "Error of a learner's predictions, made before it learned."
    yield _gauge("ade_stream_model_error", told, ("model", "metric"), errors)


def _counter(name: str, told: str, labels: _Labels, counts: Counter[_Labels]) -> Metric:
    family = CounterMetricFamily(name, told, labels=labels)
    for values, count in counts.items():
        family.add_metric(values, count)
    return family


def _gauge(name: str, told: str, labels: _Labels, values: Mapping[_Labels, float]) -> Metric:
    family = GaugeMetricFamily(name, told, labels=labels)
    for of, value in values.items():
        family.add_metric(of, value)
    return family
