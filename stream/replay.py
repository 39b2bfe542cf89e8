"""A recorded date once more: the same micro-batches, from the raw layer instead of the landing folder."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from processors.errors import ConfigError, SourceError
from sinks.base import MicroBatch, Receipt
from sinks.ledger import FileEntry
from sinks.reading import WarehouseReader
from sinks.warehouse import Warehouse
from stream.closing import Closings
from stream.config import Dataset
from stream.engine import run
from stream.recorded import micro_batch
from stream.schemas.contracts import Contracts, load_contracts, offered


@dataclass(frozen=True, slots=True)
class Replayed:
    """What replaying a date of a dataset did; `changed`: whether a row of that date, or one of another date that has
    a key in common with it, is not what it was."""

    dataset: str
    date: str
    files: int
    records: int
    accepted: int
    rejected: int
    changed: bool


def replay_dates(
    configs: Path, path: Path, first: str, last: str, only: str | None, stop: threading.Event
) -> tuple[list[Replayed], list[str]]:
    """Replay every recorded date from `first` to `last`, in order, and close it; and a sentence for each dataset passed
    over.

    Raises what `replay` raises, and WarehouseError.
    """
    datasets = load_contracts(configs, path)
    if only is not None and only not in datasets:
        raise ConfigError(f"there is no dataset {only!r}; {configs} describes {', '.join(datasets)}.")
    with WarehouseReader(path) as recorded:
        recorded_dates = dates(recorded, first, last)
    wanted = [(date, name) for date, name in recorded_dates if only in {None, name}]
    left_out = {} if only else _left_out(configs, datasets, {name for _, name in wanted})
    tables = [dataset.table for dataset in datasets.values()]
    with Warehouse(path, tables, replaying=True) as warehouse, warehouse.recording("replay"):
        closings, done = Closings(warehouse), list[Replayed]()
        for date, name in wanted:
            if name not in left_out:
                done.append(replay(warehouse, datasets[name], date, stop))
                closings.close()
    return done, [f"{name} {why}, so it was not replayed." for name, why in sorted(left_out.items())]


def _left_out(configs: Path, datasets: Mapping[str, Dataset], recorded: Iterable[str]) -> dict[str, str]:
    """Which of the recorded datasets cannot be replayed, and why."""
    gone = {name: f"is recorded, but {configs} does not describe it" for name in recorded if name not in datasets}
    return gone | {
        name: "keeps no raw layer (raw: false)"
        for name in recorded
        if name in datasets and not datasets[name].table.raw
    }


def replay(warehouse: Warehouse, dataset: Dataset, date: str, stop: threading.Event | None = None) -> Replayed:
    """Recompute all rows of a date and replace them, in one transaction and in bounded memory.

    Raises ConfigError where the dataset keeps no raw layer, SourceError where a rule with the action `fail` is broken
    (then nothing is replaced), and KeyboardInterrupt, with nothing replaced either, when `stop` is set on the way.
    """
    if not dataset.table.raw:
        raise ConfigError(f"dataset {dataset.name} keeps no raw layer (raw: false), so there is nothing to replay from")
    with WarehouseReader(warehouse.path) as recorded:
        before = recorded.content_hash(dataset.name, date)
        files = list(recorded.files("dataset = ? AND date = ? AND state <> 'superseded'", dataset.name, date))
        records = accepted = rejudged = 0
        contracts = Contracts({dataset.name: dataset})
        with warehouse.transaction():
            for receipt in judged_anew(warehouse, recorded, files, contracts, stop):
                records, accepted = records + receipt.batch.row_count, accepted + receipt.accepted
                rejudged += receipt.rejudged
    with WarehouseReader(warehouse.path) as replaced:
        changed = replaced.content_hash(dataset.name, date) != before
    return Replayed(dataset.name, date, len(files), records, accepted, records - accepted, changed or rejudged > 0)


def judged_anew(
    warehouse: Warehouse,
    recorded: WarehouseReader,
    files: Iterable[FileEntry],
    contracts: Contracts,
    stop: threading.Event | None = None,
) -> Iterator[Receipt]:
    """All records of recorded files, judged from the raw layer once more and replaced, span by span.

    Inside the caller's transaction, and in bounded memory. Raises as `replay` does.
    """
    for receipt in run(events(recorded, files, contracts), contracts.chains, warehouse):
        if stop is not None and stop.is_set():
            raise KeyboardInterrupt
        yield receipt


def dates(recorded: WarehouseReader, first: str, last: str) -> list[tuple[str, str]]:
    """The (date, dataset) pairs with files from `first` to `last`, in order."""
    return sorted(
        {(entry.file.date, entry.file.dataset) for entry in recorded.files("date BETWEEN ? AND ?", first, last)}
    )


def events(recorded: WarehouseReader, files: Iterable[FileEntry], contracts: Contracts) -> Iterator[MicroBatch]:
    """The recorded spans of `files` as the micro-batches that they were."""
    for entry in files:
        contracts.meet(entry.file.dataset, entry.file.header)
        for span in recorded.spans(entry.file.file_id):
            stored = recorded.events(span.span)
            if stored.num_rows != span.span.row_count:
                raise ConfigError(
                    f"{entry.file.path}: {span.span.row_count - stored.num_rows} of its records were loaded while the "
                    "dataset kept no raw layer (raw: false), so they cannot be replayed. Nothing was replaced."
                )
            try:
                yield from offered(micro_batch(entry, span, stored, contracts[entry.file.dataset].table), contracts)
            except SourceError as error:
                raise SourceError(f"{entry.file.path}: {error}. Nothing was replaced.") from error
