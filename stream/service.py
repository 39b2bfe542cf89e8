"""A run from start to end: open everything, feed receipts to a screen, stop cleanly."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

from processors.errors import ConfigError
from sinks.base import Receipt
from sinks.reading import WarehouseReader
from sinks.warehouse import Warehouse
from stream.arrivals import Arrivals
from stream.config import load_configs
from stream.engine import run
from stream.landing.intake import Intake
from stream.landing.tracker import Tracker
from stream.metrics import Meters
from stream.screens import Screen, screen_for


def serve(configs: Path, landing: Path, warehouse: Path, *, ongoing: bool) -> int:
    """Load the landing folder into the warehouse, once or until stopped; the exit code.

    1 where `run` set a file aside. Raises ConfigError and WarehouseError.
    """
    datasets = load_configs(configs)
    if not landing.is_dir():
        raise ConfigError(f"{landing}: there is no such folder. Make it, or name the landing folder with --landing.")
    with (
        Warehouse(warehouse, [dataset.table for dataset in datasets.values()]) as sink,
        WarehouseReader(warehouse) as recorded,
    ):
        arrivals = Arrivals(Intake(Tracker(landing, datasets, recorded.files()), recorded))
        chains = {name: dataset.chain for name, dataset in datasets.items()}
        meters = Meters(datasets, arrivals.backlog)
        batches = arrivals.ongoing() if ongoing else arrivals.present()
        with stopping(arrivals.stop), screen_for(meters, watching=landing if ongoing else None) as screen:
            _Consumer(run(batches, chains, sink), meters, screen).finish()
    return 1 if meters.set_aside and not ongoing else 0


class _Consumer(threading.Thread):
    """Takes receipts in a thread of its own, so that the main thread is free for signals.

    ADBC would cancel a statement that runs in the main thread when Ctrl-C comes; here it is finished instead.
    """

    def __init__(self, receipts: Iterator[Receipt], meters: Meters, screen: Screen) -> None:
        super().__init__(name="ade-stream-commit")
        self._receipts, self._meters, self._screen = receipts, meters, screen
        self._error: BaseException | None = None

    def run(self) -> None:
        """Consume everything; keep an error for `finish`."""
        try:
            for receipt in self._receipts:
                self._meters.add(receipt)
                self._screen.show(receipt)
        except BaseException as error:  # noqa: BLE001 - raised again in the main thread
            self._error = error

    def finish(self) -> None:
        """Run to the end, and raise what was raised."""
        self.start()
        while self.is_alive():
            self.join(0.2)
        if self._error is not None:
            raise self._error


@contextmanager
def stopping(stop: threading.Event) -> Iterator[None]:
    """SIGINT and SIGTERM set `stop`; a second one does what it always does."""

    def handle(number: int, _: FrameType | None) -> None:
        stop.set()
        signal.signal(number, before[signal.Signals(number)])

    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    for number in before:
        signal.signal(number, handle)
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
