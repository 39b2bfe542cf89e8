"""`trace`: a record's whole story, from how it came to the row that is stored, step by step."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa

from processors.chain import Chain
from processors.outcome import REJECTED, ROW_ID
from processors.parameters.model import Parameters
from processors.tracing import Passage, Reason
from processors.tracing import traced as passages
from sinks.base import Judged
from sinks.reading import WarehouseReader
from stream.config import Dataset
from stream.config.loading import known_dataset
from stream.parameters.recorded import OfSpans
from stream.recorded import micro_batch
from stream.running.engine import given, verdict
from stream.schemas.contracts import Contracts, load_contracts
from stream.schemas.narrowness import too_narrow
from stream.tracing.coming import Came, came
from stream.tracing.finding import Found, found
from stream.tracing.standing import Standing, Today, standing, today


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
    """`malformed`: why the record could not be split into columns; then it meets no step. `steps`: as today's config
    has them."""

    origin: Origin
    came: Came
    malformed: tuple[Reason, ...]
    steps: tuple[Passage, ...]
    standing: Standing
    today: Today


def trace(configs: Path, landing: Path, warehouse: Path, dataset: str, name: str) -> Trace:
    """The story of the record that `name` (a row id, or `path:line`) means. Raises ConfigError and WarehouseError."""
    datasets = load_contracts(configs, warehouse)
    known_dataset(datasets, dataset)
    with WarehouseReader(warehouse) as recorded:
        return traced(datasets, recorded, landing, dataset, name)


def traced(datasets: Mapping[str, Dataset], recorded: WarehouseReader, landing: Path, dataset: str, name: str) -> Trace:
    """The same of a warehouse that is open."""
    record = found(recorded, landing, dataset, name)
    contracts = Contracts(datasets)
    how, event = came(recorded, landing, contracts[dataset], record)
    stands = standing(recorded, record, contracts[dataset])
    parameters = OfSpans(recorded.parameters)(record.entry, record.span)
    judged = None if event is None else _judged(contracts, record, event, parameters)
    steps = () if judged is None else _steps(contracts, judged)
    malformed = () if judged is None else _malformed(judged)
    return Trace(_origin(record), how, malformed, steps, stands, today(stands, judged, contracts[dataset]))


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
