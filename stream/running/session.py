"""One session of a run: from opening the warehouse until everything is loaded, it is stopped, or it hands over."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager, nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from sinks.base import Finding, Receipt
from sinks.database.lock import WriterLock
from sinks.reading import WarehouseReader
from sinks.warehouse import Warehouse
from stream.arrivals import Arrivals
from stream.budget import Budgets
from stream.closing import Closings
from stream.config import Dataset
from stream.landing.intake import Intake
from stream.landing.tracker import Tracker
from stream.learning.learners import Learners
from stream.lineage.telling import SILENT, Telling
from stream.logging.log import Log
from stream.parameters.choosing import Choosing
from stream.planning.notices import config_notices
from stream.running.background import beside_main_thread, stopping
from stream.running.barrier import Barrier
from stream.running.engine import run
from stream.running.live import Live
from stream.running.metrics import Meters
from stream.running.standing import Standing, models_of
from stream.running.supervision import Supervisor, supervisor
from stream.schemas.files import SchemaFiles
from stream.screens.screen import Screen, screen_for

if TYPE_CHECKING:
    from stream.observing.observer import Observer

#: Whoever stops us does not wait for long, nor does whoever wants to write.
CLOSING_SECONDS = 2.0
_LOOK_SECONDS = 0.5


@dataclass(slots=True)
class Showing:
    """The figures, the screen and the log of a run, which last as long as its sessions follow each other, and what was
    noticed in them; `screen` and `meters` are there from the first session on. `observer`: whoever watches over it;
    `telling`: who else is told of it."""

    resources: ExitStack
    watching: Path | None
    log: Log = field(default_factory=Log)
    observer: Observer | None = None
    telling: Telling = SILENT
    meters: Meters | None = None
    screen: Screen | None = None
    standing: Standing | None = None
    started_by: Supervisor = field(default_factory=supervisor)
    _noticed: set[str] = field(default_factory=set)

    def notice(self, *sentences: str) -> None:
        """Tell them, each once."""
        for sentence in sentences:
            if sentence not in self._noticed:
                self._noticed.add(sentence)
                self.log.complain("notice", sentence)

    def turned(self) -> None:
        """A watch has looked for files once more."""
        self.started_by.turned()
        if self.observer is not None:
            self.observer.turned()

    def of(self, tracker: Tracker, arrivals: Arrivals, warehouse: Path) -> tuple[Meters, Screen]:
        """They show this session."""
        waiting = arrivals.backlog.waiting
        if self.meters is None or self.screen is None or self.standing is None:
            self.meters = Meters(tracker.datasets, waiting, tracker.held)
            self.standing = Standing(warehouse, models_of(tracker.datasets))
            self.screen = self.resources.enter_context(screen_for(self.meters, self.watching, self.standing, self.log))
        else:
            self.meters.follow(tracker.datasets, waiting, tracker.held)
            self.standing.models = models_of(tracker.datasets)
        self.standing.begin()
        if self.observer is not None:
            self.observer.follow(tracker.datasets, Live(self.meters, self.watching, self.standing).snapshot)
        return self.meters, self.screen

    @contextmanager
    def looking(self) -> Iterator[None]:
        """Behind the block nothing of ours looks into the warehouse: others may write to it, and its tables change."""
        try:
            yield
        finally:
            if self.standing is not None:
                if self.observer is not None:  # it tells what this session came to, also when it is over
                    self.standing.refresh(at_once=True)
                self.standing.rest()


def _names(datasets: Iterable[Dataset]) -> Iterator[str]:
    """The names that columns have in configs."""
    for dataset in datasets:
        for column in dataset.columns:
            yield from (column.name, *column.names)


@dataclass(frozen=True, slots=True)
class Ended:
    """How a session ended. `wanted_by`: to whom it hands over; `held`: the datasets of which nothing is loaded, each
    with the reason; `has_failed`: a date breaks a rule with the action `fail`."""

    stopped: bool
    wanted_by: str | None
    held: dict[str, str]
    has_failed: bool


def session(
    datasets: Mapping[str, Dataset],
    landing: Path,
    warehouse: Path,
    lock: WriterLock,
    showing: Showing,
    stop: threading.Event | None = None,
) -> Ended:
    """Load the landing folder: once, or, where it is watched, until it is stopped or somebody wants the writer's lock.
    All that is known of the warehouse is read anew, and given up at the end. `stop`: it was stopped before it began.

    Raises ConfigError, WarehouseError and StoppedError.
    """
    ongoing = showing.watching is not None
    showing.log.declared = frozenset(_names(datasets.values()))
    showing.notice(*(notice for dataset in datasets.values() for notice in dataset.notices))
    teller = showing.telling.teller(datasets, landing, warehouse)
    with (
        Warehouse(warehouse, [dataset.table for dataset in datasets.values()], lock=lock, teller=teller) as sink,
        showing.telling.delivering(warehouse, lambda sentence: showing.log.complain("lineage", sentence)),
        sink.recording("watch" if ongoing else "run") as this_run,
        WarehouseReader(warehouse) as recorded,
        showing.looking(),
    ):
        showing.log.run_id = this_run.run_id
        showing.notice(*sink.notices, *config_notices(sink.connection, sink.tables.values()))
        budgets = Budgets({name: dataset.budget for name, dataset in datasets.items()}, recorded.rejects.refused)
        tracker = Tracker(landing, datasets, recorded.files())
        arrivals = Arrivals(Intake(tracker, recorded, budgets), turned=showing.turned)
        with (
            stopping(arrivals.stop, showing.started_by.stopping) as signalled,
            _noticing(lock, arrivals.stop) if ongoing else nullcontext(Wish()) as wish,
        ):
            if stop is not None and stop.is_set():
                arrivals.stop.set()
            consumers = _consumers(sink, showing, tracker, arrivals)
            batches = arrivals.ongoing() if ongoing else arrivals.present()
            receipts = run(
                batches, tracker.datasets.chains, sink, arrivals.stop, budgets, consumers.at_barrier(sink, tracker)
            )
            beside_main_thread(lambda: consumers.follow(receipts, lambda: signalled.is_set() or wish.of is not None))
        if signalled.is_set():
            this_run.outcome = "stopped"
        elif wish.of is not None:
            this_run.reason = f"It handed over to {wish.of}."
    return Ended(signalled.is_set(), wish.of, dict(tracker.held), consumers.closings.has_failed)


@dataclass(slots=True)
class Wish:
    """Who wants to write, once somebody does."""

    of: str | None = None


@contextmanager
def _noticing(lock: WriterLock, stop: threading.Event) -> Iterator[Wish]:
    """Set `stop` as soon as somebody wants the lock."""
    wish, over = Wish(), threading.Event()

    def look() -> None:
        while not over.wait(_LOOK_SECONDS):
            if (of := lock.wanted_by()) is not None:
                wish.of = of
                stop.set()
                return

    thread = threading.Thread(target=look, name="ade-stream-wanted", daemon=True)
    thread.start()
    try:
        yield wish
    finally:
        over.set()
        thread.join()


def _consumers(sink: Warehouse, showing: Showing, tracker: Tracker, arrivals: Arrivals) -> _Consumers:
    meters, screen = showing.of(tracker, arrivals, sink.path)

    def tell(finding: Finding) -> None:
        meters.find(finding)
        screen.tell(finding)
        if showing.observer is not None:
            showing.observer.find(finding)

    def remark(sentence: str) -> None:
        showing.log.complain("notice", sentence)

    closings, learners = Closings(sink, tell), Learners(sink, tell, remark)
    showing.notice(*learners.notices)
    return _Consumers(meters, screen, SchemaFiles(sink.path, remark), learners, closings, showing.observer)


@dataclass(frozen=True, slots=True)
class _Consumers:
    """Those who follow the receipts."""

    meters: Meters
    screen: Screen
    schema_files: SchemaFiles
    learners: Learners
    closings: Closings
    observer: Observer | None = None

    def at_barrier(self, sink: Warehouse, tracker: Tracker) -> Callable[[Barrier], None]:
        """What lifts barriers."""
        choosing = Choosing(sink.connection, tracker.datasets)

        def lift(barrier: Barrier) -> None:
            if barrier.dataset is None:
                self.learners.catch_up()
            (self.closings if barrier.dataset is None else choosing).at_barrier(barrier)

        return lift

    def follow(self, receipts: Iterator[Receipt], ends_soon: Callable[[], bool]) -> None:
        """Follow them, learn what they brought, and close the dates behind them. Where the session is to end soon, only
        so much is learned and closed as takes no longer than CLOSING_SECONDS: the next one finds the rest."""
        self.schema_files.write()
        try:
            for receipt in receipts:
                self.meters.add(receipt)
                self.screen.show(receipt)
                if self.observer is not None:
                    self.observer.add(receipt)
                self.schema_files.follow(receipt)
                self.learners.follow(receipt)
        finally:
            self.schema_files.write()
        stops = time.monotonic() + CLOSING_SECONDS

        def is_over() -> bool:
            return ends_soon() and time.monotonic() > stops

        self.learners.catch_up(is_over)
        self.closings.close(is_over)
