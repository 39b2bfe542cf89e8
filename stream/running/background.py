"""Work beside the main thread, which is then free for signals.

ADBC cancels a statement that runs in the main thread when Ctrl-C comes; beside it the statement is finished, and the
work ends where it looks at its stop event.
"""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Generic, TypeVar

T = TypeVar("T")


def beside_main_thread(work: Callable[[], T]) -> T:
    """What `work` gives, or raises, in a thread of its own.

    >>> beside_main_thread(lambda: 6 * 7)
    42
    """
    worker = _Worker(work)
    worker.start()
    while worker.is_alive():
        worker.join(0.2)
    if worker.error is not None:
        raise worker.error
    return worker.results[0]


class _Worker(threading.Thread, Generic[T]):
    """Keeps the result or the error of its work."""

    def __init__(self, work: Callable[[], T]) -> None:
        super().__init__(name="ade-stream-work")
        self._work = work
        self.results: list[T] = []
        self.error: BaseException | None = None

    def run(self) -> None:
        """Do the work."""
        try:
            self.results.append(self._work())
        except BaseException as error:  # noqa: BLE001 - raised again in the main thread
            self.error = error


@contextmanager
def stopping(stop: threading.Event, told: Callable[[], None] = lambda: None) -> Iterator[threading.Event]:
    """SIGINT and SIGTERM set `stop`, and the event that is given, which nobody else sets; `told` is called then."""
    signalled = threading.Event()

    def handle(_: int, __: FrameType | None) -> None:
        signalled.set()
        stop.set()
        told()

    before = {number: signal.signal(number, handle) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield signalled
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
