"""Delivers the events of the outbox to one target, in a thread with a connection of its own.

How far the target has them stands in the warehouse, so the next run goes on from there. What the target cannot take
waits in the outbox; nobody else waits for it.
"""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

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
#: The writer has the warehouse for itself most of the time; who only notes how far he is comes back later.
_BUSY_MS = 200


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

    def __init__(self, warehouse: Path, target: Target, all_targets: Sequence[str]) -> None:
        super().__init__(name="ade-stream-lineage", daemon=True)
        self._warehouse, self._target, self._all = warehouse, target, all_targets
        self._ends = threading.Event()
        self._last = float("inf")

    def finish(self) -> None:
        """Deliver what is there, as far as that takes no longer than FINISH_SECONDS, and end."""
        self._last = time.monotonic() + FINISH_SECONDS
        self._ends.set()
        self.join(FINISH_SECONDS + 1.0)

    def run(self) -> None:
        """Look, deliver, wait; a target that fails is left alone for longer and longer."""
        pause, told = _PAUSE_SECONDS, ""
        with Connection(self._warehouse) as connection:
            connection.rows(f"PRAGMA busy_timeout = {_BUSY_MS}")
            while True:
                ends = self._ends.is_set()  # asked before the look: what was written by then is delivered
                try:
                    self._deliver(connection)
                    pause, wait, told, failed = _PAUSE_SECONDS, _LOOK_SECONDS, "", False
                except (OSError, WarehouseError) as error:
                    told, failed = self._complain(str(error), told), True
                    wait, pause = pause, min(2 * pause, _PAUSE_SECONDS_MAX)
                if ends and (not failed or time.monotonic() > self._last):
                    return
                if ends:
                    time.sleep(_LOOK_SECONDS)
                else:
                    self._ends.wait(wait)

    def _complain(self, error: str, told: str) -> str:
        """Say it once."""
        if error != told:
            sys.stderr.write(f"ade-stream: {self._target.name}: lineage waits in the warehouse: {error}\n")
        return error

    def _deliver(self, connection: Connection) -> None:
        known = position(connection, self._target.name)
        while events := waiting(connection, known.event_id if known else 0, _EVENTS_TOGETHER):
            taken = self._target.take(events, known)
            advance(connection, self._target.name, taken)
            known = taken
            if time.monotonic() > self._last:
                return
        if known:
            prune(connection, self._all)
