"""What is old is given up: recorded first, then raw events go in that transaction, files behind it, and space last.

A kill leaves all raw events or none. Files that it left behind go when it is called again, and so does the space.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from sinks.database.lock import Turn, WriterLock
from sinks.database.space import is_worth_shrinking, refuse_full, shrink
from sinks.ledger.prunes import delete_events, record_prune
from sinks.reading import WarehouseReader
from sinks.warehouse import Warehouse
from stream.config import Dataset
from stream.config.loading import known_dataset
from stream.landing.disposal import delete
from stream.pruning.plan import Part, Planned, Request, planned
from stream.schemas.contracts import load_contracts
from stream.writing import writing


@dataclass(frozen=True, slots=True)
class Pruned:
    """What goes, or went where it is `done`, and what stays. `bytes_before`, `bytes_after`: of the warehouse's file."""

    before: str
    done: bool
    parts: tuple[Part, ...]
    bytes_before: int
    bytes_after: int

    @property
    def keeps_needed(self) -> bool:
        """Whether some of what was asked for stays."""
        return not all(part.goes for part in self.parts)


def preview(configs: Path, landing: Path, path: Path, request: Request) -> Pruned:
    """What would go. Raises ConfigError and WarehouseError."""
    datasets = _datasets(configs, path, request)
    with WarehouseReader(path) as recorded:
        found = [each.part for each in planned(recorded, landing, datasets, request)]
    size = path.stat().st_size
    return Pruned(request.before, False, tuple(found), size, size)


def prune(configs: Path, landing: Path, path: Path, request: Request, turn: Turn) -> Pruned:
    """Let it go, and give its space back to the disk.

    Raises ConfigError, WarehouseError, OSError where a file cannot be deleted, and KeyboardInterrupt when its `turn` is
    stopped before anything went.
    """
    with writing(path, turn) as lock:
        datasets = _datasets(configs, path, request)
        refuse_full(path)
        with WarehouseReader(path) as recorded:
            found = list(planned(recorded, landing, datasets, request))
            if turn.stop.is_set():
                raise KeyboardInterrupt
            size = path.stat().st_size
            goes = [each for each in found if each.part.goes]
            _carry_out(path, landing, datasets, lock, recorded, goes, request.before)
        return Pruned(request.before, True, tuple(each.part for each in found), size, path.stat().st_size)


def _datasets(configs: Path, path: Path, request: Request) -> Mapping[str, Dataset]:
    datasets = load_contracts(configs, path)
    if request.only is not None:
        known_dataset(datasets, request.only)
    return datasets


def _carry_out(
    path: Path,
    landing: Path,
    datasets: Mapping[str, Dataset],
    lock: WriterLock,
    recorded: WarehouseReader,
    goes: Sequence[Planned],
    before: str,
) -> None:
    with Warehouse(path, [dataset.table for dataset in datasets.values()], lock=lock) as warehouse:
        connection = warehouse.connection
        if goes:
            with connection.transaction():
                for part in (each.part for each in goes):
                    figures = part.files, part.rows, part.bytes
                    record_prune(connection, (part.dataset, part.date, part.what), figures, before)
                delete_events(connection, (ids for each in goes for ids in each.ranges))
            recorded.make_durable()
            delete(os.fsencode(landing), (file for each in goes for file in each.paths))
        if is_worth_shrinking(connection):
            shrink(connection)
