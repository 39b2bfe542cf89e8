"""What was found in the landing folder and not yet handed on: written by the reading thread, read by the screen."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterable
from dataclasses import dataclass

from stream.landing.listing import Found


@dataclass(frozen=True, slots=True)
class Waiting:
    """One dataset's backlog. `lag_seconds`: since the oldest waiting file was last written; 0 where nothing waits."""

    files: int = 0
    lag_seconds: float = 0.0


class Backlog:
    """The files still to be read, by dataset."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._found: dict[tuple[str, bytes], Found] = {}

    def expect(self, found: Iterable[Found]) -> None:
        """These files wait too."""
        with self._lock:
            self._found |= {(file.dataset, file.path): file for file in found}

    def done(self, file: Found) -> None:
        """This one does not wait any more."""
        with self._lock:
            self._found.pop((file.dataset, file.path), None)

    def waiting(self, dataset: str) -> Waiting:
        """The dataset's backlog as it stands."""
        with self._lock:
            times = [file.stat.mtime_ns for file in self._found.values() if file.dataset == dataset]
        return Waiting(len(times), max(0.0, time.time() - min(times) / 1e9)) if times else Waiting()
