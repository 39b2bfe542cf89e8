"""Delivers the events of the outbox to one target, in a thread with a connection of its own.

How far the target has them stands in the warehouse, so the next run goes on from there. What the target cannot take
waits in the outbox; nobody else waits for it.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Protocol, TypeAlias

from processors.errors import WarehouseError
from sinks.database.connection import Connection
from sinks.lineage.outbox import Delivered, advance, position, prune, waiting

#: How often the outbox is looked at, and how long a target is left alone at first and at most that failed.
_LOOK_SECONDS = 0.5
_PAUSE_SECONDS = 1.0
_PAUSE_SECONDS_MAX = 300.0
#: So long the end of a run waits for a target; the next run delivers the rest.
FINISH_SECONDS = 5.0
_EVENTS_TOGETHER = 500
_PRUNE_SECONDS = 60.0
#: The writer has the warehouse for itself most of the time; who only notes how far he is comes back later.
_BUSY_MS = 200


#: Tells those who operate a run, in a sentence.
Complain: TypeAlias = Callable[[str], None]


class Target(Protocol):
    """Takes events."""

    @property
    def name(self) -> str:
        """By which the warehouse knows it."""
        ...

    def take(self, events: Sequence[tuple[int, str]], before: Delivered | None) -> Delivered:
        """Take events, in their order, as many as it can at once; how far it has them. `before`: how far it had them.

        Raises OSError where it can take none now.
        """
        ...


class Delivery(threading.Thread):
    """Delivers until it is told to finish."""

    def __init__(self, warehouse: Path, target: Target, all_targets: Sequence[str], complain: Complain) -> None:
        super().__init__(name="ade-stream-lineage", daemon=True)
        self._warehouse, self._target, self._all, self._complain = warehouse, target, all_targets, complain
        self._ends = threading.Event()
        self._last, self._pruned, self._told = float("inf"), float("-inf"), ""

    def finish(self) -> None:
        """Deliver what is there, as far as that takes no longer than FINISH_SECONDS, and end."""
        self._last = time.monotonic() + FINISH_SECONDS
        self._ends.set()
        self.join(FINISH_SECONDS + 1.0)

    def run(self) -> None:
        """Look, deliver, wait; a target that fails is left alone for longer and longer."""
        pause = _PAUSE_SECONDS
        with Connection(self._warehouse) as connection:
            connection.rows(f"PRAGMA busy_timeout = {_BUSY_MS}")
            while time.monotonic() < self._last:
                ends = self._ends.is_set()  # asked before the look: what was written by then is delivered
                failed = not self._delivered(connection)
                if ends and not failed:
                    return
                self._wait(pause if failed else _LOOK_SECONDS)
                pause = min(2 * pause, _PAUSE_SECONDS_MAX) if failed else _PAUSE_SECONDS

    def _wait(self, seconds: float) -> None:
        if self._ends.is_set():
            time.sleep(_LOOK_SECONDS)
        else:
            self._ends.wait(seconds)

    def _delivered(self, connection: Connection) -> bool:
        """Whether the target could take what there was. That it cannot is said once; a warehouse that is busy is asked
        again, and of one that cannot be written the writer tells."""
        try:
            self._deliver(connection)
        except WarehouseError:
            pass
        except OSError as error:
            if str(error) != self._told:
                self._told = str(error)
                self._complain(f"{self._target.name}: lineage waits in the warehouse: {error}")
            return False
        else:
            self._told = ""
            return True
        return not self._ends.is_set()

    def _deliver(self, connection: Connection) -> None:
        known = position(connection, self._target.name)
        while events := waiting(connection, known.event_id if known else 0, _EVENTS_TOGETHER):
            known = self._target.take(events, known)
            advance(connection, self._target.name, known)
            if time.monotonic() > self._pruned + _PRUNE_SECONDS:
                self._pruned = time.monotonic()
                prune(connection, self._all)
            if time.monotonic() > self._last:
                return
