"""Keys as people write them: which record is the first is decided by text, and in good time."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from tests.system.drops import HEADER, orders, write
from tests.system.looking import rows, staged
from tests.system.processes import Place, ade, load, shipped_config


@pytest.fixture
def free_ids(place: Place) -> Place:
    """The orders, whose ids may be anything."""
    config = shipped_config("orders")
    rules = config["processors"][2]["validation"]["rules"]
    config["processors"][2]["validation"]["rules"] = [rule for rule in rules if rule["check"] != "matches"]
    (place.configs / "orders.yaml").write_text(yaml.safe_dump(config, sort_keys=False), "utf-8")
    return place


KEYS = ["7", "007", "7", "7.0", "1e2", "1e2", "100", "0x10", "16", "16", "A", "a", "A", "O'7", "O'7", "O7", "é", "é"]


def test_keys_that_differ_as_text_are_different_keys(free_ids: Place) -> None:
    lines = (f"{key},C-1,2026-11-21 10:00:00,1,NO,web,1.00\n" for key in KEYS)
    write(free_ids.landing / "orders" / "orders_1.csv", HEADER + "".join(lines))
    load(free_ids)
    found = [row[0] for row in rows(free_ids.warehouse, "SELECT order_id FROM stg_orders ORDER BY _id")]
    assert found == list(dict.fromkeys(KEYS))


def test_replaying_thousands_of_unique_keys_is_a_matter_of_seconds(place: Place, tmp_path: Path) -> None:
    write(place.landing / "orders" / "orders_2026-11-21.csv", orders(range(1, 8_001)))
    load(place)
    replayed = ade(place, "replay", "--date", "2026-11-21", seconds=15)
    assert replayed.returncode == 0, replayed.stderr
    assert staged(place.warehouse) == 8_000


def test_a_file_that_lands_three_times_is_refused_twice_in_good_time(place: Place) -> None:
    for count in range(3):
        write(place.landing / "orders" / f"orders_{count}.csv", orders(range(1, 8_001)))
    done = ade(place, "run", seconds=15)
    assert done.returncode == 0, done.stderr
    assert staged(place.warehouse) == 8_000
