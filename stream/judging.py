"""Files judged without being loaded: the real machine, into a warehouse that is thrown away."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Event

from processors.errors import ConfigError
from sinks.base import FileStat, MicroBatch
from sinks.reading import WarehouseReader
from sinks.warehouse import Warehouse
from stream.config import Dataset
from stream.engine import run
from stream.landing.intake import Intake
from stream.landing.listing import Found, look
from stream.landing.tracker import Tracker
from stream.report import Report, report
from stream.why import unknown, within


def judge_files(
    datasets: Mapping[str, Dataset], landing: Path, files: Sequence[Path], only: str | None, stop: Event
) -> Report:
    """The report on `files`, as if they landed now in an empty warehouse, whole, one after the other.

    `only`: the dataset that they are files of, wherever they lie. Raises ConfigError where a file belongs to none, and
    KeyboardInterrupt when `stop` is set on the way.
    """
    found = [each for file in dict.fromkeys(files) for each in _found(datasets, landing, file, only)]
    datasets = {name: _settled(dataset) for name, dataset in datasets.items()}
    chains = {name: dataset.chain for name, dataset in datasets.items()}
    tables = [dataset.table for dataset in datasets.values()]
    with TemporaryDirectory(prefix="ade-stream-check-") as folder:
        path = Path(folder) / "scratch.db"
        with Warehouse(path, tables) as sink, WarehouseReader(path) as recorded:
            batches = _taken(Intake(Tracker(landing, datasets, ()), recorded), found, stop)
            with closing(run(batches, chains, sink)) as receipts:  # type: ignore[type-var]
                for _ in receipts:
                    if stop.is_set():
                        raise KeyboardInterrupt
            return report(recorded, datasets, [entry.file.file_id for entry in recorded.files()])


def _found(datasets: Mapping[str, Dataset], landing: Path, file: Path, only: str | None) -> list[Found]:
    """The file as a file of each dataset that takes it."""
    real = file if file.exists() else landing / file
    if not real.is_file():
        raise ConfigError(f"{file}: there is no such file.")
    path = within(landing, real)
    landed = not path.is_absolute() and (landing / path).exists() and (landing / path).samefile(real)
    name = path if landed else real.absolute()
    if only is not None:
        if only not in datasets:
            raise ConfigError(f"there is no dataset {only!r}; the datasets are {', '.join(datasets)}.")
        return [Found(only, os.fsencode(name), FileStat.of(real.stat()))]
    found = [look(os.fsencode(landing), dataset, os.fsencode(name)) for dataset in datasets.values()]
    taken = [each for each in found if each is not None]
    if not taken:
        why = unknown(landing, name, datasets)
        raise ConfigError(f"{file}: belongs to no dataset. {why} --dataset NAME says which one to judge it by.")
    return taken


def _settled(dataset: Dataset) -> Dataset:
    """A file that is judged is finished, is no copy of another, is not tried again, and stays where it is."""
    files = {"ready": ("quiet",), "settle_seconds": 0.0, "on_copy": "load", "attempts_max": 1, "after": "leave"}
    return replace(dataset, files=dataset.files.model_copy(update=files))


def _taken(intake: Intake, found: Sequence[Found], stop: Event) -> Iterator[MicroBatch]:
    for each in found:
        yield from intake.take(each, stop)
