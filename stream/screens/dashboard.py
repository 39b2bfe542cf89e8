"""The live dashboard of `watch` and `run` on a terminal."""

from __future__ import annotations

import time
from collections import deque
from pathlib import Path
from types import TracebackType
from typing import Self

from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from sinks.base import Finding, Receipt
from stream.running.metrics import Meter, Meters
from stream.screens.events import clock, drifted, found, sentence
from stream.screens.figures import count, milliseconds, rss_megabytes, seconds

_REFRESH_PER_SECOND = 4
_EVENTS_KEPT = 200
_PROGRAM = "ade-stream"


class Dashboard:
    """Draws the meters four times a second, on the terminal's alternate screen; leaves a summary behind."""

    def __init__(self, console: Console, meters: Meters, watching: Path | None) -> None:
        self._console, self._meters, self._watching = console, meters, watching
        #: When, and what.
        self._events: deque[tuple[str, str]] = deque(maxlen=_EVENTS_KEPT)
        self._live = Live(
            console=console,
            screen=True,
            refresh_per_second=_REFRESH_PER_SECOND,
            get_renderable=self._whole,
        )

    def __enter__(self) -> Self:
        self._live.start(refresh=True)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._live.stop()
        self._console.print(self._datasets())

    def show(self, receipt: Receipt, /) -> None:
        """Keep the events for the next refresh."""
        for event in (sentence(receipt), *map(drifted, receipt.drifts)):
            self._events.append((clock()[11:19], event))

    def tell(self, finding: Finding, /) -> None:
        """Keep the finding for the next refresh."""
        self._events.append((clock()[11:19], found(finding)))

    def say(self, sentence: str, /) -> None:
        """Keep it for the next refresh."""
        self._events.append((clock()[11:19], sentence))

    def _whole(self) -> RenderableType:
        datasets = self._datasets()
        room = max(1, self._console.height - len(self._meters.by_dataset) - len(self._meters.held) - 10)
        lines = [line for event in list(self._events)[-room:] for line in self._lines(*event)]
        log = Text("\n").join(lines[-room:] or [Text("nothing yet")])
        return Group(self._header(), datasets, Panel(log, title="last events", title_align="left"), self._footer())

    def _lines(self, at: str, event: str) -> list[Text]:
        """What is plain is cut where the line ends; whatever else has its reason there."""
        text, width = Text(event), max(1, self._console.width - len(at) - 5)
        if event.startswith("loaded "):
            text.truncate(width, overflow="ellipsis")
            return [Text(f"{at} ") + text]
        first, *others = text.wrap(self._console, width)
        return [Text(f"{at} ") + first, *(Text(" " * (len(at) + 1)) + line for line in others)]

    def _header(self) -> RenderableType:
        uptime = time.monotonic() - self._meters.started
        findings = sum(meter.findings for meter in self._meters.by_dataset.values())
        rate = sum(meter.rows_per_second(self._meters.started) for meter in self._meters.by_dataset.values())
        figures = f"   up {seconds(uptime)}   {count(rate)} rows/s   {rss_megabytes():.0f} MB"
        told = f"   {count(findings)} {'finding' if findings == 1 else 'findings'}" if findings else ""
        room = self._console.width - len(_PROGRAM) - len(figures) - len(told) - 2
        return Text.assemble((_PROGRAM, "bold"), f"  {self._doing(room)}{figures}", (told, "bold red"))

    def _doing(self, room: int) -> str:
        """The end of a long path is what tells it from others."""
        if self._watching is None:
            return "running"
        path, room = str(self._watching), max(2, room - len("watching "))
        return f"watching {path if len(path) <= room else f'…{path[1 - room :]}'}"

    def _footer(self) -> RenderableType:
        return Text("Ctrl-C finishes the commit in hand and quits.", style="dim")

    def _datasets(self) -> Table:
        table = Table(box=None, expand=True, pad_edge=False, padding=(0, 0, 0, 1), header_style="bold underline")
        table.add_column("dataset", no_wrap=True, ratio=1, min_width=12)
        for title in (
            "files",
            "pending",
            "rows/s",
            "accepted",
            "rejected",
            "aside",
            "drift",
            "lag",
            "p50 ms",
            "p99 ms",
        ):
            table.add_column(title, justify="right", no_wrap=True)
        with self._meters.lock:
            for dataset, meter in self._meters.by_dataset.items():
                name = f"{dataset}\n(held)" if dataset in self._meters.held else dataset
                table.add_row(name, *self._cells(dataset, meter))
        return table

    def _cells(self, dataset: str, meter: Meter) -> list[str]:
        waiting, latency = self._meters.waiting(dataset), meter.latency()
        return [
            count(len(meter.files)),
            count(waiting.files),
            count(meter.rows_per_second(self._meters.started)),
            count(meter.accepted),
            count(meter.rejected),
            count(len(meter.set_aside)),
            count(meter.drifts),
            seconds(waiting.lag_seconds),
            milliseconds(latency.p50_ms),
            milliseconds(latency.p99_ms),
        ]
