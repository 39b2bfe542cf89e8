"""How long a batch is read and judged, and each step of its chain."""

from __future__ import annotations

import time

from processors.chain import step_name
from processors.outcome import Processor
from sinks.base import MicroBatch, Timing


def read_us(batch: MicroBatch, began: int) -> int:
    """How long it took to read the batch that was asked for at `began` (monotonic nanoseconds). Before its first file
    was looked at there was nothing to read."""
    return (time.monotonic_ns() - max(began, batch.parts[0].arrived_ns)) // 1000


class Laps:
    """Begins with the first step; a chain tells of each that is done."""

    def __init__(self) -> None:
        self._began = self._last = time.perf_counter_ns()
        self._steps: dict[str, int] = {}

    def __call__(self, step: Processor) -> None:
        """`step` is done. Steps of one name add up."""
        now, name = time.perf_counter_ns(), step_name(step)
        self._steps[name] = self._steps.get(name, 0) + (now - self._last) // 1000
        self._last = now

    def timing(self, read_us: int) -> Timing:
        """The account, when all is judged."""
        return Timing(read_us, (time.perf_counter_ns() - self._began) // 1000, self._steps)
