"""Whether what is recorded is what its records come to: rows, rejects, vectors, KPIs, balances, counts, what was said
of whole dates, learners; and whether files beside the warehouse are what was written.

Nothing is written to the warehouse, and a running `watch` goes on: all is done on a copy of one moment of it.
"""

from __future__ import annotations

import threading
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

from processors.errors import AdeStreamError, WarehouseError
from sinks.database.connection import Connection
from sinks.reading import WarehouseReader
from sinks.verifying.accounts import of_tables
from sinks.verifying.books import Contradiction, of_files, of_nobody
from sinks.verifying.closings import is_closed, of_closing
from sinks.verifying.comparing import Question, divergence
from sinks.verifying.configs import OtherConfig, other_config
from sinks.verifying.hashes import of_definitions, view_hashes
from sinks.verifying.keys import of_keys
from sinks.verifying.questions import Derived, of_dataset, of_date
from sinks.warehouse import Warehouse
from stream.config import Dataset
from stream.config.loading import known_dataset
from stream.evidence import Evidence
from stream.replay import dates
from stream.schemas.contracts import load_contracts
from stream.tracing.trace import Trace, traced
from stream.verifying.beside import of_artifacts, of_exports
from stream.verifying.elsewhere import told_of_configs
from stream.verifying.learners import relearned
from stream.verifying.recomputing import Copies, as_recorded, copies, recompute
from stream.verifying.story import Difference, contradicted, diverged, elsewhere, failed, inconsistent, of_file
from stream.verifying.story import of_learner as told_of_learner

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
    """`dates`: how many were recomputed as a whole, each of a dataset, and their `records`; `dates_left`: how many
    could not be. `learners` and `files` beside the warehouse that were looked at, where all dates are meant.
    `differences`: the first of each table and date. `unverified`: a sentence for each thing that could not be
    recomputed. `story`: the trace of the first record that is told of."""

    dates: int
    dates_left: int
    records: int
    learners: int
    files: int
    differences: tuple[Difference, ...]
    unverified: tuple[str, ...]
    story: Trace | None = None

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
        return _Bench(datasets, landing, path, made, recorded, request, stop).verdict()


