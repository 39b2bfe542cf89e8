"""`trace`: a record's whole story, from how it came to the row that is stored, step by step."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import pyarrow as pa

from processors.chain import Chain
from processors.outcome import REJECTED, ROW_ID
from processors.parameters.model import Parameters
from processors.tracing import Passage, Reason
from processors.tracing import traced as passages
from sinks.base import Judged
from sinks.database.connection import Connection
from sinks.ledger.prunes import Prune, stored_prunes
from sinks.ledger.replays import ReplayEntry, stored_replays
from sinks.reading import WarehouseReader
from sinks.tracing.judged import JudgedBy, judged_by
from stream.config import Dataset
from stream.config.loading import known_dataset
from stream.parameters.recorded import OfSpans
from stream.recorded import micro_batch
from stream.running.engine import given, verdict
from stream.schemas.contracts import Contracts, load_contracts
from stream.schemas.narrowness import too_narrow
from stream.tracing.coming import Came, came
from stream.tracing.figures import Figure, figures
from stream.tracing.finding import Found, found
from stream.tracing.learned import Learner, TrainedVersion, learners, trained
from stream.tracing.standing import Standing, Today, standing, today
from stream.tracing.vectors import Vector, vectors


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a record is from. `path` as the ledger writes it; `byte_end` behind its line end."""

    row_id: int
    dataset: str
    path: str
    generation: int
    line: int
    byte_start: int
    byte_end: int
    date: str


@dataclass(frozen=True, slots=True)
class Trace:
    """`judged`: by what it was judged last. `malformed`: why the record could not be split into columns; then it meets
    no step. `steps`: as today's config has them. `figures`: by which cells were imputed, or held to be outliers.
    `vectors`, `learners`, `versions`: what was made of the staged row. `replays`: of its date, that changed anything,
    the oldest first; `prunes`: what was given up of it."""

    origin: Origin
    judged: JudgedBy | None
    came: Came
    malformed: tuple[Reason, ...]
    steps: tuple[Passage, ...]
    figures: tuple[Figure, ...]
    standing: Standing
    today: Today
    vectors: tuple[Vector, ...] = ()
    learners: tuple[Learner, ...] = ()
    versions: tuple[TrainedVersion, ...] = ()
    replays: tuple[ReplayEntry, ...] = ()
    prunes: tuple[Prune, ...] = ()


def trace(configs: Path, landing: Path, warehouse: Path, dataset: str, name: str) -> Trace:
    """The story of the record that `name` (a row id, its key, or `path:line`) means. Raises ConfigError and
    WarehouseError."""
    datasets = load_contracts(configs, warehouse)
    known_dataset(datasets, dataset)
    with WarehouseReader(warehouse) as recorded:
        return traced(datasets, recorded, landing, dataset, name)


def traced(datasets: Mapping[str, Dataset], recorded: WarehouseReader, landing: Path, dataset: str, name: str) -> Trace:
    """The same of a warehouse that is open."""
    record = found(recorded, landing, datasets[dataset], name)
    contracts = Contracts(datasets)
    how, event = came(recorded, landing, contracts[dataset], record)
    stands = standing(recorded, record, contracts[dataset])
    parameters = OfSpans(recorded.parameters)(record.entry, record.span)
    judged = None if event is None else _judged(contracts, record, event, parameters)
    steps = () if judged is None else _steps(contracts, judged)
    malformed = () if judged is None else _malformed(judged)
    told = Trace(
        origin=_origin(record),
        judged=judged_by(recorded.connection, record.row_id, _hash(datasets[dataset])),
        came=how,
        malformed=malformed,
        steps=steps,
        figures=tuple(figures(parameters, steps, stands.row or {})),
        standing=stands,
        today=today(stands, judged, contracts[dataset]),
    )
    return _with_what_follows(told, recorded.connection, contracts[dataset])


def _with_what_follows(told: Trace, connection: Connection, dataset: Dataset) -> Trace:
    """With what was made of the row, where it is staged, and what touched its date."""
    replays = tuple(stored_replays(connection, dataset.name, told.origin.date))
    prunes = tuple(stored_prunes(connection, dataset.name, told.origin.date))
    known = tuple(learners(connection, dataset, told.origin.row_id))
    told = replace(told, replays=replays, prunes=prunes, learners=known)
    if told.standing.state != "staged" or told.standing.row is None:
        return told
    row, committed_at = told.standing.row, "" if told.judged is None else told.judged.committed_at
    versions = tuple(trained(connection, dataset, row, committed_at))
    return replace(told, vectors=tuple(vectors(connection, dataset, row)), versions=versions)


def _hash(dataset: Dataset) -> str | None:
    return None if dataset.table.config is None else dataset.table.config.hash


def _origin(record: Found) -> Origin:
    file = record.entry.file
    return Origin(record.row_id, file.dataset, file.path, file.generation, record.line, *record.bytes, file.date)


def _judged(contracts: Contracts, record: Found, event: str, parameters: Parameters | None) -> Judged:
    """The verdict on the record alone, by a contract that takes all that it may, as a replay has it. `parameters`:
    those that its span was judged with."""
    file = record.entry.file
    events = pa.table({ROW_ID: pa.array([record.row_id], pa.int64()), "payload": pa.array([event], pa.string())})
    contracts.meet(file.dataset, file.header)
    while True:
        dataset = contracts[file.dataset]
        batch = micro_batch(record.entry, record.span, events, dataset.table, parameters)
        judged = verdict(batch, dataset.chain)
        narrow = too_narrow(judged)
        if narrow is None:
            return judged
        contracts.widen(file.dataset, narrow.cells)


def _steps(contracts: Contracts, judged: Judged) -> tuple[Passage, ...]:
    chain = given(contracts[judged.batch.dataset].chain, judged.batch.parameters)
    if not judged.batch.rows.num_rows or not isinstance(chain, Chain):
        return ()
    return passages(chain, judged.batch.rows)[0]


def _malformed(judged: Judged) -> tuple[Reason, ...]:
    rejected: pa.RecordBatch = judged.batch.malformed.cast(REJECTED)
    return tuple(reason for reasons in rejected["reasons"].to_pylist() for reason in reasons)
