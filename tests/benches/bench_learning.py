"""What a learner costs that follows a feature view, on half a million invoice lines in 305 files.

    python -m tests.benches.bench_learning [--rounds N] [--json FILE]

The data is not shipped: ADE_SHARED_DATA names the folder that holds `retail/`, `../shared/data` unless it is set. Loads
with the features alone and with learners of 8 of them and 2 categories take turns, each in a fresh process; the table
gives medians. Processor time tells more than wall time on a machine that is shared.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
from collections.abc import Sequence
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from tests.benches.measuring import ROOT, Figures, child

NAMES = {
    "features": "features alone",
    "bayesian": "Bayesian regression",
    "stepwise": "scaler, regression",
    "bayesian_by_100": "Bayesian, by 100",
    "stepwise_by_100": "regression, by 100",
}
#: The processor time with a learner may be so many times that without, in ticks of 2,000 rows.
TARGET = 1.25


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure everything and print it."""
    options = _options(arguments)
    data = Path(os.environ.get("ADE_SHARED_DATA", ROOT.parent / "shared" / "data")) / "retail"
    if not data.is_dir():
        print(f"{data} is not there, so nothing was measured. Name the data's folder in ADE_SHARED_DATA.")
        return
    with TemporaryDirectory(prefix="ade-bench-") as name:
        landing = Path(name) / "landing"
        shutil.copytree(data, landing / "retail", ignore=lambda _, names: [n for n in names if not n.endswith(".csv")])
        results = loads(landing, Path(name) / "load", options.rounds)
    show(results)
    if options.json:
        options.json.write_text(json.dumps(results, indent=2) + "\n")


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--rounds", type=int, default=5, help="how often each variant is measured")
    parser.add_argument("--json", type=Path, help="where to write the figures")
    return parser.parse_args(arguments)


def loads(landing: Path, scratch: Path, rounds: int) -> dict[str, Figures]:
    """The medians of the figures with and without a learner."""
    measured: dict[str, list[Figures]] = {variant: [] for variant in NAMES}
    for _ in range(rounds):
        for variant, runs in measured.items():
            scratch.mkdir()
            runs.append(child("learned", landing, scratch / "ade.db", variant))
            shutil.rmtree(scratch)
    return {name: {each: median(run[each] for run in runs) for each in runs[0]} for name, runs in measured.items()}


def show(results: dict[str, Figures]) -> None:
    """The figures as a table."""
    plain = results["features"]
    print(f"{'':20}{'wall s':>9}{'CPU s':>8}{'RSS MB':>8}{'learned':>10}{'CPU ratio':>11}   (target {TARGET:g})")
    for variant, run in results.items():
        print(f"{NAMES[variant]:20}{run['wall_s']:9.2f}{run['cpu_s']:8.2f}{run['rss_mb']:8.0f}", end="")
        print(f"{run['learned']:10.0f}{run['cpu_s'] / plain['cpu_s']:11.2f}")


if __name__ == "__main__":
    main()
