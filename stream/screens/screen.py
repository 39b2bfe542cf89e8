"""The consumer of receipts that suits the terminal, or the lack of one."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

from sinks.base import Finding, Receipt
from stream.logging.log import Log
from stream.running.metrics import Meters
from stream.running.standing import Standing
from stream.screens.lines import Lines


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
def screen_for(meters: Meters, watching: Path | None, standing: Standing, log: Log) -> Iterator[Screen]:
    """A live dashboard on a terminal, else, or where a format of the log is wanted, a line an event; either way a
    summary at the end.

    `watching`: the landing folder that is watched; None where the run ends by itself. `standing`: what the warehouse
    says of dates and models.
    """
    from stream.screens.live.terminal import is_screen

    if log.format is None and is_screen():
        from stream.running.live import Live
        from stream.screens.dashboard import Dashboard

        with Dashboard(Live(meters, watching, standing)) as dashboard:
            yield dashboard
    else:
        lines = Lines(meters, log)
        lines.started(watching)
        try:
            yield lines
        finally:
            lines.summary()
