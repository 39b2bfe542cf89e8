"""What the batches of a run took, added up: by dataset, and by step."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from sinks.database.connection import Connection

_MOST = ("latency_us_max", "rss_bytes_max")
_SUMS = """
SELECT run_id, dataset, count(*) AS batches, sum(records) AS records, sum(accepted) AS accepted,
       sum(rejected) AS rejected, sum(bytes) AS bytes, sum(read_us) AS read_us, sum(judge_us) AS judge_us,
       sum(prepare_us) AS prepare_us, coalesce(sum(commit_us), 0) AS commit_us,
       coalesce(max(latency_us), 0) AS latency_us_max, max(rss_bytes) AS rss_bytes_max
FROM meta_batches WHERE {} GROUP BY run_id, dataset ORDER BY run_id, dataset
"""
_STEPS = """
SELECT run_id, dataset, step.key AS step, sum(step.value) AS us FROM meta_batches, json_each(steps) step
WHERE {} GROUP BY run_id, dataset, step.key ORDER BY run_id, dataset, min(batch_id), min(step.id)
"""
_RUN = """
SELECT run_id, command, outcome, reason, files, records, accepted, rejected, drifts, findings, started_at, updated_at,
       coalesce(ended_at, '') AS ended_at, summary
FROM meta_runs WHERE run_id = ?
"""


@dataclass(frozen=True, slots=True)
class Sums:
    """What batches took, in microseconds of wall time, by step too; the longest latency of a file, and the most memory
    that the process had."""

    batches: int = 0
    records: int = 0
    accepted: int = 0
    rejected: int = 0
    bytes: int = 0
    read_us: int = 0
    judge_us: int = 0
    prepare_us: int = 0
    commit_us: int = 0
    latency_us_max: int = 0
    rss_bytes_max: int = 0
    steps: Mapping[str, int] = field(default_factory=dict)

    @property
    def work(self) -> dict[str, int]:
        """Microseconds by the kind of work, in the order in which it is done. `encode`: all between the steps and the
        transaction."""
        encode = self.judge_us - sum(self.steps.values()) + self.prepare_us
        return {"read": self.read_us, **self.steps, "encode": encode, "commit": self.commit_us}

    def __add__(self, other: Sums) -> Sums:
        """Both together."""
        mine, its = asdict(self), asdict(other)
        added = {name: max(mine[name], its[name]) if name in _MOST else mine[name] + its[name] for name in _NUMBERS}
        steps = {**mine["steps"], **its["steps"]}
        steps = {name: mine["steps"].get(name, 0) + its["steps"].get(name, 0) for name in steps}
        return Sums(**added, steps=steps)


_NUMBERS = tuple(name for name in Sums.__slots__ if name != "steps")


@dataclass(frozen=True, slots=True)
class RunSummary:
    """A run as a whole. `ended_at`: empty while it goes on. `total`: of all datasets, `by_dataset`: of each one."""

    run_id: int
    command: str
    outcome: str
    reason: str
    files: int
    records: int
    accepted: int
    rejected: int
    drifts: int
    findings: int
    started_at: str
    updated_at: str
    ended_at: str
    total: Sums
    by_dataset: Mapping[str, Sums]


def run_summary(connection: Connection, run_id: int | None = None) -> RunSummary | None:
    """What a run came to, or the last one; None where there is none."""
    run_id = connection.integer("SELECT max(run_id) FROM meta_runs") if run_id is None else run_id
    rows = connection.table(_RUN, run_id).to_pylist()
    if not rows:
        return None
    kept = _sums(connection, "run_id = ?", run_id).get(run_id, {})
    by_dataset = joined(_read(rows[0].pop("summary")), kept)
    return RunSummary(**rows[0], total=sum(by_dataset.values(), start=Sums()), by_dataset=by_dataset)


def sums_before(connection: Connection, batch_id: int) -> dict[int, dict[str, Sums]]:
    """What the batches before one took, by run and dataset."""
    return _sums(connection, "batch_id < ?", batch_id)


def folded(summary: str, more: Mapping[str, Sums]) -> str:
    """A run's `summary` with batches that are to be taken away."""
    return json.dumps({name: asdict(sums) for name, sums in joined(_read(summary), more).items()})


def joined(left: Mapping[str, Sums], right: Mapping[str, Sums]) -> dict[str, Sums]:
    """Both together, dataset by dataset."""
    names = sorted({*left, *right})
    return {name: left.get(name, Sums()) + right.get(name, Sums()) for name in names}


def _read(summary: str) -> dict[str, Sums]:
    told: dict[str, dict[str, Any]] = json.loads(summary)
    return {name: Sums(**sums) for name, sums in told.items()}


def _sums(connection: Connection, condition: str, value: int) -> dict[int, dict[str, Sums]]:
    steps: dict[tuple[int, str], dict[str, int]] = {}
    for row in connection.table(_STEPS.format(condition), value).to_pylist():
        steps.setdefault((row["run_id"], row["dataset"]), {})[row["step"]] = row["us"]
    found: dict[int, dict[str, Sums]] = {}
    for row in connection.table(_SUMS.format(condition), value).to_pylist():
        of = row.pop("run_id"), row.pop("dataset")
        found.setdefault(of[0], {})[of[1]] = Sums(**row, steps=steps.get(of, {}))
    return found
