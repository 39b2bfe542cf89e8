"""The live screen of `watch` and `run` on a terminal."""

from __future__ import annotations

import os
import shutil
import signal
import sys
from types import TracebackType
from typing import Self

from sinks.base import Finding, Receipt
from stream.running.live import Live
from stream.running.snapshot import Snapshot
from stream.screens.live.drawing import Size
from stream.screens.live.lines import Line
from stream.screens.live.screen import LiveScreen
from stream.screens.live.summary import summary
from stream.screens.output import write


class Dashboard:
    """Draws the run in this process; leaves a summary behind. The key q is Ctrl-C."""

    def __init__(self, live: Live) -> None:
        self._live = live
        self._screen = LiveScreen(live.snapshot, _interrupt)

    def __enter__(self) -> Self:
        self._screen.__enter__()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        try:
            self._screen.__exit__(kind, error, at)
        finally:
            print_summary(self._live.snapshot())
            self._live.standing.rest()

    def show(self, receipt: Receipt, /) -> None:
        """Keep the events for the next frame."""
        self._live.show(receipt)

    def tell(self, finding: Finding, /) -> None:
        """Keep the finding for the next frame."""
        self._live.tell(finding)

    def say(self, sentence: str, /) -> None:
        """Keep what the run itself does for the next frame."""
        self._live.say(sentence)


def _interrupt() -> None:
    os.kill(os.getpid(), signal.SIGINT)


def print_summary(snapshot: Snapshot) -> None:
    """What a run came to, on standard output."""
    width, height = shutil.get_terminal_size()
    print_lines(summary(snapshot, Size(width, height)))


def print_lines(lines: list[Line]) -> None:
    """Lines on standard output, with styles where that is a terminal."""
    is_terminal = sys.stdout is not None and sys.stdout.isatty()
    for each in lines:
        told = each.text
        if is_terminal:
            told = each.drawn(colour=not os.environ.get("NO_COLOR"), ascii_only=False)
        write(f"{told.rstrip()}\n")
