"""A rule with the action `fail`: what stands before the record is loaded, what stands behind it waits."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from tests.system.drops import HEADER, order, write
from tests.system.looking import files, staged, unsound
from tests.system.processes import Place, ade, load, write_configs

FILE = HEADER + "".join(order(number) for number in range(1, 6)) + order(6, "-1") + order(7)


def strict(place: Place, tmp_path: Path, batch_rows: int) -> Place:
    """The shipped orders, with a rule that sets a file aside."""
    configs = write_configs(tmp_path / "strict", "orders", limits={"batch_rows": batch_rows})
    config = yaml.safe_load((configs / "orders.yaml").read_text("utf-8"))
    step = next(step["validation"] for step in config["processors"] if "validation" in step)
    step["rules"] = [{"check": "range", "column": "amount", "min": 0, "action": "fail"}]
    (configs / "orders.yaml").write_text(yaml.safe_dump(config, sort_keys=False), "utf-8")
    return Place(configs, place.landing, place.warehouse)


@pytest.mark.parametrize("batch_rows", [1, 4, 5, 6, 500])
def test_the_records_before_the_broken_one_are_loaded_whatever_the_batches(
    place: Place, tmp_path: Path, batch_rows: int
) -> None:
    write(place.landing / "orders" / "orders_1.csv", FILE)
    place = strict(place, tmp_path, batch_rows)
    load(place, code=1)
    entry = files(place.warehouse)["orders/orders_1.csv"]
    assert (entry.state, entry.records, staged(place.warehouse)) == ("failed", 5, 5)
    assert "in line 7: amount must be at least 0" in entry.reason
    assert unsound(place.warehouse, ("orders",)) == []


def test_the_file_goes_on_where_it_was_left_when_the_rule_has_gone(place: Place, tmp_path: Path) -> None:
    write(place.landing / "orders" / "orders_1.csv", FILE)
    load(strict(place, tmp_path, 500), code=1)
    ade(place, "run")
    entry = files(place.warehouse)["orders/orders_1.csv"]
    assert (entry.state, entry.records) == ("committed", 7)


def test_other_files_are_loaded_beside_it(place: Place, tmp_path: Path) -> None:
    write(place.landing / "orders" / "orders_1.csv", FILE)
    write(place.landing / "orders" / "orders_2.csv", HEADER + order(20))
    place = strict(place, tmp_path, 500)
    load(place, code=1)
    assert files(place.warehouse)["orders/orders_2.csv"].state == "committed"
