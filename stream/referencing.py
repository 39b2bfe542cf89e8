"""A new reference for a dataset, because what was a drift is how things are now."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from processors.drift.states import Profiling
from processors.errors import ConfigError
from sinks.closing.references import new_reference
from sinks.database.lock import Turn
from sinks.table import Table
from sinks.warehouse import Warehouse
from stream.closing import Closings
from stream.config.loading import known_dataset
from stream.running.background import beside_main_thread
from stream.schemas.contracts import load_contracts
from stream.writing import writing


@dataclass(frozen=True, slots=True)
class Renewed:
    """A new version of a dataset's reference, and the execution dates whose accepted rows it is made of."""

    dataset: str
    version: int
    dates: tuple[str, ...]


def renew_reference(configs: Path, path: Path, dataset: str, through: str, turn: Turn | None = None) -> Renewed:
    """Freeze a new version from the dates up to `through`, and compare the dates behind it with that.

    Raises ConfigError where the dataset is not profiled or has too few rows, and WarehouseError.
    """
    with writing(path, turn or Turn("quality profile")) as lock:
        datasets = load_contracts(configs, path)
        table = known_dataset(datasets, dataset).table
        profiling = table.profiling
        if profiling is None:
            raise ConfigError(f"dataset {dataset} has no `profile:` in its config, so nothing is compared.")
        with Warehouse(path, [each.table for each in datasets.values()], lock=lock) as warehouse:
            return beside_main_thread(lambda: _renew(warehouse, table, profiling, through))


def _renew(warehouse: Warehouse, table: Table, profiling: Profiling, through: str) -> Renewed:
    with warehouse.connection.transaction():
        version, dates = new_reference(warehouse.connection, table, profiling, through)
    Closings(warehouse).close()
    return Renewed(table.dataset, version, tuple(dates))
