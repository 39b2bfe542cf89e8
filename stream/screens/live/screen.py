"""The live screen: snapshots drawn again and again, and the keys that choose among views."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from types import TracebackType
from typing import Self

from stream.running.snapshot import Snapshot
from stream.screens.live.drawing import Size, draw
from stream.screens.live.lines import line
from stream.screens.live.terminal import Terminal
from stream.screens.live.views import QUIT, View

#: Between two frames while something happens, and while nothing does.
BUSY_SECONDS, IDLE_SECONDS = 0.25, 1.0
_PATIENCE_SECONDS = 2.0


class LiveScreen:
    """Draws what `look` gives, in a thread of its own, from `with` to its end. The key q calls `leave`. `busy_seconds`:
    between two frames while something happens."""

    def __init__(
        self, look: Callable[[], Snapshot], leave: Callable[[], None], busy_seconds: float = BUSY_SECONDS
    ) -> None:
        self._look, self._leave, self._busy_seconds = look, leave, busy_seconds
        self._terminal = Terminal()
        self._view, self._ended = View(), threading.Event()
        self._thread = threading.Thread(target=self._run, name="ade-stream-screen", daemon=True)
        self.error: BaseException | None = None

    def __enter__(self) -> Self:
        self._terminal.__enter__()
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._ended.set()
        self._terminal.wake()
        self._thread.join(_PATIENCE_SECONDS)
        self._terminal.__exit__(kind, error, at)
        if self.error is not None and error is None:
            raise self.error

    def _run(self) -> None:
        try:
            self._frames()
        except BaseException as error:  # noqa: BLE001 - what is shown may fail; what is loaded goes on
            self.error = error
            told = f"ade-stream: the screen cannot be drawn ({error!r}); what it showed goes on. Ctrl-C ends it."
            self._terminal.forget()
            self._terminal.draw([line(told)])

    def _frames(self) -> None:
        snapshot, size = self._look(), Size(0, 0)
        while not self._ended.is_set():
            began = time.monotonic()
            before, snapshot = snapshot, snapshot if self._view.is_paused else self._look()
            size = self._drawn(snapshot, size)
            busy = snapshot.events != before.events or snapshot.rows_per_second > 0 or bool(snapshot.waiting.files)
            self._press(began + (self._busy_seconds if busy else IDLE_SECONDS))

    def _drawn(self, snapshot: Snapshot, before: Size) -> Size:
        size = self._terminal.size
        if size != before:
            self._terminal.forget()
        self._terminal.draw(draw(snapshot, size, self._view))
        return size

    def _press(self, until: float) -> None:
        """Follow keys until then, or until one of them changes the view."""
        view = self._view
        while view == self._view and not self._ended.is_set() and (rest := until - time.monotonic()) > 0:
            for key in self._terminal.keys(rest):
                if key in QUIT:
                    self._leave()
                self._view = self._view.after(key)
