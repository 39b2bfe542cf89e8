"""What was found in the landing folder and not yet handed on: written by the reading thread, read by the screen."""

from __future__ import annotations

import threading
import time
from collections.abc import Collection, Iterable

from sinks.files import FileStat
from stream.landing.listing import Found
from stream.running.snapshot import Waiting


class Backlog:
    """The files still to be read, by dataset."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._found: dict[str, dict[bytes, FileStat]] = {}

    def expect(self, found: Iterable[Found]) -> None:
        """These files wait too."""
        with self._lock:
            for file in found:
                self._found.setdefault(file.dataset, {})[file.path] = file.stat

    def done(self, file: Found) -> None:
        """This one does not wait any more."""
        with self._lock:
            self._found.get(file.dataset, {}).pop(file.path, None)

    def waiting(self, dataset: str) -> Waiting:
        """The dataset's backlog as it stands."""
        with self._lock:
            return waiting(self._found.get(dataset, {}).values(), time.time())


def waiting(stats: Collection[FileStat], now: float) -> Waiting:
    """The backlog that files are, at a time in seconds since 1970."""
    if not stats:
        return Waiting()
    oldest = min(stat.mtime_ns for stat in stats) / 1e9
    return Waiting(len(stats), sum(stat.size for stat in stats), max(0.0, now - oldest))
