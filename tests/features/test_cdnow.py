"""The orders of CDNOW, loaded from their daily drops: what is kept of each order, and what is joined to it, is what is
known of the set."""

from __future__ import annotations

import csv
import shutil
from collections import Counter
from collections.abc import Mapping
from pathlib import Path

import pytest

from sinks.database.connection import Scalar
from tests.system.examples import EXAMPLE_CONFIGS, EXAMPLES
from tests.system.looking import rows
from tests.system.processes import Place, entered, load
from tests.system.shared import SHARED, needs

pytestmark = needs("cdnow")
TRUTH = SHARED / "cdnow" / "FEATURES.csv"
COUNTS = ("n_prior_all", "n_prior_30d", "n_prior_90d")
SUMS = ("sum_prior_all", "sum_prior_30d", "sum_prior_90d")
FEATURES = (*COUNTS, *SUMS, "days_since_prev")


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Place:
    """All drops, loaded by one `run`. Only to be looked at."""
    folder = tmp_path_factory.mktemp("cdnow")
    shutil.copytree(EXAMPLES["cdnow"].source, folder / "landing" / "cdnow")
    place = Place(EXAMPLE_CONFIGS, folder / "landing", folder / "ade.db")
    load(place)
    return place


def records(path: Path) -> list[dict[str, str]]:
    """The rows of a CSV."""
    with path.open(encoding="utf-8", newline="") as text:
        return list(csv.DictReader(text))


def known(order: Mapping[str, str]) -> tuple[str | None, ...]:
    """The features as text; a sum of no orders, which is 0.00 in the set, is null."""
    counts = {count: int(order[count]) for count in COUNTS}
    sums = [order[sum_] if counts[count] else None for count, sum_ in zip(COUNTS, SUMS, strict=True)]
    days = f"{order['days_since_prev']}.0" if order["days_since_prev"] else None
    return (*map(str, counts.values()), *sums, days)


def told(value: Scalar) -> str | None:
    """A stored value as text."""
    return None if value is None else str(value)


def test_the_vector_that_is_kept_of_each_order_is_the_one_that_is_known(shop: Place) -> None:
    columns = ", ".join(f"CAST(f.{name} AS TEXT)" for name in FEATURES)
    stored = rows(
        shop.warehouse,
        f"""SELECT s.customer_id, s.order_date, CAST(s.cds AS TEXT), s.amount, {columns} FROM stg_cdnow s
        JOIN feats_customer_history f ON (f.customer_id, f._event_us, f._id) = (s.customer_id, s._event_us, s._id)""",
    )
    truth = [(*map(row.get, ("customer_id", "order_date", "cds", "amount")), *known(row)) for row in records(TRUTH)]
    assert Counter(tuple(map(told, row)) for row in stored) == Counter(truth)


def test_what_is_joined_to_each_order_is_what_is_known_of_it(shop: Place) -> None:
    out = shop.warehouse.with_name("joined.csv")
    words = ("--time", "order_date", "--prefix", "our_", "--output", str(out))
    done = entered(shop, "features", "join", "customer_history", str(TRUTH), *words)
    assert (done.returncode, done.stderr) == (0, "")
    joined = records(out)
    assert [list(row.values())[: len(FEATURES) + 4] for row in joined] == [list(row.values()) for row in records(TRUTH)]
    assert [tuple(row[f"our_{name}"] or None for name in FEATURES) for row in joined] == [known(row) for row in joined]
