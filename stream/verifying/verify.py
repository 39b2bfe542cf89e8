"""Whether what is recorded is what its records come to: rows, rejects, vectors, KPIs, balances, counts.

Nothing is written to the warehouse, and a running `watch` goes on: all is done on a copy of one moment of it.
"""

from __future__ import annotations

import threading
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

from processors.errors import WarehouseError
from sinks.database.connection import Connection
from sinks.reading import WarehouseReader
from sinks.verifying.books import Contradiction, of_files, of_nobody
from sinks.verifying.comparing import Question, divergence
from sinks.verifying.questions import Derived, of_dataset, of_date
from sinks.warehouse import Warehouse
from stream.config import Dataset
from stream.config.loading import known_dataset
from stream.evidence import Evidence
from stream.replay import dates
from stream.schemas.contracts import load_contracts
from stream.verifying.recomputing import Copies, copies, recompute
from stream.verifying.story import Difference, contradicted, diverged, elsewhere, failed, inconsistent

_EVER = ("", "9999-12-31")


@dataclass(frozen=True, slots=True)
class Request:
    """The recorded dates from `first` to `last`, all without them; of all datasets or of `only` one."""

    first: str | None = None
    last: str | None = None
    only: str | None = None

    @property
    def is_whole(self) -> bool:
        """Whether everything that is recorded is meant."""
        return self.first is None and self.only is None


@dataclass(frozen=True, slots=True)
class Verdict:
    """`dates`: how many were recomputed, each of a dataset, and their `records`. `differences`: the first of each table
    and date. `unverified`: a sentence for each thing that could not be recomputed."""

    dates: int
    records: int
    differences: tuple[Difference, ...]
    unverified: tuple[str, ...]

    @property
    def is_verified(self) -> bool:
        """Whether nothing is otherwise, as far as it could be recomputed."""
        return not self.differences


def verify(configs: Path, landing: Path, path: Path, request: Request, stop: threading.Event) -> Verdict:
    """Recompute recorded dates aside and compare.

    Raises ConfigError, WarehouseError, and KeyboardInterrupt when `stop` is set on the way.
    """
    if not path.exists():
        raise WarehouseError(f"{path}: there is no warehouse. Name another with --warehouse.")
    with copies(path) as made, ExitStack() as resources:
        datasets = load_contracts(configs, made.recorded)
        if request.only is not None:
            known_dataset(datasets, request.only)
        recorded = resources.enter_context(WarehouseReader(made.recorded))
        return _Bench(datasets, landing, made, recorded, request, stop).verdict()


@dataclass(slots=True)
class _Bench:
    """One verification. `left`: what could not be recomputed."""

    datasets: Mapping[str, Dataset]
    landing: Path
    made: Copies
    recorded: WarehouseReader
    request: Request
    stop: threading.Event
    left: list[str] = field(default_factory=list)
    records: int = 0

    def verdict(self) -> Verdict:
        """Look at the books, recompute all dates, and then compare them: what one does to another is seen, too."""
        wanted = list(self._wanted())
        books = self._books(wanted)
        differences = [contradicted(self.recorded.connection, each) for each in books]
        if any(each.spoils == "all" for each in books):
            self.left.append("Nothing was recomputed, since the ledger does not say where each record stands.")
        else:
            unsound = {each.file_id for each in books if each.spoils == "file" and each.file_id is not None}
            differences += self._differences(wanted, unsound)
        return Verdict(len(wanted), self.records, tuple(differences), tuple(self.left))

    def _differences(self, wanted: Sequence[tuple[str, str]], unsound: Collection[int]) -> list[Difference]:
        found = list[Difference]()
        try:
            moved = self._recompute(wanted, unsound, found)
        except WarehouseError as error:
            if "constraint failed" not in str(error):
                raise
            return [inconsistent(str(error))]
        with Connection(self.made.recomputed, read_only=True) as recomputed:
            found += self._compared(wanted, recomputed)
        if moved and not found and not self.request.is_whole:
            found.append(elsewhere(moved))
        return found

    def _wanted(self) -> Iterator[tuple[str, str]]:
        """The dates, each with its dataset."""
        first, last = self.request.first or _EVER[0], self.request.last or _EVER[1]
        gone = dict[str, None]()
        for date, name in dates(self.recorded, first, last):
            if self.request.only not in {None, name}:
                continue
            if name in self.datasets:
                yield date, name
            else:
                gone[name] = None
        self.left += [f"{name}: is recorded, but no config describes it." for name in gone]

    def _books(self, wanted: Iterable[tuple[str, str]]) -> list[Contradiction]:
        connection = self.recorded.connection
        found = list(of_nobody(connection))
        for date, name in wanted:
            found += of_files(connection, name, date, raw=self.datasets[name].table.raw)
        return found

    def _recompute(self, wanted: Iterable[tuple[str, str]], unsound: Collection[int], found: list[Difference]) -> int:
        """In the copy; what could not be is among `found`. How many rows of other spans changed sides."""
        moved, tables = 0, [dataset.table for dataset in self.datasets.values()]
        with Warehouse(self.made.recomputed, tables, replaying=True) as warehouse:
            for date, name in wanted:
                evidence = Evidence(self.recorded, self.landing, self.datasets[name])
                done = recompute(warehouse, evidence, date, unsound, self.stop)
                self.left += [f"{name} {date}: {path}: {why}." for path, why in done.left.items()]
                self.records, moved = self.records + done.records, moved + done.rejudged
                if done.failed is not None:
                    found.append(failed(name, date, done.failed))
        return moved

    def _compared(self, wanted: Iterable[tuple[str, str]], recomputed: Connection) -> Iterator[Difference]:
        recorded, of = self.recorded.connection, dict[str, Derived]()
        for date, name in wanted:
            if name not in of:
                of[name] = Derived.of(recorded, recomputed, name)
                self.left += [f"{each}, and was not compared." for each in of[name].other]
            yield from self._asked(of_date(recorded, name, date, of[name]), recomputed, name, date)
        for name, derived in of.items():
            yield from self._asked(of_dataset(recorded, derived), recomputed, name, None)

    def _asked(
        self, questions: Iterable[Question], recomputed: Connection, dataset: str, date: str | None
    ) -> Iterator[Difference]:
        for question in questions:
            if self.stop.is_set():
                raise KeyboardInterrupt
            found = divergence(self.recorded.connection, recomputed, question)
            if found is not None:
                yield diverged(self.recorded.connection, recomputed, found, dataset, date)
