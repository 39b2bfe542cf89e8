"""Files judged without being loaded: the real machine, into a warehouse that is thrown away."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field, replace
from itertools import compress
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Event

from processors.errors import ConfigError, StoppedError
from sinks.base import MicroBatch, Receipt
from sinks.files import RECORDS_MAX, FileStat
from sinks.reading import WarehouseReader
from sinks.warehouse import Warehouse
from stream.budget import Budgets
from stream.config import Dataset
from stream.landing.intake import Intake
from stream.landing.listing import Found, look
from stream.landing.names import original
from stream.landing.naming import within
from stream.landing.tracker import Tracker
from stream.parameters.choosing import Choosing
from stream.report import Report, report
from stream.running.barrier import Barrier
from stream.running.engine import run
from stream.why import unknown


def judge_files(
    datasets: Mapping[str, Dataset],
    landing: Path,
    files: Sequence[Path],
    only: str | None,
    stop: Event,
    records_max: int = RECORDS_MAX,
) -> Report:
    """The report on `files`, as if they landed now in an empty warehouse, whole, one after the other.

    `records_max`: no batch is judged behind so many records of a file. `only`: the dataset that they are files of,
    wherever they lie. Against a budget duplicates count here too; one with `on_failure: fail` ends it at once.
    Raises ConfigError where a file belongs to none, and KeyboardInterrupt when `stop` is set on the way.
    """
    found = [each for file in dict.fromkeys(files) for each in _found(datasets, landing, file, only)]
    gate = _Gate(Budgets({name: dataset.budget for name, dataset in datasets.items()}))
    return _judged(datasets, landing, found, stop, gate, records_max)


def stopped_report(datasets: Mapping[str, Dataset], landing: Path, stopped: StoppedError, stop: Event) -> Report:
    """The report on the file that went over a budget and stopped a run, up to the micro-batch that did.

    Raises KeyboardInterrupt when `stop` is set on the way.
    """
    path = original(stopped.path)
    gate = _Gate(Budgets(), until=stopped.record, over={1: str(stopped)})  # the first file of a new warehouse
    try:
        found = Found(stopped.dataset, path, FileStat.of((landing / os.fsdecode(path)).stat()))
    except OSError:  # it has gone meanwhile
        return Report(validation_passed=False, errors=(f"{stopped.path}: {stopped}",), files=(), rules=())
    return _judged(datasets, landing, [found], stop, gate)


@dataclass(slots=True)
class _Gate:
    """Compares what is stored of files with the budgets of their datasets. `until`: the record of a file behind which
    nothing is judged. `over`: the files that go over a budget, by id, each with the reason."""

    budgets: Budgets
    until: int = RECORDS_MAX
    over: dict[int, str] = field(default_factory=dict)

    def closes(self, receipt: Receipt, recorded: WarehouseReader) -> bool:
        """Whether nothing more is to be judged behind what was stored now."""
        part, budgets = receipt.batch.part, self.budgets
        file, span = part.file, part.span
        if span.row_first + span.row_count > self.until:
            return True
        if file.dataset not in budgets.of or not span.row_count or file.file_id in self.over:
            return False
        rejected, budget = recorded.rejects.within(span), budgets.of[file.dataset]
        excess = budgets.excess(file.dataset, [span], rejected, at_end=part.state != "processing")
        if excess is None:
            budgets.count(file.dataset, [span], rejected)
            return False
        self.over[file.file_id] = f"{excess.told(file.dataset, budget)}."
        budgets.restart(file.dataset)
        return budget.on_failure == "fail"


def _judged(
    datasets: Mapping[str, Dataset],
    landing: Path,
    found: Sequence[Found],
    stop: Event,
    gate: _Gate,
    records_max: int = RECORDS_MAX,
) -> Report:
    given = {each.dataset for each in found}
    datasets = {name: _settled(_self_contained(dataset, given)) for name, dataset in datasets.items()}
    found = sorted(found, key=lambda each: bool(datasets[each.dataset].table.references))  # what is referred to first
    tables = [dataset.table for dataset in datasets.values()]
    with TemporaryDirectory(prefix="ade-stream-check-") as folder:
        path = Path(folder) / "scratch.db"
        with Warehouse(path, tables) as sink, WarehouseReader(path) as recorded:
            tracker = Tracker(landing, datasets, ())
            ended = Event()
            batches = _taken(Intake(tracker, recorded), found, ended, records_max)
            at_barrier = Choosing(sink.connection, tracker.datasets).at_barrier
            chains = tracker.datasets.chains
            receipts = run(batches, chains, sink, ended, at_barrier=at_barrier, together_bytes=0)
            with closing(receipts):  # type: ignore[type-var]
                for receipt in receipts:
                    if stop.is_set():
                        raise KeyboardInterrupt
                    if gate.closes(receipt, recorded):
                        break
            return report(recorded, datasets, [entry.file.file_id for entry in recorded.files()], gate.over)


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


def _self_contained(dataset: Dataset, given: Collection[str]) -> Dataset:
    """Rules that look into a dataset of which no file is given are not asked: all rows would break them."""
    kept = [rule.dataset in given for rule in dataset.table.references]
    references = tuple(compress(dataset.table.references, kept))
    locations = tuple(compress(dataset.reference_locations, kept))
    return replace(dataset, table=replace(dataset.table, references=references), reference_locations=locations)


def _taken(intake: Intake, found: Sequence[Found], stop: Event, records_max: int) -> Iterator[MicroBatch | Barrier]:
    for each in found:
        with closing(intake.take(each, stop)) as batches:
            for batch in batches:
                yield batch
                if (
                    isinstance(batch, MicroBatch)
                    and batch.part.span.row_first + batch.part.span.row_count > records_max
                ):
                    break
