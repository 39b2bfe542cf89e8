"""Where the time goes: every stage over all files, one after the other in one thread.

python -m tests.benches.stages LANDING DATABASE {raw,plain}
"""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from unittest.mock import patch

import stream.running.engine
from processors.outcome import Outcome, accept
from sinks.base import Judged, MicroBatch
from sinks.warehouse import Warehouse
from stream.config import Dataset
from stream.reading.records import parse
from stream.running.engine import judge
from tests.benches.load import arrivals, retail
from tests.benches.measuring import Figures, report


@contextmanager
def timed(figures: Figures, stage: str) -> Iterator[None]:
    """Add the block's wall seconds to a stage."""
    started = time.perf_counter()
    yield
    figures[stage] = figures.get(stage, 0.0) + time.perf_counter() - started


def stages(landing: Path, database: Path, dataset: Dataset) -> Figures:
    """Seconds by stage."""
    figures: Figures = {}
    with Warehouse(database, [dataset.table]) as warehouse, arrivals(landing, dataset, database) as landed:
        batches = _read(figures, (each for each in landed.present() if isinstance(each, MicroBatch)))
        for batch in batches:
            _steps(figures, batch, dataset)
        verdicts = _judged(figures, batches, dataset)
        with timed(figures, "prepare"):
            prepared = [warehouse.prepare(verdict) for verdict in verdicts]
        with timed(figures, "commit"):
            for each in prepared:
                warehouse.commit(each)
    return figures


def _read(figures: Figures, batches: Iterator[MicroBatch]) -> list[MicroBatch]:
    """All micro-batches; `parse` is measured apart from finding, reading and framing."""

    def counted(*arguments: object) -> object:
        with timed(figures, "parse"):
            return parse(*arguments)  # type: ignore[arg-type]

    with patch("stream.reading.reader.parse", counted), timed(figures, "read and frame"):
        found = list(batches)
    figures["read and frame"] -= figures["parse"]
    return found


def _steps(figures: Figures, batch: MicroBatch, dataset: Dataset) -> None:
    outcome: Outcome = accept(batch.rows)
    for place, step in enumerate(dataset.chain.steps, 1):
        with timed(figures, f"step {place} {type(step).__name__}"):
            outcome = step(outcome.accepted)


def _judged(figures: Figures, batches: list[MicroBatch], dataset: Dataset) -> list[Judged]:
    """The verdicts; `events` is measured apart."""
    events = stream.running.engine._events

    def counted(*arguments: object) -> object:
        with timed(figures, "events"):
            return events(*arguments)  # type: ignore[arg-type]

    with patch.object(stream.running.engine, "_events", counted):
        return [each for each in judge(batches, {dataset.name: dataset.chain}) if isinstance(each, Judged)]


if __name__ == "__main__":
    report(stages(Path(sys.argv[1]), Path(sys.argv[2]), retail(raw=sys.argv[3] == "raw")))
