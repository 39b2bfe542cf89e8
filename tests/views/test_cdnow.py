"""The view of the example of CDNOW gives the features that are known of each order of the set."""

from __future__ import annotations

import csv
from decimal import Decimal

import pyarrow as pa
import pyarrow.compute as pc
import pytest

from processors.feature_views.evaluating import vectors
from processors.feature_views.inputs import inputs
from stream.config import load_configs
from tests.system.examples import EXAMPLE_CONFIGS
from tests.system.shared import SHARED, needs

TRUTH = SHARED / "cdnow" / "FEATURES.csv"


@pytest.fixture(scope="module")
def orders() -> list[dict[str, str]]:
    """All orders, with what is known of them."""
    with TRUTH.open(encoding="utf-8", newline="") as text:
        return list(csv.DictReader(text))


@needs("cdnow")
def test_each_order_has_the_features_that_are_known_of_it(orders: list[dict[str, str]]) -> None:
    [view] = load_configs(EXAMPLE_CONFIGS)["cdnow"].table.views
    days = pc.strptime(pa.array([row["order_date"] for row in orders]), "%Y-%m-%d", "us")
    staged = pa.record_batch(
        {
            "_id": pa.array(range(len(orders)), pa.int64()),
            "_event_us": days.cast(pa.int64()),
            "customer_id": [row["customer_id"] for row in orders],
            "amount": pa.array([Decimal(row["amount"]) for row in orders], pa.decimal128(10, 2)),
        }
    )
    rows = inputs(view, staged)
    found = vectors(view, rows, rows.select(["customer_id", "_event_us"])).to_pylist()
    assert [known(row) for row in orders] == found


def known(order: dict[str, str]) -> dict[str, object]:
    """The features as the file has them; a sum of no orders is null here and 0 there."""
    told: dict[str, object] = {}
    for span in ("all", "30d", "90d"):
        count = int(order[f"n_prior_{span}"])
        told[f"n_prior_{span}"] = count
        told[f"sum_prior_{span}"] = Decimal(order[f"sum_prior_{span}"]) if count else None
    days = order["days_since_prev"]
    return told | {"days_since_prev": float(days) if days else None}
