"""Where `run` and `watch` get their micro-batches from: the landing folder, once or for ever."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from sinks.base import MicroBatch
from stream.backlog import Backlog
from stream.landing.intake import Intake
from stream.landing.listing import Found
from stream.landing.watcher import watching

POLL_SECONDS = 1.0


@dataclass(frozen=True, slots=True)
class Arrivals:
    """Iterators over what arrives; they end soon after `stop` is set, behind the batch in hand."""

    intake: Intake
    backlog: Backlog = field(default_factory=Backlog)
    stop: threading.Event = field(default_factory=threading.Event)

    def present(self) -> Iterator[MicroBatch]:
        """What is in the landing folder now, last lines included once they have settled; then it ends."""
        tracker = self.intake.tracker
        yield from self._take(tracker.listing())
        while (wait := tracker.settles_in()) is not None and not self.stop.wait(min(wait, POLL_SECONDS)):
            yield from self._take(tracker.unsettled())

    def ongoing(self) -> Iterator[MicroBatch]:
        """What is in the landing folder, and whatever comes, until `stop` is set.

        Events say where to look at once. Everything is listed every POLL_SECONDS, whether there were events or not.
        """
        tracker = self.intake.tracker
        with watching(tracker.root) as hints:
            listed = -POLL_SECONDS
            while not self.stop.is_set():
                if time.monotonic() - listed >= POLL_SECONDS:
                    yield from self._take(tracker.listing())
                    listed = time.monotonic()
                yield from self._take(tracker.unsettled())
                rest = listed + POLL_SECONDS - time.monotonic()
                settles = tracker.settles_in()
                paths = hints.wait(rest if settles is None else min(rest, settles), self.stop)
                if paths is None:
                    listed = -POLL_SECONDS
                else:
                    yield from self._take(tracker.look(paths))

    def _take(self, found: Iterable[Found]) -> Iterator[MicroBatch]:
        files = list(found)
        self.backlog.expect(files)
        for file in files:
            if self.stop.is_set():
                return
            yield from self.intake.take(file, self.stop)
            self.backlog.done(file)
