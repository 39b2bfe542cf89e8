"""Landing folders and datasets made for a test, and the way from one into the other, with the real engine."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeAlias

from sinks.base import Receipt
from sinks.reading import WarehouseReader
from sinks.warehouse import Warehouse
from stream.arrivals import Arrivals
from stream.budget import Budgets
from stream.config import Dataset, DatasetConfig, compile_dataset
from stream.landing.intake import Intake
from stream.landing.tracker import Tracker
from stream.parameters.choosing import Choosing
from stream.replay import Replayed, replay
from stream.running.engine import run

Datasets: TypeAlias = Mapping[str, Dataset]


def dataset(
    name: str,
    columns: Mapping[str, Any],
    *processors: Mapping[str, Any],
    modes: Mapping[str, str] | None = None,
    **settings: Any,
) -> Dataset:
    """A compiled dataset that starts with `schema`; a column may be given as the name of its type. `modes`: what
    becomes of what does not fit."""
    described = {column: {"type": kind} if isinstance(kind, str) else kind for column, kind in columns.items()}
    config = {"dataset": name, "columns": described, "processors": [{"schema": modes or {}}, *processors], **settings}
    compiled, faults = compile_dataset(DatasetConfig.model_validate(config))
    assert not faults
    files = compiled.files.model_copy(update={"settle_seconds": 0.0})
    return replace(compiled, files=files)


def rules(*checks: Mapping[str, Any]) -> dict[str, Any]:
    """A validation step."""
    return {"validation": {"rules": list(checks)}}


def cut(datasets: Datasets, batch_rows: int) -> dict[str, Dataset]:
    """The same datasets in micro-batches of at most so many records."""
    return {name: replace(each, batch_rows=batch_rows) for name, each in datasets.items()}


def land(landing: Path, path: str, *lines: str) -> None:
    """Write a file of these lines."""
    target = landing / path
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text("".join(f"{line}\n" for line in lines), "utf-8", newline="")


def load(warehouse: Path, landing: Path, datasets: Datasets) -> list[Receipt]:
    """Take everything that is in the landing folder, as `run` does; the receipts."""
    tables = [each.table for each in datasets.values()]
    with Warehouse(warehouse, tables) as sink, WarehouseReader(warehouse) as committed:
        budgets = Budgets({name: each.budget for name, each in datasets.items()}, committed.rejects.refused)
        tracker = Tracker(landing, datasets, committed.files())
        arrivals = Arrivals(Intake(tracker, committed, budgets))
        chains, at_barrier = tracker.datasets.chains, Choosing(sink.connection, tracker.datasets).at_barrier
        receipts = run(arrivals.present(), chains, sink, arrivals.stop, budgets, at_barrier)
        with closing(receipts):  # type: ignore[type-var]
            return list(receipts)


def replayed(
    warehouse: Path,
    datasets: Datasets,
    dates: Sequence[str],
    *names: str,
    refit: bool = False,
    landing: Path | None = None,
) -> list[Replayed]:
    """Replay the dates, each of all datasets (or only those of `names`)."""
    with Warehouse(warehouse, [each.table for each in datasets.values()], replaying=True) as sink:
        return [
            replay(sink, datasets[name], date, refit=refit, landing=landing)
            for date in dates
            for name in names or datasets
        ]
