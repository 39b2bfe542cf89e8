"""`export`: files that are asked for, written anew whatever is there."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from processors.errors import BusyError, WarehouseError
from sinks.database.lock import Turn, WriterLock
from sinks.exports.records import Written
from sinks.reading import WarehouseReader
from sinks.table import ExportKind, Table
from sinks.warehouse import Warehouse
from stream.config import Dataset
from stream.config.loading import known_dataset
from stream.exporting.exports import write_recorded
from stream.exporting.projections import ALL_DATES, Dates, projections
from stream.exporting.writing import UnwrittenError, sync, write
from stream.schemas.contracts import load_contracts
from stream.writing import writing

KINDS: tuple[ExportKind, ...] = ("clean", "features", "kpis")


@dataclass(frozen=True, slots=True)
class Request:
    """What is to be written: of a dataset, or of all; the files of some dates; of some kinds, which the config need not
    ask for. `output`: a folder that is not the warehouse's own, which nothing is recorded of."""

    only: str | None = None
    dates: Dates = ALL_DATES
    kinds: Sequence[ExportKind] = KINDS
    output: Path | None = None


def export(configs: Path, path: Path, request: Request, turn: Turn) -> list[Written]:
    """Write it, and say what was written, in order.

    Raises ConfigError, WarehouseError where the warehouse cannot be read, another process writes to it, or a file
    cannot be written, and KeyboardInterrupt when its `turn` is stopped on the way; what is written by then stays.
    """
    if request.output is not None:
        tables = _tables(load_contracts(configs, path), request)
        with WarehouseReader(path) as recorded, _told():
            return list(_elsewhere(recorded, tables, request, request.output, turn.stop))
    with _writing(path, turn) as lock:
        datasets = load_contracts(configs, path)
        return _in_place(path, datasets, lock, request, turn.stop)


def _tables(datasets: Mapping[str, Dataset], request: Request) -> list[Table]:
    """Those that are asked for. Raises ConfigError where there is none of that name."""
    chosen = datasets if request.only is None else {request.only: known_dataset(datasets, request.only)}
    return [dataset.table for dataset in chosen.values()]


def _in_place(
    path: Path, datasets: Mapping[str, Dataset], lock: WriterLock, request: Request, stop: threading.Event
) -> list[Written]:
    tables, all_tables = _tables(datasets, request), [dataset.table for dataset in datasets.values()]
    with Warehouse(path, all_tables, lock=lock) as warehouse, _told():
        wanted = (
            each for table in tables for each in projections(warehouse.connection, table, request.kinds, request.dates)
        )
        written = list(write_recorded(warehouse, wanted, stop.is_set))
    if stop.is_set():
        raise KeyboardInterrupt
    return written


def _elsewhere(
    recorded: WarehouseReader, tables: Sequence[Table], request: Request, folder: Path, stop: threading.Event
) -> Iterator[Written]:
    for table in tables:
        for projection in projections(recorded.connection, table, request.kinds, request.dates):
            if stop.is_set():
                raise KeyboardInterrupt
            written = write(folder, projection)
            sync(folder, written)
            yield from written


@contextmanager
def _writing(path: Path, turn: Turn) -> Iterator[WriterLock]:
    try:
        opened = ExitStack()
        lock = opened.enter_context(writing(path, turn))
    except BusyError as error:
        raise BusyError(
            f"{error} A running watch itself writes what the config asks for (`exports`); with --output FOLDER files "
            "are written beside it, elsewhere."
        ) from error
    with opened:
        yield lock


@contextmanager
def _told() -> Iterator[None]:
    try:
        yield
    except UnwrittenError as error:
        raise WarehouseError(f"{error}, and call it again. Files that were there are as they were.") from error
