"""The shipped retail dataset with a feature view, loaded in this process; and what a commit costs as dates add up.

    python -m tests.benches.featured LANDING DATABASE {plain,features}

The view is that of the shipped `customer_features`, over the invoice lines of a customer.
"""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path
from statistics import median

import pyarrow as pa

from processors.feature_views.sql.definition import Definition
from processors.feature_views.sql.parsing import parse_view
from sinks.base import Receipt
from sinks.database.connection import Connection
from sinks.feature_views.reading import latest
from sinks.warehouse import Warehouse
from stream.config import Dataset
from stream.running.engine import run
from tests.benches.load import arrivals, retail
from tests.benches.measuring import Figures, measured, report

_AGGREGATES = {"lines": "count(*)", "amount": "sum(Amount)", "mean": "avg(Amount)", "most": "max(Amount)"}
_DAY_US = 86_400_000_000
#: Commits whose time is compared: those behind so many dates.
YOUNG, OLD, COMPARED = 10, 285, 15


def featured(dataset: Dataset | None = None) -> Dataset:
    """Retail with counts, sums, means and maxima over 7 and 30 days, and the days since the last line."""
    dataset = dataset or retail(raw=True)
    selected = [f"{sql} OVER d{days} AS {name}_{days}d" for days in (7, 30) for name, sql in _AGGREGATES.items()]
    selected.append("(_event_us - max(_event_us) OVER ever) / 86400000000.0 AS days_since_last")
    order = "PARTITION BY CustomerID ORDER BY _event_us RANGE BETWEEN"
    windows = [f"d{days} AS ({order} {days * _DAY_US} PRECEDING AND 1 PRECEDING)" for days in (7, 30)]
    windows.append(f"ever AS ({order} UNBOUNDED PRECEDING AND 1 PRECEDING)")
    sql = f"SELECT {', '.join(selected)} FROM stg_retail WINDOW {', '.join(windows)}"
    definition = Definition("customer_features", 1, "retail", ("CustomerID",), "InvoiceDate", sql)
    return replace(dataset, table=replace(dataset.table, views=(parse_view(definition, dataset.table.columns),)))


def load(landing: Path, database: Path, dataset: Dataset) -> list[Receipt]:
    """Take everything that is there; the receipts."""
    with Warehouse(database, [dataset.table]) as warehouse, arrivals(landing, dataset, database) as landed:
        return list(run(landed.present(), {dataset.name: dataset.chain}, warehouse))


def row_us(receipts: list[Receipt]) -> Figures:
    """Microseconds of commit a row, of commits into a young warehouse and into an old one."""
    costs = [each.timing.commit_us / each.batch.row_count for each in receipts if each.batch.row_count]
    return {"young_us": median(costs[YOUNG : YOUNG + COMPARED]), "old_us": median(costs[OLD : OLD + COMPARED])}


def latest_ms(database: Path, dataset: Dataset) -> float:
    """Milliseconds of processor time for the latest vector of a customer, by key."""
    [view] = dataset.table.views
    with Connection(database, read_only=True) as connection:
        customers = connection.rows("SELECT CustomerID FROM feats_customer_features_latest ORDER BY _id LIMIT 500")
        keys = [pa.record_batch({"CustomerID": [str(customer)]}) for (customer,) in customers]
        with measured() as figures:
            for key in keys:
                latest(connection, view, key)
    return figures["cpu_s"] * 1e3 / len(keys)


if __name__ == "__main__":
    chosen = featured() if sys.argv[3] == "features" else retail(raw=True)
    with measured() as figures:
        loaded = load(Path(sys.argv[1]), Path(sys.argv[2]), chosen)
    figures["rows"] = sum(each.batch.row_count for each in loaded)
    figures |= row_us(loaded)
    if chosen.table.views:
        figures["latest_ms"] = latest_ms(Path(sys.argv[2]), chosen)
    report(figures)
