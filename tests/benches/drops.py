"""How long a small drop takes from its rename into the landing folder until another process sees its rows.

    python -m tests.benches.drops FOLDER SCRATCH DROPS

`ade-stream watch` runs in a process of its own, with the raw layer on. The drops come one after the other, so what is
measured is latency and not a queue.
"""

from __future__ import annotations

import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from statistics import quantiles

from processors.errors import WarehouseError
from sinks.database.connection import Connection
from tests.benches.measuring import ROOT, Figures, environment, report

DROP_ROWS = 100
WARM_UP_DROPS = 10
#: The file of the newest staged row; files are numbered in the order of their coming.
_FILES_SEEN = "SELECT max(_id) >> 32 FROM stg_retail"
_POLL_SECONDS = 0.0002
_PATIENCE_SECONDS = 30.0


def latencies(folder: Path, scratch: Path, count: int) -> list[float]:
    """Milliseconds of each drop, behind those that warm the watcher up."""
    landing, configs, database = scratch / "landing", scratch / "configs", scratch / "warehouse" / "ade.db"
    (landing / "retail").mkdir(parents=True)
    configs.mkdir()
    shutil.copy(ROOT / "configs" / "retail.yaml", configs)
    drops = islice(_drops(folder), WARM_UP_DROPS + count)
    with watching(configs, landing, database):
        return list(_dropped(drops, landing / "retail", scratch, database))[WARM_UP_DROPS:]


def _drops(folder: Path) -> Iterator[bytes]:
    """Files of DROP_ROWS rows, cut out of the data set."""
    for path in sorted(folder.glob("*.csv")):
        header, *lines = path.read_bytes().splitlines(keepends=True)
        for first in range(0, len(lines) - DROP_ROWS, DROP_ROWS):
            yield header + b"".join(lines[first : first + DROP_ROWS])


@contextmanager
def watching(configs: Path, landing: Path, database: Path) -> Iterator[None]:
    """`ade-stream watch` while the block runs."""
    paths = ["--configs", configs, "--landing", landing, "--warehouse", database]
    command = [sys.executable, "-m", "stream.cli", "watch", *map(str, paths)]
    watcher = subprocess.Popen(command, cwd=ROOT, env=environment(), stdout=subprocess.DEVNULL)
    try:
        yield
    finally:
        watcher.send_signal(signal.SIGTERM)
        watcher.wait(_PATIENCE_SECONDS)


def _dropped(drops: Iterator[bytes], folder: Path, scratch: Path, database: Path) -> Iterator[float]:
    for number, drop in enumerate(drops, 1):
        part = scratch / "part"
        part.write_bytes(drop)
        started = time.perf_counter()
        part.rename(folder / f"2010-12-01-{number:05}.csv")
        if number == 1:
            connection = opened(database, _FILES_SEEN)
        while connection.integer(_FILES_SEEN) < number:
            if time.perf_counter() - started > _PATIENCE_SECONDS:
                raise TimeoutError(f"drop {number} did not show within {_PATIENCE_SECONDS:g} s")
            time.sleep(_POLL_SECONDS)
        yield (time.perf_counter() - started) * 1e3
    connection.close()


def opened(database: Path, sql: str) -> Connection:
    """A read-only connection, as soon as the watcher has made the warehouse and `sql` gives a number."""
    until = time.perf_counter() + _PATIENCE_SECONDS
    while True:
        try:
            connection = Connection(database, read_only=True)
            connection.integer(sql)
        except WarehouseError:
            if time.perf_counter() > until:
                raise
            time.sleep(0.05)
        else:
            return connection


def figures(milliseconds: list[float]) -> Figures:
    """The distribution in the figures that are reported."""
    percentiles = quantiles(milliseconds, n=100, method="inclusive")
    return {"p50_ms": percentiles[49], "p99_ms": percentiles[98], "max_ms": max(milliseconds)}


if __name__ == "__main__":
    report(figures(latencies(Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3]))))
