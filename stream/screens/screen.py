"""The consumer of receipts that suits the terminal, or the lack of one."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

from sinks.base import Finding, Receipt
from stream.running.metrics import Meters
from stream.screens.lines import Lines

_DUMB = {"", "dumb", "unknown"}


class Screen(Protocol):
    """Something that shows receipts as they come."""

    def show(self, receipt: Receipt, /) -> None:
        """Take notice of a commit."""
        ...

    def tell(self, finding: Finding, /) -> None:
        """Take notice of a finding about a date."""
        ...

    def say(self, sentence: str, /) -> None:
        """Take notice of what the run itself does."""
        ...


@contextmanager
def screen_for(meters: Meters, watching: Path | None) -> Iterator[Screen]:
    """A live dashboard on a terminal, else a line an event; either way a summary at the end.

    `watching`: the landing folder that is watched; None where the run ends by itself.
    """
    if _is_terminal():
        from rich.console import Console

        from stream.screens.dashboard import Dashboard

        with Dashboard(Console(), meters, watching) as dashboard:
            yield dashboard
    else:
        lines = Lines(meters)
        lines.started(watching)
        try:
            yield lines
        finally:
            lines.summary()


def _is_terminal() -> bool:
    """Whether somebody looks, at a terminal that can move its cursor. Asked without the library that draws on it."""
    return sys.stdout is not None and sys.stdout.isatty() and os.environ.get("TERM", "") not in _DUMB
