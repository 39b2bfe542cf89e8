"""What starting and waiting cost: `--help`, the first commit of a `watch`, and a watch that has nothing to do.

    python -m tests.benches.bench_idle [--seconds 30] [--rounds 5]

The landing folder has one file of ten orders; medians are printed.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from tests.system.drops import orders, write
from tests.system.processes import ROOT, Place, Watch, environment, write_configs

_TICKS_PER_SECOND = os.sysconf("SC_CLK_TCK")
_BYTES_PER_PAGE = os.sysconf("SC_PAGE_SIZE")


@dataclass(frozen=True, slots=True)
class Idle:
    """Seconds until `--help` is printed and the first commit is done; then CPU (percent of one core) and memory."""

    help_s: float
    first_commit_s: float
    cpu_percent: float
    rss_mb: float


def idle(seconds: float) -> Idle:
    """Measure all of it once, over so many seconds of waiting."""
    with _watch() as watch:
        first_commit_s = _took(lambda: watch.until_printed("state=committed"))
        time.sleep(2)  # dates are summed up behind the commit
        before, since = cpu_seconds(watch.pid), time.monotonic()
        time.sleep(seconds)
        spent = (cpu_seconds(watch.pid) - before) / (time.monotonic() - since)
        return Idle(help_seconds(), first_commit_s, 100 * spent, rss_mb(watch.pid))


def help_seconds() -> float:
    """From the start of `ade-stream --help` to its end."""
    words = [sys.executable, "-m", "stream.cli", "--help"]
    return _took(lambda: subprocess.run(words, cwd=ROOT, env=environment(), stdout=subprocess.DEVNULL, check=True))


def cpu_seconds(pid: int) -> float:
    """User and system time of a process and all its threads so far, from proc(5)."""
    fields = Path(f"/proc/{pid}/stat").read_text("utf-8").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / _TICKS_PER_SECOND


def rss_mb(pid: int) -> float:
    """The memory of a process that is in RAM now, from proc(5)."""
    return int(Path(f"/proc/{pid}/statm").read_text("utf-8").split()[1]) * _BYTES_PER_PAGE / 1e6


def _took(work: Callable[[], object]) -> float:
    began = time.monotonic()
    work()
    return time.monotonic() - began


@contextmanager
def _watch() -> Iterator[Watch]:
    """One that was just started, with an empty warehouse and a file that has landed."""
    with TemporaryDirectory() as scratch:
        folder = Path(scratch)
        write(folder / "landing" / "orders" / "orders_1.csv", orders(range(1, 11)))
        place = Place(write_configs(folder / "configs", "orders"), folder / "landing", folder / "ade.db")
        watch = Watch(place, folder / "watch.log")
        try:
            yield watch
        finally:
            watch.kill()


def main() -> None:
    """Measure, and print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=30)
    parser.add_argument("--rounds", type=int, default=5)
    chosen = parser.parse_args()
    rounds = [idle(chosen.seconds) for _ in range(chosen.rounds)]
    print("| | |\n|---|---:|")
    print(f"| `--help`, s | {median(each.help_s for each in rounds):.2f} |")
    print(f"| first commit after the start, s | {median(each.first_commit_s for each in rounds):.2f} |")
    print(f"| waiting, % of a core | {median(each.cpu_percent for each in rounds):.2f} |")
    print(f"| waiting, MB | {median(each.rss_mb for each in rounds):.0f} |")


if __name__ == "__main__":
    main()
