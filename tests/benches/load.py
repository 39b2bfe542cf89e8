"""ade-stream over a landing folder, once, in this process.

    python -m tests.benches.load LANDING DATABASE {raw,plain}

`plain` keeps no raw layer, which is what the floor does.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from sinks.reading import WarehouseReader
from sinks.warehouse import Warehouse
from stream.arrivals import Arrivals
from stream.config import Dataset
from stream.config.loading import load_config
from stream.landing.intake import Intake
from stream.landing.tracker import Tracker
from stream.running.engine import run
from tests.benches.measuring import ROOT, measured, report


def retail(*, raw: bool) -> Dataset:
    """The dataset that we ship, with or without its raw layer."""
    dataset = load_config(ROOT / "configs" / "retail.yaml")
    return replace(dataset, table=replace(dataset.table, raw=raw))


@contextmanager
def arrivals(landing: Path, dataset: Dataset, database: Path) -> Iterator[Arrivals]:
    """What lands in the dataset's folder."""
    with WarehouseReader(database) as recorded:
        yield Arrivals(Intake(Tracker(landing, {dataset.name: dataset}, recorded.files()), recorded))


def load(landing: Path, database: Path, dataset: Dataset) -> int:
    """Take everything that is there; the number of records."""
    with Warehouse(database, [dataset.table]) as warehouse, arrivals(landing, dataset, database) as landed:
        receipts = run(landed.present(), {dataset.name: dataset.chain}, warehouse)
        return sum(receipt.batch.row_count for receipt in receipts)


if __name__ == "__main__":
    chosen = retail(raw=sys.argv[3] == "raw")
    with measured() as figures:
        figures["rows"] = load(Path(sys.argv[1]), Path(sys.argv[2]), chosen)
    report(figures)
