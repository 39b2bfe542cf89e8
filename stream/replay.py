"""A recorded date once more: the same micro-batches, from their events instead of the landing folder."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TypeAlias

import pyarrow as pa

from processors.errors import ConfigError, SourceError
from processors.parameters.model import Parameters
from sinks.base import MicroBatch, Receipt
from sinks.ledger.files import FileEntry
from sinks.ledger.prunes import stored_prunes
from sinks.ledger.replays import Replay, record_replay
from sinks.ledger.spans import SpanEntry
from sinks.parameters.versions import RecordedParameters
from sinks.reading import WarehouseReader
from sinks.table import Table
from sinks.verifying.otherwise import is_otherwise, records_otherwise
from sinks.warehouse import Warehouse
from stream.config import Dataset
from stream.consequences.following import Following
from stream.consequences.model import Consequence
from stream.evidence import Evidence
from stream.parameters.recorded import of_replayed
from stream.recorded import micro_batch
from stream.running.engine import run
from stream.schemas.contracts import Contracts, load_contracts, offered

#: Gives each span of a file with its events (`_id`, `payload`), or raises SourceError.
Spans: TypeAlias = Callable[[FileEntry], Iterator[tuple[SpanEntry, pa.Table]]]


@dataclass(frozen=True, slots=True)
class Replayed:
    """What replaying a date of a dataset did; `changed`: whether anything is not what it was, of that date or of one
    that has keys in common with it. `rows`: so many records of the date have another row or reject;
    `elsewhere`: whether rows of other dates changed sides. `parameters`:
    their version, where a step wants any, and the one `before`."""

    dataset: str
    date: str
    files: int
    records: int
    accepted: int
    rejected: int
    changed: bool
    rows: int = 0
    elsewhere: bool = False
    parameters: int | None = None
    parameters_before: int | None = None
    consequences: tuple[Consequence, ...] = ()


@dataclass(frozen=True, slots=True)
class Request:
    """The recorded dates from `first` to `last`, of all datasets or of `only` one. `refit`: with parameters that are
    made anew; `cascade`: with all that rests on them."""

    first: str
    last: str
    only: str | None = None
    refit: bool = False
    cascade: bool = False


@dataclass(frozen=True, slots=True)
class Asked:
    """What is replayed: dates in their order, each of a dataset; and a sentence for each dataset passed over. `lost`:
    one for each date that cannot be replayed, since what that takes was pruned."""

    datasets: Mapping[str, Dataset]
    dates: tuple[tuple[str, str], ...]
    passed_over: tuple[str, ...]
    lost: tuple[str, ...] = ()

    @property
    def tables(self) -> list[Table]:
        """The tables of all datasets, replayed or not."""
        return [dataset.table for dataset in self.datasets.values()]


def asked(configs: Path, landing: Path, path: Path, request: Request) -> Asked:
    """What a request comes to. Raises ConfigError and WarehouseError."""
    datasets, only = load_contracts(configs, path), request.only
    if only is not None and only not in datasets:
        raise ConfigError(f"there is no dataset {only!r}; {configs} describes {', '.join(datasets)}.")
    with WarehouseReader(path) as recorded:
        wanted = [each for each in dates(recorded, request.first, request.last) if only in {None, each[1]}]
        left_out = {} if only else _left_out(configs, datasets, {name for _, name in wanted})
        described = [each for each in wanted if each[1] not in left_out]
        lost = dict(_lost(recorded, landing, datasets, described))
    sentences = (f"{name} {why}, so it was not replayed." for name, why in sorted(left_out.items()))
    return Asked(datasets, tuple(each for each in described if each not in lost), tuple(sentences), (*lost.values(),))


def _lost(
    recorded: WarehouseReader, landing: Path, datasets: Mapping[str, Dataset], dates: Iterable[tuple[str, str]]
) -> Iterator[tuple[tuple[str, str], str]]:
    """The dates of which something was pruned that their replay takes, each with a sentence."""
    pruned = {(each.date, each.dataset) for each in stored_prunes(recorded.connection)}
    for date, name in dates:
        why = Evidence(recorded, landing, datasets[name]).why_lost(date) if (date, name) in pruned else None
        if why is not None:
            yield (date, name), f"{name} {date} was not replayed. {why}."


def _left_out(configs: Path, datasets: Mapping[str, Dataset], recorded: Iterable[str]) -> dict[str, str]:
    """Which of the recorded datasets cannot be replayed, and why."""
    return {name: f"is recorded, but {configs} does not describe it" for name in recorded if name not in datasets}


def replay(
    warehouse: Warehouse,
    dataset: Dataset,
    date: str,
    stop: threading.Event | None = None,
    *,
    refit: bool = False,
    landing: Path | None = None,
    following: Following | None = None,
) -> Replayed:
    """Recompute all rows of a date and replace them, in one transaction and in bounded memory. Where all comes out as
    it was, it is undone: not even a time is another then.

    `landing`: where the records are that have no raw events. Raises SourceError where these are not there as they were
    loaded, and where a rule with the action `fail` is broken (then nothing is replaced), and KeyboardInterrupt, with
    nothing replaced either, when `stop` is set on the way. `following`: tells what follows.
    """
    began = time.monotonic()
    with WarehouseReader(warehouse.path) as recorded, warehouse.transaction() as decision:
        done = judged_date(warehouse, recorded, dataset, date, stop, refit=refit, landing=landing, following=following)
        decision.keep = done.changed
        if decision.keep:
            _record(warehouse, done, time.monotonic() - began)
    if not done.changed:
        warehouse.count_unchanged(done.records, done.accepted)
    return done


def judged_date(
    warehouse: Warehouse,
    recorded: WarehouseReader,
    dataset: Dataset,
    date: str,
    stop: threading.Event | None,
    *,
    refit: bool,
    landing: Path | None = None,
    following: Following | None = None,
) -> Replayed:
    """Replace all rows of a date and their vectors, inside the caller's transaction, which need not be kept unless
    anything `changed`. `recorded`: the warehouse as it was before. Raises as `replay` does."""
    done = replaced(warehouse, recorded, dataset, date, stop, refit=refit, landing=landing)
    warehouse.derive()
    table = warehouse.tables[dataset.name]
    if not (done.elsewhere or is_otherwise(recorded.connection, warehouse.connection, table, date)):
        return done
    rows = _records_otherwise(warehouse, recorded, done)
    done = replace(done, changed=True, rows=rows)
    if following is None:
        return done
    follows = following.follow(recorded.connection, dataset.name, date, rows=rows, is_refitted=refit)
    return replace(done, consequences=follows)


def _records_otherwise(warehouse: Warehouse, recorded: WarehouseReader, done: Replayed) -> int:
    files = _files(recorded, done.dataset, done.date)
    return records_otherwise(recorded.connection, warehouse.connection, done.dataset, files)


def _record(warehouse: Warehouse, done: Replayed, seconds: float) -> None:
    figures = done.rows, done.records, done.accepted, done.rejected, seconds
    config = warehouse.configs.id_of(warehouse.tables[done.dataset])
    entry = Replay(done.dataset, done.date, warehouse.run_id, config, done.parameters, *figures)
    record_replay(warehouse.connection, entry)


def _files(recorded: WarehouseReader, dataset: str, date: str) -> Iterator[FileEntry]:
    """Those that are replayed with a date."""
    return recorded.files("dataset = ? AND date = ? AND state <> 'superseded'", dataset, date)


def replaced(
    warehouse: Warehouse,
    recorded: WarehouseReader,
    dataset: Dataset,
    date: str,
    stop: threading.Event | None,
    *,
    refit: bool,
    landing: Path | None = None,
) -> Replayed:
    """Replace all rows of a date, inside the caller's transaction; whether anything `changed` is not told.

    `landing`: where the records are that have no raw events. `recorded`: the warehouse as it was before that
    transaction. Raises as `replay` does.
    """
    files, evidence = list(_files(recorded, dataset.name, date)), Evidence(recorded, landing, dataset)
    records = accepted = rejudged = 0
    before = RecordedParameters(warehouse.connection).of_date(dataset.name, date)
    parameters = of_replayed(warehouse.connection, evidence, date, files, refit=refit)
    contracts = Contracts({dataset.name: dataset})
    for receipt in judged_anew(warehouse, evidence.spans, files, contracts, lambda *_: parameters, stop):
        records, accepted = records + receipt.batch.row_count, accepted + receipt.accepted
        rejudged += receipt.rejudged
    return Replayed(
        *(dataset.name, date, len(files), records, accepted, records - accepted),
        changed=False,
        elsewhere=rejudged > 0,
        parameters=None if parameters is None else parameters.version,
        parameters_before=None if before is None else before.version,
    )


def judged_anew(
    warehouse: Warehouse,
    spans: Spans,
    files: Iterable[FileEntry],
    contracts: Contracts,
    parameters: Callable[[FileEntry, SpanEntry], Parameters | None],
    stop: threading.Event | None = None,
) -> Iterator[Receipt]:
    """All records of recorded files, judged once more and replaced, span by span, each with its `parameters`. `spans`:
    those of a file, with their events.

    Inside the caller's transaction, and in bounded memory. Raises as `replay` does.
    """
    for receipt in run(events(spans, files, contracts, parameters), contracts.chains, warehouse):
        if stop is not None and stop.is_set():
            raise KeyboardInterrupt
        yield receipt


def dates(recorded: WarehouseReader, first: str, last: str) -> list[tuple[str, str]]:
    """The (date, dataset) pairs with files from `first` to `last`, in order."""
    return sorted(
        {(entry.file.date, entry.file.dataset) for entry in recorded.files("date BETWEEN ? AND ?", first, last)}
    )


def events(
    spans: Spans,
    files: Iterable[FileEntry],
    contracts: Contracts,
    parameters: Callable[[FileEntry, SpanEntry], Parameters | None] = lambda *_: None,
) -> Iterator[MicroBatch]:
    """The recorded spans of `files` as the micro-batches that they were, each with its `parameters`."""
    for entry in files:
        contracts.meet(entry.file.dataset, entry.file.header)
        try:
            for span, stored in spans(entry):
                table = contracts[entry.file.dataset].table
                yield from offered(micro_batch(entry, span, stored, table, parameters(entry, span)), contracts)
        except SourceError as error:
            raise SourceError(f"{entry.file.path}: {error}. Nothing was replaced.") from error
