"""ade-stream against the floor, on half a million invoice lines in 305 files.

    python -m tests.benches.bench_retail [--rounds N] [--drops N] [--big-mb N] [--json FILE]

The data is not shipped: ADE_SHARED_DATA names the folder that holds `retail/`, `../shared/data` unless it is set.
Everything is measured in one run, the variants interleaved, each in a fresh process that starts its clock behind its
imports; the table gives medians. Seconds mean little between two machines, or two moments of one that is shared: the
ratios to the floor are what to compare.
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
from typing import TypedDict

from tests.benches.measuring import ROOT, Figures, child

VARIANTS = ("floor", "plain", "raw")
NAMES = {"floor": "floor", "plain": "ade-stream, raw off", "raw": "ade-stream, raw on"}
#: What each figure may be at most.
TARGETS = {"plain": 1.6, "raw": 2.4, "p99_ms": 20.0, "rss_mb": 250.0}


class Results(TypedDict):
    """What `--json` writes; `load` and `stages` by variant."""

    load: dict[str, Figures]
    stages: dict[str, Figures]
    drops: Figures
    big: Figures


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure everything and print it."""
    options = _options(arguments)
    data = Path(os.environ.get("ADE_SHARED_DATA", ROOT.parent / "shared" / "data")) / "retail"
    if not data.is_dir():
        print(f"{data} is not there, so nothing was measured. Name the data's folder in ADE_SHARED_DATA.")
        return
    with TemporaryDirectory(prefix="ade-bench-") as name:
        scratch = Path(name)
        landing = scratch / "landing"
        shutil.copytree(data, landing / "retail", ignore=lambda _, names: [n for n in names if not n.endswith(".csv")])
        results: Results = {
            "load": loads(landing, scratch, options.rounds),
            "stages": {kind: child("stages", landing, scratch / f"{kind}.db", kind) for kind in VARIANTS[1:]},
            "drops": child("drops", landing / "retail", scratch / "drops", str(options.drops)),
            "big": big(landing, scratch, options.big_mb),
        }
    show(results)
    if options.json:
        options.json.write_text(json.dumps(results, indent=2) + "\n")


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--rounds", type=int, default=5, help="how often each variant is measured")
    parser.add_argument("--drops", type=int, default=200, help="drops of 100 rows whose latency is measured")
    parser.add_argument("--big-mb", type=int, default=300, help="size of the one big file, in MB")
    parser.add_argument("--json", type=Path, help="where to write the figures")
    return parser.parse_args(arguments)


def loads(landing: Path, scratch: Path, rounds: int) -> dict[str, Figures]:
    """The medians of each variant's figures, and its ratio to the floor."""
    measured: dict[str, list[Figures]] = {variant: [] for variant in VARIANTS}
    for _ in range(rounds):
        for variant in VARIANTS:
            measured[variant].append(_load(variant, landing, scratch))
    medians = {
        variant: {name: median(run[name] for run in runs) for name in runs[0]} for variant, runs in measured.items()
    }
    for figures in medians.values():
        figures["ratio"] = figures["wall_s"] / medians["floor"]["wall_s"]
        figures["cpu_ratio"] = figures["cpu_s"] / medians["floor"]["cpu_s"]
    return medians


def _load(variant: str, landing: Path, scratch: Path) -> Figures:
    """One measurement, into a fresh database."""
    folder = scratch / "load"
    folder.mkdir()
    try:
        if variant == "floor":
            return child("floor", landing / "retail", folder / "floor.db")
        return child("load", landing, folder / "ade.db", variant)
    finally:
        shutil.rmtree(folder)


def big(landing: Path, scratch: Path, size_mb: int) -> Figures:
    """The figures of one file of `size_mb`, made of the data set over and over."""
    folder = scratch / "big" / "retail"
    folder.mkdir(parents=True)
    files = [path.read_bytes() for path in sorted((landing / "retail").iterdir())]
    header = files[0].splitlines(keepends=True)[0]
    with (folder / "2010-12-01.csv").open("wb") as target:
        target.write(header)
        while target.tell() < size_mb * 1_000_000:
            target.writelines(content[len(header) :] for content in files)
    return child("load", folder.parent, scratch / "big.db", "raw")


def show(results: Results) -> None:
    """The figures as tables."""
    load, drops, large = results["load"], results["drops"], results["big"]
    print(f"{'':24}{'rows/s':>10}{'wall s':>9}{'CPU s':>8}{'ratio':>8}{'target':>8}{'CPU ratio':>11}{'RSS MB':>8}")
    for variant, run in load.items():
        rate, target = run["rows"] / run["wall_s"], TARGETS.get(variant, 1.0)
        print(f"{NAMES[variant]:24}{rate:10,.0f}{run['wall_s']:9.2f}{run['cpu_s']:8.2f}", end="")
        print(f"{run['ratio']:8.2f}{target:8.1f}{run['cpu_ratio']:11.2f}{run['rss_mb']:8.0f}")
    print("\nseconds by stage, one after the other in one thread")
    for stage in results["stages"]["raw"]:
        if stage != "rss_mb":
            print(f"  {stage:22}" + "".join(f"{NAMES[kind]:>22} {run[stage]:6.2f}" for kind, run in _stages(results)))
    print(f"\n100-row drops, renamed in until seen: p50 {drops['p50_ms']:.1f} ms, p99 {drops['p99_ms']:.1f} ms", end="")
    print(f" (target {TARGETS['p99_ms']:g}), max {drops['max_ms']:.1f} ms")
    print(f"one big file, {large['rows']:,.0f} rows, raw on: {large['wall_s']:.1f} s", end="")
    print(f", peak {large['rss_mb']:.0f} MB (target {TARGETS['rss_mb']:g})")


def _stages(results: Results) -> list[tuple[str, Figures]]:
    return [(kind, results["stages"][kind]) for kind in VARIANTS[1:]]


if __name__ == "__main__":
    main()
