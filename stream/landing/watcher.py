"""File events as hints: they say when to look, the listing says what is there. Without events, looking goes on."""

from __future__ import annotations

import logging
import os
import threading
import time
from contextlib import suppress
from types import TracebackType
from typing import Self

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
from watchdog.observers.api import BaseObserver

from stream.landing.listing import Hint

_EVENTS: list[type[FileSystemEvent]] = [
    DirCreatedEvent,
    DirMovedEvent,
    FileClosedEvent,
    FileCreatedEvent,
    FileModifiedEvent,
    FileMovedEvent,
]
#: What an event proves, as in `files.ready`; any later one takes it back.
_PROOFS = {FileClosedEvent: "closed", FileMovedEvent: "renamed"}
_HINTS_MAX = 1_000
_STOP_SECONDS = 0.2
_REVIVE_SECONDS = 60.0

logging.getLogger("watchdog").addHandler(logging.NullHandler())  # an overflow is no news: the listing finds the files


class Hints(FileSystemEventHandler):
    """Paths that may have news, collected by the observer's thread. Too many, or a new folder, mean: list
    everything. `is_flooded`: they were too many since it was last set to false.
    """

    def __init__(self, root: bytes) -> None:
        self._root = root
        self._changed = threading.Condition()
        self._paths: dict[bytes, Hint] = {}
        self._list_all = False
        self.is_flooded = False

    def on_any_event(self, event: FileSystemEvent) -> None:
        """Called by watchdog."""
        path = self._within(event.dest_path or event.src_path)
        with self._changed:
            self.is_flooded |= len(self._paths) >= _HINTS_MAX
            if event.is_directory or self.is_flooded:
                self._list_all = True
            elif path is not None:
                source = self._within(event.src_path) if event.dest_path else None
                self._paths[path] = Hint(_PROOFS.get(type(event), ""), source)
            self._changed.notify()

    def _within(self, path: bytes | str) -> bytes | None:
        """The path relative to the landing folder; None where it does not lie in it."""
        whole = os.fsencode(path)
        return whole[len(self._root) + 1 :] if whole.startswith(self._root + b"/") else None

    def wait(self, seconds: float, stop: threading.Event) -> tuple[dict[bytes, Hint], bool]:
        """The paths hinted at, each with what its last event proves: at once where there are some, else those of the
        first event within `seconds`, or until `stop` is set. And whether everything is to be listed."""
        until = time.monotonic() + seconds
        with self._changed:
            while not (self._paths or self._list_all or stop.is_set()) and (rest := until - time.monotonic()) > 0:
                self._changed.wait(min(rest, _STOP_SECONDS))
            paths, list_all = self._paths, self._list_all
            self._paths, self._list_all = {}, False
        return paths, list_all


class Watcher:
    """Hints about `root` inside the `with` block. Where the system gives no events, there are none, and polling
    suffices."""

    def __init__(self, root: bytes) -> None:
        self.hints = Hints(root)
        self._root = root
        self._observer: BaseObserver | None = None
        self._started = 0.0

    def __enter__(self) -> Self:
        self._start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._stop()

    def rest(self) -> None:
        """Give up listening where more comes than is worth hearing one by one: the listing finds it at less cost."""
        if self.hints.is_flooded:
            self._stop()

    def wake(self) -> bool:
        """Listen again; whether we had stopped, so that everything is to be listed."""
        if not self.hints.is_flooded:
            return False
        self.hints.is_flooded = False
        self._start()
        return True

    def keep_alive(self) -> None:
        """Start an observer that has died anew; at most once a minute, since a system without events stays so."""
        observer = self._observer
        alive = observer is not None and all(thread.is_alive() for thread in (observer, *observer.emitters))
        if not alive and not self.hints.is_flooded and time.monotonic() - self._started > _REVIVE_SECONDS:
            self._stop()
            self._start()

    def _start(self) -> None:
        self._started = time.monotonic()
        with suppress(OSError):  # no inotify watches left, or no landing folder just now: the listing finds the files
            observer = _observer()
            observer.schedule(self.hints, os.fsdecode(self._root), recursive=True, event_filter=_EVENTS)
            observer.start()
            self._observer = observer

    def _stop(self) -> None:
        if self._observer is not None:
            self._observer.stop()
            self._observer.join()
            self._observer = None


def _observer() -> BaseObserver:
    """The system's; on Linux one that tells a file moved in from elsewhere from one that was created."""
    try:
        from watchdog.observers.inotify import InotifyObserver
    except ImportError:
        return Observer()
    return InotifyObserver(generate_full_events=True)
