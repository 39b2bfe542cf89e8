"""Where `run` and `watch` get their micro-batches from: the landing folder, once or for ever."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator
from dataclasses import dataclass, field

from processors.errors import SourceError
from sinks.base import MicroBatch
from stream.landing.intake import Intake
from stream.landing.listing import Found
from stream.landing.turns import Turns
from stream.landing.watcher import Watcher
from stream.running.backlog import Backlog
from stream.running.barrier import Barrier
from stream.running.engine import raise_within

POLL_SECONDS = 1.0
#: Between the beginnings of two listings pass at least so many times the seconds that one takes.
LISTING_SHARE = 10.0
#: Between two times at which dates are summed up pass at least so many times the seconds that it takes.
CLOSING_SHARE = 10.0
#: How often the ledger is asked whether the last commits are there.
_LEDGER_SECONDS = 0.02
#: So many files that are larger than a micro-batch are open at a time.
OPEN_MAX = 8
#: So many smaller ones are taken together, and before the larger have their turn.
SMALL_MAX = 256


@dataclass(slots=True)
class Pace:
    """When dates are to be summed up: soon, and a tenth of the time at the most. `is_wanted`: there was something since
    the last time, or a run before this one may have left some of them."""

    is_wanted: bool = True
    _last: Barrier | None = None
    _next: float = 0.0

    @property
    def is_waiting(self) -> bool:
        """Whether the last barrier still stands: what was handed on before it is not committed and summed up yet."""
        return self._last is not None and not self._last.is_lifted

    def due(self) -> Iterator[Barrier]:
        """A barrier, if it is time for one."""
        if self._last is not None and self._last.is_lifted:
            self._next, self._last = time.monotonic() + CLOSING_SHARE * self._last.seconds, None
        if self.is_wanted and self._last is None and time.monotonic() >= self._next:
            self.is_wanted, self._last = False, Barrier()
            yield self._last


@dataclass(slots=True)
class Arrivals:
    """Iterators over what arrives; they end soon after `stop` is set, behind the batch in hand.

    Files that are larger than a micro-batch take turns, a batch each, so that no file waits for a large one to end. In
    datasets that want parameters, dates come one after the other. `turned` is called each time that a watch has looked
    at the landing folder, unless what it found before is still not committed.
    """

    intake: Intake
    backlog: Backlog = field(default_factory=Backlog)
    stop: threading.Event = field(default_factory=threading.Event)
    turned: Callable[[], None] = lambda: None
    _small: deque[Found] = field(default_factory=deque)
    _large: deque[Found] = field(default_factory=deque)
    _open: deque[tuple[Found, Generator[MicroBatch | Barrier]]] = field(default_factory=deque)
    _expected: set[tuple[str, bytes]] = field(default_factory=set)
    _closings: Pace = field(default_factory=Pace)
    _turns: Turns = field(init=False)

    def __post_init__(self) -> None:
        """Files wait for their turn as the tracker knows them."""
        self._turns = Turns(self.intake.tracker)

    def present(self) -> Iterator[MicroBatch | Barrier]:
        """What is in the landing folder now, last lines included once they have settled; then it ends."""
        tracker = self.intake.tracker
        self._expect(self.intake.listing())
        yield from self._until_done()
        while (wait := tracker.settles_in()) is not None and not self.stop.wait(min(wait, POLL_SECONDS)):
            self._expect(tracker.unsettled())
            yield from self._until_done()
        while tracker.leaving and not self.stop.wait(_LEDGER_SECONDS):
            yield from self.intake.put_away()

    def ongoing(self) -> Iterator[MicroBatch | Barrier]:
        """What is in the landing folder, and whatever comes, until `stop` is set.

        Events say where to look at once, also between the batches of a large file. Everything is listed every
        POLL_SECONDS, whether there were events or not; less often where that takes long (0.4 s for 100,000 files).
        When nothing more is there for now, a barrier says so.
        """
        tracker = self.intake.tracker
        quiet_is_proof = all("quiet" in dataset.files.ready for dataset in tracker.datasets.values())
        with Watcher(tracker.root) as watcher:
            next_listing = time.monotonic()
            while not self.stop.is_set():
                if (began := time.monotonic()) >= next_listing:
                    watcher.keep_alive()
                    self._expect(self.intake.listing())
                    yield from self.intake.put_away()
                    took = time.monotonic() - began
                    next_listing = began + max(POLL_SECONDS, LISTING_SHARE * took)
                if not self._closings.is_waiting:
                    self.turned()
                self._expect(tracker.unsettled())
                yield from self._turn()
                if not self._expected:
                    yield from self._closings.due()
                if self._has_work() and quiet_is_proof:
                    watcher.rest()
                elif watcher.wake():
                    next_listing = time.monotonic()
                paths, list_all = watcher.hints.wait(self._patience(next_listing), self.stop)
                self._expect(tracker.look(paths))
                if list_all:
                    next_listing = time.monotonic()
            self._close()

    def _patience(self, next_listing: float) -> float:
        """Seconds to wait for the next event: none while there is something to read."""
        if self._has_work():
            return 0.0
        rest, settles = next_listing - time.monotonic(), self.intake.tracker.settles_in()
        return rest if settles is None else min(rest, settles)

    def _expect(self, found: Iterable[Found]) -> None:
        """Queue these files up, those left out that wait or are open already."""
        new = [file for file in found if (file.dataset, file.path) not in self._expected]
        self._expected.update((file.dataset, file.path) for file in new)
        self.backlog.expect(new)
        for file in new:
            (self._turns.wait if self._turns.concern(file) else self._queue)(file)

    def _queue(self, file: Found) -> None:
        batch_bytes = self.intake.tracker.datasets[file.dataset].batch_bytes
        (self._small if file.stat.size <= batch_bytes else self._large).append(file)

    def _has_work(self) -> bool:
        """Whether there is something to read now; the files whose turn it is are queued up."""
        for file in self._turns.next():
            self._queue(file)
        return bool(self._small or self._large or self._open)

    def _until_done(self) -> Iterator[MicroBatch | Barrier]:
        while self._has_work() and not self.stop.is_set():
            yield from self._turn()
        self._close()

    def _turn(self) -> Iterator[MicroBatch | Barrier]:
        """Some small files, and a batch of each large one that is open."""
        small = self._next_small()
        yield from self.intake.take_together(small, self.stop)
        for file in small:
            self._done(file)
        if self.stop.is_set():
            return
        while self._large and len(self._open) < OPEN_MAX:
            file = self._large.popleft()
            self._open.append((file, self.intake.take(file, self.stop)))
        for _ in range(len(self._open)):
            file, batches = self._open.popleft()
            if (yield from _next_unit(batches)):
                self._open.append((file, batches))
            else:
                self._done(file)

    def _next_small(self) -> list[Found]:
        """Some small files of one dataset."""
        files: list[Found] = []
        while self._small and len(files) < SMALL_MAX and self._small[0].dataset == (files or self._small)[0].dataset:
            files.append(self._small.popleft())
        return files

    def _done(self, file: Found) -> None:
        self._expected.discard((file.dataset, file.path))
        self._turns.done(file)
        self.backlog.done(file)
        self._closings.is_wanted = True

    def _close(self) -> None:
        for _, batches in self._open:
            batches.close()
        self._open.clear()


def _next_unit(batches: Generator[MicroBatch | Barrier]) -> Generator[MicroBatch | Barrier, None, bool]:
    """Hand on the next batch, or all batches of a swap, which nothing may come between; False where there is none.

    What is raised where a batch is handed on is raised in `batches`, which may answer with another one."""
    batch = next(batches, None)
    while batch is not None:
        try:
            yield batch
        except SourceError as error:
            batch = raise_within(batches, error)
        else:
            if isinstance(batch, Barrier):
                batch = next(batches, None)
            elif batch.swap is None or batch.swap.closes or batch.swap.step == "undo":
                return True
            else:
                batch = next(batches, None)
    return False
