"""A copy of a warehouse in which recorded dates are recomputed, as a replay would do it."""

from __future__ import annotations

import shutil
import tempfile
import threading
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

from processors.errors import ConfigError, SourceError, WarehouseError
from processors.parameters.model import Parameters
from sinks.base import MicroBatch, whole_file
from sinks.database.connection import Connection
from sinks.database.copying import copy, is_warehouse
from sinks.database.migrations import migrate
from sinks.feature_views.changes import note_rows
from sinks.kpis.refreshing import refresh
from sinks.ledger.files import FileEntry
from sinks.relations.indexes import forget_definitions
from sinks.verifying.comparing import divergence
from sinks.verifying.questions import rows_of_date
from sinks.warehouse import Warehouse
from stream.evidence import Evidence
from stream.parameters.recorded import of_replayed
from stream.recorded import micro_batch
from stream.running.engine import run
from stream.schemas.contracts import Contracts, offered

_COPIES = 2


@dataclass(frozen=True, slots=True)
class Copies:
    """Two copies of one moment of a warehouse: as it is `recorded`, and to be `recomputed`. The keys of the second are
    to be made anew: those that are kept need not fit rows that were altered by hand."""

    recorded: Path
    recomputed: Path


@contextmanager
def copies(path: Path) -> Iterator[Copies]:
    """Copies in the folder for temporary files, gone behind the block. Raises WarehouseError where it has no room."""
    with tempfile.TemporaryDirectory(prefix="ade-stream-verify-") as folder:
        made = Copies(Path(folder) / "recorded.db", Path(folder) / "recomputed.db")
        _refuse_full(path, Path(folder))
        if not is_warehouse(path):
            raise WarehouseError(f"{path}: is a database, but no warehouse of ade-stream. Check the path.")
        copy(path, made.recorded)
        migrate(made.recorded, ())  # an older program may have written it
        shutil.copyfile(made.recorded, made.recomputed)
        with Connection(made.recomputed) as connection:
            forget_definitions(connection)
        yield made


def _refuse_full(path: Path, folder: Path) -> None:
    wanted = _COPIES * path.stat().st_size
    if (free := shutil.disk_usage(folder).free) < wanted:
        raise WarehouseError(
            f"{folder.parent}: verifying takes {wanted} bytes for two copies of the warehouse, and {free} are free. "
            "Set TMPDIR to a folder with more room."
        )


@dataclass(frozen=True, slots=True)
class Recomputed:
    """What came of recomputing a date: records judged; rows of other spans that changed sides; and files that were left
    as they are, each with the reason. `failed`: why none of it was done. Not `is_kept`: other rows came of it than are
    recorded, and it was undone. `is_whole`: no file of it was left."""

    records: int = 0
    rejudged: int = 0
    left: dict[str, str] = field(default_factory=dict)
    failed: str | None = None
    is_kept: bool = True
    is_whole: bool = True


def recompute(
    warehouse: Warehouse,
    evidence: Evidence,
    date: str,
    unsound: Collection[int],
    stop: threading.Event,
    *,
    only_same: bool = False,
) -> Recomputed:
    """Replace a date's rows by what its records come to, with the parameters that are recorded, in one transaction;
    where `only_same` rows are wanted, others are undone.

    `unsound`: ids of files that are left as they are, since not all of their records are there. Raises WarehouseError,
    and KeyboardInterrupt when `stop` is set.
    """
    entries, left = list[FileEntry](), dict[str, str]()
    condition = "dataset = ? AND date = ? AND state <> 'superseded'"
    known = list(evidence.recorded.files(condition, evidence.dataset.name, date))
    for entry in known:
        why = evidence.why_none(entry)
        if why is not None:
            left[entry.file.path] = why
        elif entry.file.file_id not in unsound:
            entries.append(entry)
    try:
        done = _judge(warehouse, evidence, date, entries, stop, only_same=only_same)
    except (ConfigError, SourceError) as error:
        return Recomputed(left=left, failed=f"today's configs do not take its records: {error}")
    except ValueError as error:  # an event is no JSON any more, or parameters are none
        return Recomputed(left=left, failed=f"what is recorded cannot be read: {error}")
    return replace(done, left=left, is_whole=len(entries) == len(known))


def as_recorded(warehouse: Warehouse, evidence: Evidence, date: str) -> None:
    """Leave the rows of a date as they are recorded, and make anew what follows from them: vectors and KPIs."""
    table = warehouse.tables[evidence.dataset.name]
    with warehouse.transaction():
        for entry in evidence.recorded.files("dataset = ? AND date = ?", table.dataset, date):
            whole = whole_file(entry.file.file_id)
            note_rows(warehouse.connection, table, f"BETWEEN {whole.id_first} AND {whole.id_last}")
        refresh(warehouse.connection, table, [date])


def _judge(
    warehouse: Warehouse,
    evidence: Evidence,
    date: str,
    entries: Sequence[FileEntry],
    stop: threading.Event,
    *,
    only_same: bool,
) -> Recomputed:
    dataset, records, rejudged = evidence.dataset, 0, 0
    contracts = Contracts({dataset.name: dataset})
    with warehouse.transaction() as decision:
        given = of_replayed(warehouse.connection, evidence, date, entries, refit=False)
        for receipt in run(_batches(evidence, entries, contracts, lambda: given), contracts.chains, warehouse):
            if stop.is_set():
                raise KeyboardInterrupt
            records, rejudged = records + receipt.batch.row_count, rejudged + receipt.rejudged
        decision.keep = not only_same or not _are_others(warehouse, evidence, date)
    if not decision.keep:
        return Recomputed(is_kept=False)
    with warehouse.transaction():
        refresh(warehouse.connection, warehouse.tables[dataset.name], [date])
    return Recomputed(records, rejudged)


def _are_others(warehouse: Warehouse, evidence: Evidence, date: str) -> bool:
    """Whether rows or rejects of the date are not as they are recorded."""
    recorded = evidence.recorded.connection
    asked = rows_of_date(recorded, evidence.dataset.name, date)
    return any(divergence(recorded, warehouse.connection, each) is not None for each in asked)


def _batches(
    evidence: Evidence, entries: Sequence[FileEntry], contracts: Contracts, given: Callable[[], Parameters | None]
) -> Iterator[MicroBatch]:
    name = evidence.dataset.name
    for entry in entries:
        contracts.meet(name, entry.file.header)
        for span, events in evidence.spans(entry):
            yield from offered(micro_batch(entry, span, events, contracts[name].table, given()), contracts)
