"""What those ask who look at a warehouse while it is written: each question is brief, and none holds a transaction."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from sinks.database.connection import Connection

_BATCHES = """
SELECT b.batch_id, b.run_id, b.dataset, b.span_id, b.last_span_id, b.file_id, b.files, b.records, b.accepted,
       b.rejected, b.bytes, b.read_us, b.judge_us, b.steps, b.prepare_us, coalesce(b.commit_us, -1) AS commit_us,
       coalesce(b.latency_us, -1) AS latency_us, b.rss_bytes, unixepoch(b.committed_at, 'subsec') AS at,
       coalesce(f.path, '') AS path, coalesce(f.state, '') AS state, coalesce(f.reason, '') AS reason,
       coalesce(f.size, 0) AS size, coalesce(s.byte_end, 0) AS byte_end,
       coalesce((SELECT json_group_object(name, n) FROM (SELECT name, sum(count) AS n FROM meta_counts
                 WHERE span_id BETWEEN b.span_id AND b.last_span_id GROUP BY name)), '{}') AS counts
FROM meta_batches b LEFT JOIN meta_files f ON f.file_id = b.last_span_id >> 32
LEFT JOIN meta_spans s ON s.span_id = b.last_span_id
WHERE b.batch_id > ? ORDER BY b.batch_id LIMIT ?
"""
_RUN = """
SELECT run_id, command, outcome, files, records, drifts, findings, unixepoch(started_at, 'subsec') AS started,
       unixepoch(updated_at, 'subsec') AS updated, summary
FROM meta_runs ORDER BY run_id DESC LIMIT 1
"""
_SCORES = """
SELECT dataset, date, score FROM (
    SELECT dataset, date, score, row_number() OVER (PARTITION BY dataset ORDER BY date DESC, score_id DESC) AS place
    FROM meta_quality_scores q
    WHERE score IS NOT NULL AND score_id = (SELECT max(score_id) FROM meta_quality_scores l
                                            WHERE l.dataset = q.dataset AND l.date = q.date))
WHERE place <= ? ORDER BY dataset, date
"""
_DRIFTED = """
SELECT dataset, "column", date, state, coalesce(psi, -1.0) AS psi FROM meta_profiles p
WHERE state IN ('warn', 'drift') AND date = (SELECT max(date) FROM meta_profiles l WHERE l.dataset = p.dataset)
ORDER BY dataset, state, psi DESC
"""
_KNOWN = """
SELECT file_id, dataset, path, size, mtime_ns, state FROM meta_files WHERE file_id > ? ORDER BY file_id LIMIT ?
"""
_DRIFTS = "SELECT dataset, count(*) FROM meta_schema_drifts WHERE run_id = ? GROUP BY dataset"
_LEARNERS = "SELECT model, status, reason, rows, metrics FROM meta_learners ORDER BY model"
_SET_ASIDE = """
SELECT f.dataset, f.file_id, f.path, f.state, f.reason, unixepoch(f.updated_at, 'subsec') AS at
FROM meta_files f WHERE f.state IN ('held', 'failed') ORDER BY f.updated_at DESC LIMIT ?
"""


@dataclass(frozen=True, slots=True)
class StoredRun:
    """The last run. `started`, `updated`: seconds since 1970. `summary`: sums of its batches that have no row any
    more, by dataset."""

    run_id: int
    command: str
    outcome: str
    files: int
    records: int
    drifts: int
    findings: int
    started: float
    updated: float
    summary: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class StoredBatch:
    """A row of `meta_batches`. `commit_us`, `latency_us`: -1 where they are not known yet. `path`, `state`, `reason`,
    `size`: of its last file, and `byte_end` where the span in that ends; `counts`: what was counted in its spans."""

    batch_id: int
    run_id: int
    dataset: str
    span_id: int
    last_span_id: int
    file_id: int
    files: int
    records: int
    accepted: int
    rejected: int
    bytes: int
    read_us: int
    judge_us: int
    steps: Mapping[str, int]
    prepare_us: int
    commit_us: int
    latency_us: int
    rss_bytes: int
    at: float
    path: str
    state: str
    reason: str
    size: int
    byte_end: int
    counts: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class SetAside:
    """A file that is held or failed. `at`: seconds since 1970."""

    dataset: str
    file_id: int
    path: str
    state: str
    reason: str
    at: float


@dataclass(frozen=True, slots=True)
class KnownFile:
    """What the ledger knows of a file by its name and status."""

    file_id: int
    dataset: str
    path: str
    size: int
    mtime_ns: int
    state: str


@dataclass(frozen=True, slots=True)
class Standings:
    """What closed dates and learners came to. `scores`: of the last dates of each dataset, in order; `drifted`: columns
    of its last date, `(column, date, state, psi)`; `learners`: `(model, status, reason, rows, metrics)`."""

    scores: Mapping[str, tuple[float, ...]] = field(default_factory=dict)
    drifted: Mapping[str, tuple[tuple[str, str, str, float | None], ...]] = field(default_factory=dict)
    learners: tuple[tuple[str, str, str, int, Mapping[str, Any]], ...] = ()


def last_run(connection: Connection) -> StoredRun | None:
    """The run that goes on, or the last one; None where there was none."""
    rows = connection.table(_RUN).to_pylist()
    return StoredRun(**{**rows[0], "summary": json.loads(rows[0]["summary"])}) if rows else None


def newest_batch(connection: Connection) -> int:
    """The last batch there is; 0 where there is none."""
    return connection.integer("SELECT max(batch_id) FROM meta_batches")


def batches_after(connection: Connection, batch_id: int, limit: int) -> list[StoredBatch]:
    """The batches behind one, in their order."""
    rows = connection.table(_BATCHES, batch_id, limit).to_pylist()
    return [
        StoredBatch(**{**row, "steps": json.loads(row["steps"]), "counts": json.loads(row["counts"])}) for row in rows
    ]


def standings(connection: Connection, dates: int) -> Standings:
    """What is known of closed dates, the last so many, and of learners."""
    scores: dict[str, tuple[float, ...]] = {}
    for dataset, _, score in connection.rows(_SCORES, dates):
        scores[str(dataset)] = (*scores.get(str(dataset), ()), float(str(score)))
    drifted: dict[str, tuple[tuple[str, str, str, float | None], ...]] = {}
    for row in connection.table(_DRIFTED).to_pylist():
        told = (row["column"], row["date"], row["state"], None if row["psi"] < 0 else row["psi"])
        drifted[row["dataset"]] = (*drifted.get(row["dataset"], ()), told)
    learners = connection.table(_LEARNERS).to_pylist()
    said = [(row["model"], row["status"], row["reason"], row["rows"], json.loads(row["metrics"])) for row in learners]
    return Standings(scores, drifted, tuple(said))


def set_aside(connection: Connection, limit: int) -> list[SetAside]:
    """The files that are held or failed, the latest first."""
    return [SetAside(**row) for row in connection.table(_SET_ASIDE, limit).to_pylist()]


def known_files(connection: Connection, limit: int) -> Iterator[KnownFile]:
    """All files, the newest generation of a name last, read so many at a time."""
    last = 0
    while rows := connection.table(_KNOWN, last, limit).to_pylist():
        yield from (KnownFile(**row) for row in rows)
        last = rows[-1]["file_id"]


def schema_drifts(connection: Connection, run_id: int) -> dict[str, int]:
    """At how many files of a run the schema changed, by dataset."""
    return {str(dataset): int(str(number)) for dataset, number in connection.rows(_DRIFTS, run_id)}
