"""What uniqueness across batches costs with few keys and with many, in ascending and in random order.

    python -m tests.benches.bench_keys [--keys 10000000] [--few 100000] [--batch 20000] [--folder DIR]

Rows of one text column are committed by the real sink, twice: without a rule, and with one that the column is unique.
The cost of a row is measured in the last tenth of `keys`, and, over as many rows, around `few` keys in many datasets.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.benches.measuring import Figures, child

ORDERS = ("ascending", "random")


def figures(folder: Path, keys: int, few: int, batch: int) -> Iterator[tuple[str, str, Figures]]:
    """Order, rule (`none` or `unique`), and what the child reports; each in a warehouse of its own, one at a time."""
    for order in ORDERS:
        for rule in ("none", "unique"):
            with TemporaryDirectory(dir=folder) as place:
                yield order, rule, child("keys", place, order, rule, str(keys), str(few), str(batch))


def main() -> None:
    """Measure, and print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--keys", type=int, default=10_000_000)
    parser.add_argument("--few", type=int, default=100_000)
    parser.add_argument("--batch", type=int, default=20_000)
    parser.add_argument("--folder", type=Path, help="where the warehouses are made: up to 2 GB for ten million keys")
    chosen = parser.parse_args()
    print(
        f"| | at {chosen.few:,} keys, µs/row: wall | CPU | at {chosen.keys:,}: wall | CPU | ratio: wall | CPU "
        "| slowest commit ms | peak MB |"
    )
    print("|---|---:|---:|---:|---:|---:|---:|---:|---:|")
    for order, rule, found in figures(chosen.folder, chosen.keys, chosen.few, chosen.batch):
        micros = [found[name] for name in ("few_us", "few_cpu_us", "many_us", "many_cpu_us")]
        ratios = [found["many_us"] / found["few_us"], found["many_cpu_us"] / found["few_cpu_us"]]
        told = " | ".join(f"{each:.2f}" for each in (*micros, *ratios))
        print(f"| {order}, {rule} | {told} | {found['slowest_ms']:.0f} | {found['rss_mb']:.0f} |", flush=True)


if __name__ == "__main__":
    main()