@dataclass(slots=True)
class _Bench:
    """One verification. `path`: of the warehouse itself. `others`: the dates that were judged by another config than
    today's; `rows_left`: those of which this gives other rows. `left`: what could not be recomputed. `whole`: the dates
    of which all was, with their records."""

    datasets: Mapping[str, Dataset]
    landing: Path
    path: Path
    made: Copies
    recorded: WarehouseReader
    request: Request
    stop: threading.Event
    others: dict[tuple[str, str], OtherConfig] = field(default_factory=dict)
    rows_left: set[tuple[str, str]] = field(default_factory=set)
    left: list[str] = field(default_factory=list)
    whole: dict[tuple[str, str], int] = field(default_factory=dict)
    learners: int = 0
    files: int = 0

    def verdict(self) -> Verdict:
        """Look at the books, recompute all dates, and then compare them: what one does to another is seen, too."""
        wanted = list(self._wanted())
        books = list(self._books(wanted))
        differences = [contradicted(self.recorded.connection, each) for each in books]
        if any(each.spoils == "all" for each in books):
            self.left.append("Nothing was recomputed, since what that takes contradicts itself, as told above.")
        else:
            unsound = {each.file_id for each in books if each.spoils == "file" and each.file_id is not None}
            differences += self._differences(wanted, unsound)
        differences += self._closings(wanted)
        differences += self._beside()
        self.left += told_of_configs(self.others, self.rows_left)
        dates = len(self.whole), len(wanted) - len(self.whole)
        looked_at = *dates, sum(self.whole.values()), self.learners, self.files
        return Verdict(*looked_at, tuple(differences), tuple(self.left), self._story(differences))

    def _wanted(self) -> Iterator[tuple[str, str]]:
        """The dates, each with its dataset."""
        gone = dict[str, None]()
        for date, name in dates(self.recorded, *self._period):
            if self.request.only not in {None, name}:
                continue
            if name not in self.datasets:
                gone[name] = None
                continue
            other = other_config(self.recorded.connection, self.datasets[name].table, date)
            if other is not None:
                self.others[date, name] = other
            yield date, name
        self.left += [f"{name}: is recorded, but no config describes it." for name in gone]

    @property
    def _period(self) -> tuple[str, str]:
        return self.request.first or _EVER[0], self.request.last or _EVER[1]

    @property
    def _has_all_dates(self) -> bool:
        """Whether also that is meant which is of no date."""
        return self.request.first is None

    def _books(self, wanted: Iterable[tuple[str, str]]) -> Iterator[Contradiction]:
        connection = self.recorded.connection
        yield from of_nobody(connection)
        yield from of_tables(connection, self.request.only, *self._period)
        yield from of_definitions(connection)
        yield from view_hashes(connection, (view for each in self.datasets.values() for view in each.table.views))
        for date, name in wanted:
            yield from of_files(connection, name, date, raw=self.datasets[name].table.raw)

    def _closings(self, wanted: Iterable[tuple[str, str]]) -> Iterator[Difference]:
        """What was said of whole dates is made of the rows as they are recorded."""
        connection = self.recorded.connection
        for date, name in wanted:
            self._stop_if_wanted()
            other = self.others.get((date, name))
            if (other is None or not other.is_of_dates) and is_closed(connection, name, date):
                for found in of_closing(connection, self.datasets[name].table, date):
                    yield diverged(connection, connection, found, name, date)

    def _differences(self, wanted: Sequence[tuple[str, str]], unsound: Collection[int]) -> list[Difference]:
        found = list[Difference]()
        try:
            moved = self._recompute(wanted, unsound, found)
        except WarehouseError as error:
            if "constraint failed" not in str(error):
                raise
            self.whole.clear()
            return [inconsistent(str(error))]
        with Connection(self.made.recomputed, read_only=True) as recomputed:
            found += self._compared(wanted, recomputed)
        if moved and not found and not self.request.is_whole:
            found.append(elsewhere(moved))
        return found

    def _recompute(self, wanted: Iterable[tuple[str, str]], unsound: Collection[int], found: list[Difference]) -> int:
        """In the copy; what is otherwise before that, and what could not be, is among `found`. How many rows of other
        spans changed sides."""
        moved, tables = 0, [dataset.table for dataset in self.datasets.values()]
        with Warehouse(self.made.recomputed, tables, replaying=True) as warehouse:
            if self._has_all_dates:
                found += self._made_of_rows(warehouse)
            for date, name in wanted:
                evidence = Evidence(self.recorded, self.landing, self.datasets[name])
                other = self.others.get((date, name))
                may_differ = other is not None and other.is_of_rows
                done = recompute(warehouse, evidence, date, unsound, self.stop, only_same=may_differ)
                if may_differ and (not done.is_kept or done.failed is not None):
                    self.rows_left.add((date, name))
                    as_recorded(warehouse, evidence, date)
                    continue
                self.left += [f"{name} {date}: {path}: {why}." for path, why in done.left.items()]
                moved += done.rejudged
                if done.failed is not None:
                    found.append(failed(name, date, done.failed))
                elif done.is_whole:
                    self.whole[date, name] = done.records
        return moved

    def _made_of_rows(self, warehouse: Warehouse) -> Iterator[Difference]:
        """Keys and learners, by the rows as they are recorded."""
        recorded, tables = self.recorded.connection, [dataset.table for dataset in self.datasets.values()]
        for dataset, question in of_keys(recorded, tables):
            if self.request.only in {None, dataset}:
                yield from self._asked([question], warehouse.connection, dataset, None)
        for found in relearned(warehouse, self.request.only, self.left):
            self._stop_if_wanted()
            self.learners += 1
            if found is not None:
                yield told_of_learner(recorded, found)

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
            self._stop_if_wanted()
            found = divergence(self.recorded.connection, recomputed, question)
            if found is not None:
                yield diverged(self.recorded.connection, recomputed, found, dataset, date)

    def _beside(self) -> Iterator[Difference]:
        """Files beside the warehouse."""
        if self._has_all_dates:
            connection, only = self.recorded.connection, self.request.only
            artifacts = of_artifacts(connection, self.path, only, self.left)
            for found in (*artifacts, *of_exports(connection, self.path, only)):
                self.files += 1
                if found is not None:
                    yield of_file(found)

    def _story(self, differences: Iterable[Difference]) -> Trace | None:
        """Of the first record that is told of; None where the ledger does not know enough of it."""
        for each in differences:
            if each.origin is not None and each.dataset in self.datasets:
                try:
                    return traced(self.datasets, self.recorded, self.landing, str(each.dataset), str(each.row))
                except (AdeStreamError, ValueError):  # what is altered cannot be read
                    return None
        return None

    def _stop_if_wanted(self) -> None:
        if self.stop.is_set():
            raise KeyboardInterrupt
