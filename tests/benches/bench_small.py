"""Many small files through a running watch, beside bare loops that insert their rows, one transaction a file.

    python -m tests.benches.bench_small [--files 10000] [--rounds 5]

All variants in one run, one after the other in each round; medians are printed.
"""

from __future__ import annotations

import argparse
import shutil
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from tests.benches.measuring import child
from tests.benches.small import make

VARIANTS = {
    "bare loop, sqlite3 as it opens": ("bare", "default"),
    "bare loop, WAL and synchronous=NORMAL": ("bare", "wal"),
    "ade-stream watch": ("small",),
}


def rounds(files: int, count: int) -> dict[str, list[float]]:
    """Seconds of each variant in each round."""
    seconds: dict[str, list[float]] = {name: [] for name in VARIANTS}
    for _ in range(count):
        for name, (module, *more) in VARIANTS.items():
            with TemporaryDirectory() as scratch:
                folder, place = Path(scratch) / "files", Path(scratch) / "place"
                make(folder, files)
                target = place if module == "small" else Path(scratch) / "bare.db"
                seconds[name].append(child(module, folder, target, *more)["wall_s"])
                shutil.rmtree(folder)
    return seconds


def main() -> None:
    """Measure, and print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--files", type=int, default=10_000)
    parser.add_argument("--rounds", type=int, default=5)
    chosen = parser.parse_args()
    print("| | files/s | wall s |\n|---|---:|---:|")
    for name, seconds in rounds(chosen.files, chosen.rounds).items():
        print(f"| {name} | {chosen.files / median(seconds):,.0f} | {median(seconds):.2f} |")


if __name__ == "__main__":
    main()
