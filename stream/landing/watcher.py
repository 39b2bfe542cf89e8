"""File events as hints: they say when to look, the listing says what is there. Without events, looking goes on."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from watchdog.events import (
    DirCreatedEvent,
    DirMovedEvent,
    FileClosedEvent,
    FileCreatedEvent,
    FileModifiedEvent,
    FileMovedEvent,
    FileSystemEvent,
    FileSystemEventHandler,
)
from watchdog.observers import Observer

_EVENTS: list[type[FileSystemEvent]] = [
    DirCreatedEvent,
    DirMovedEvent,
    FileClosedEvent,
    FileCreatedEvent,
    FileModifiedEvent,
    FileMovedEvent,
]
_HINTS_MAX = 10_000
_STOP_SECONDS = 0.2


class Hints(FileSystemEventHandler):
    """Paths that may have news, collected by the observer's thread. Too many, or a new folder, mean: list
    everything.
    """

    def __init__(self, root: Path) -> None:
        self._root = os.fsencode(root)
        self._changed = threading.Condition()
        self._paths: set[bytes] = set()
        self._list_all = False

    def on_any_event(self, event: FileSystemEvent) -> None:
        """Called by watchdog."""
        path = os.fsencode(event.dest_path or event.src_path)
        with self._changed:
            if event.is_directory or len(self._paths) >= _HINTS_MAX:
                self._list_all = True
            elif path.startswith(self._root + b"/"):
                self._paths.add(path[len(self._root) + 1 :])
            self._changed.notify()

    def wait(self, seconds: float, stop: threading.Event) -> set[bytes] | None:
        """The paths hinted at: at once where there are some, else those of the first event within `seconds`, or until
        `stop` is set. None: list everything."""
        until = time.monotonic() + seconds
        with self._changed:
            while not (self._paths or self._list_all or stop.is_set()) and (rest := until - time.monotonic()) > 0:
                self._changed.wait(min(rest, _STOP_SECONDS))
            paths, list_all = self._paths, self._list_all
            self._paths, self._list_all = set(), False
        return None if list_all else paths


@contextmanager
def watching(root: Path) -> Iterator[Hints]:
    """Hints about `root` while the block runs. Where the system gives no events, there are none, and polling
    suffices.
    """
    hints = Hints(root)
    observer = Observer()
    observer.schedule(hints, str(root), recursive=True, event_filter=_EVENTS)
    try:
        observer.start()
    except OSError:  # no inotify watches left: the listing finds the files all the same
        yield hints
        return
    try:
        yield hints
    finally:
        observer.stop()
        observer.join()
