"""What a measured child process reports, and how it is started.

Each variant runs in a fresh process, so that its peak memory is its own and nothing is warm. A child starts its clock
after its imports and prints one JSON object, its last line.
"""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TypeAlias

Figures: TypeAlias = dict[str, float]

ROOT = Path(__file__).parents[2]
_KIB_PER_MB = 1000 / 1.024


@contextmanager
def measured() -> Iterator[Figures]:
    """Wall and CPU seconds (user and system, all threads) of the block; what the block adds is kept."""
    figures: Figures = {}
    wall, cpu = time.perf_counter(), time.process_time()
    yield figures
    figures["wall_s"] = time.perf_counter() - wall
    figures["cpu_s"] = time.process_time() - cpu


def report(figures: Mapping[str, float]) -> None:
    """Print the child's figures, its peak memory (the interpreter and the libraries included) among them."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / _KIB_PER_MB
    print(json.dumps({**figures, "rss_mb": peak}))


def child(module: str, *arguments: str | Path) -> Figures:
    """Run `module` of this folder in a process of its own, and take its report."""
    command = [sys.executable, "-m", f"tests.benches.{module}", *map(str, arguments)]
    finished = subprocess.run(command, cwd=ROOT, env=environment(), stdout=subprocess.PIPE, text=True, check=True)
    figures: Figures = json.loads(finished.stdout.splitlines()[-1])
    return figures


def environment() -> dict[str, str]:
    """The environment of a child: this checkout, wherever the bench was started; and Arrow's memory from where the
    command line takes it, for the floor too."""
    return {**os.environ, "PYTHONPATH": str(ROOT), "ARROW_DEFAULT_MEMORY_POOL": "system"}
