"""The sample drops that are shipped: one and the same warehouse, whatever the size of micro-batches."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from sinks.reading import WarehouseReader
from stream.config import Dataset
from stream.replay import dates
from tests.sinks import contents
from tests.sinks.landings import cut, dataset, load, replayed, rules

SAMPLES = Path(__file__).parents[2] / "landing"
ORDERS = dataset(
    "orders",
    {
        "order_id": "string",
        "customer_id": "string",
        "order_ts": "timestamp",
        "amount": "decimal(12,2)",
        "quantity": "integer",
        "country": "category",
        "channel": "category",
    },
    {"quality": {"duplicates": ["key", "exact"]}},
    rules({"check": "range", "column": "amount", "min": 0}, {"check": "not_null", "column": "amount"}),
    {"features": {"columns": {"price": "amount / quantity"}}},
    key=["order_id"],
    event_time="order_ts",
    null_tokens=["", "NA", "null"],
)
EMPLOYEES = dataset(
    "employees",
    {"employee_id": "string", "name": "string", "department": "category", "age": "integer", "salary": "number"},
    {"quality": {"duplicates": ["key"]}},
    rules({"check": "range", "column": "age", "min": 16, "max": 100, "action": "warn"}),
    key=["employee_id"],
    null_tokens=["", "NA", "N/A", "null"],
)
SHIPPED: Mapping[str, Dataset] = {"orders": ORDERS, "employees": EMPLOYEES}


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample drops, each file in one micro-batch."""
    path = tmp_path_factory.mktemp("samples") / "whole.db"
    load(path, SAMPLES, SHIPPED)
    return path


@pytest.mark.parametrize("batch_rows", [pytest.param(1, marks=pytest.mark.slow), 7, 500])
def test_the_sample_drops_have_one_content_hash_for_any_size_of_micro_batches(
    tmp_path: Path, whole: Path, batch_rows: int
) -> None:
    load(tmp_path / "w.db", SAMPLES, cut(SHIPPED, batch_rows))
    assert [contents.content_hash(tmp_path / "w.db", name) for name in SHIPPED] == [
        contents.content_hash(whole, name) for name in SHIPPED
    ]


def test_replaying_the_sample_drops_changes_nothing(whole: Path) -> None:
    with WarehouseReader(whole) as reader:
        pairs = dates(reader, "2026-01-01", "2026-12-31")
    found = [each for date, name in pairs for each in replayed(whole, SHIPPED, [date], name)]
    assert [each.changed for each in found] == [False] * 7
