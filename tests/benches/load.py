"""ade-stream over a landing folder, once, in this process.

    python -m tests.benches.load LANDING DATABASE {raw,plain}

`plain` keeps no raw layer, which is what the floor does.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path

from sinks import ledger
from sinks.base import Position
from sinks.ledger import SpanEntry
from sinks.warehouse import Warehouse
from stream.arrivals import Arrivals
from stream.config import Dataset
from stream.config.loading import load_config
from stream.engine import run
from stream.landing.intake import Intake
from stream.landing.tracker import Tracker
from tests.benches.measuring import ROOT, measured, report


@dataclass(frozen=True, slots=True)
class Committed:
    """What the warehouse knows of a file."""

    warehouse: Warehouse

    def position(self, file_id: int, /) -> Position:
        """Where its committed records end."""
        return self.warehouse.position(file_id)

    def spans(self, file_id: int, /) -> Iterable[SpanEntry]:
        """Its committed spans."""
        return ledger.spans(self.warehouse.connection, file_id)


def retail(*, raw: bool) -> Dataset:
    """The dataset that we ship, with or without its raw layer."""
    dataset = load_config(ROOT / "configs" / "retail.yaml")
    return replace(dataset, table=replace(dataset.table, raw=raw))


def arrivals(landing: Path, dataset: Dataset, warehouse: Warehouse) -> Arrivals:
    """What lands in the dataset's folder."""
    tracker = Tracker(landing, {dataset.name: dataset}, ledger.files(warehouse.connection))
    return Arrivals(Intake(tracker, Committed(warehouse)))


def load(landing: Path, database: Path, dataset: Dataset) -> int:
    """Take everything that is there; the number of records."""
    with Warehouse(database, [dataset.table]) as warehouse:
        receipts = run(arrivals(landing, dataset, warehouse).present(), {dataset.name: dataset.chain}, warehouse)
        return sum(receipt.span.row_count for receipt in receipts)


if __name__ == "__main__":
    chosen = retail(raw=sys.argv[3] == "raw")
    with measured() as figures:
        figures["rows"] = load(Path(sys.argv[1]), Path(sys.argv[2]), chosen)
    report(figures)
