"""`verify`: what is recorded is what its records come to, and what was altered by hand is found, in every table."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.system.conftest import Starter
from tests.system.drops import order, orders, rename_into, write
from tests.system.looking import hashes, number
from tests.system.processes import Place, ade, entered, eventually, load, write_configs
from tests.system.tampering import TAMPERED, tamper

#: A record that lost to one of the first day.
LATER_DUPLICATE = """
SELECT min(d._id) FROM meta_duplicates d JOIN dup_orders o ON o._id = d._id JOIN stg_orders s ON s._id = d.first_id
WHERE s._date = '2026-11-17' AND o._date > s._date
"""


def verified(place: Place, *words: str, code: int) -> dict[str, Any]:
    """What `verify --json` prints, which must exit with `code`."""
    done = entered(place, "verify", "--json", *words)
    assert done.returncode == code, done.stdout + done.stderr
    told: dict[str, Any] = json.loads(done.stdout)
    return told


def test_what_was_loaded_is_verified(loaded: Place) -> None:
    done = ade(loaded, "verify")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == (
        "verified: 907 records of 7 dates come to what is recorded, and so do 2 learners and 19 files.\n"
    )


def test_nothing_is_written_to_the_warehouse(copied: Place) -> None:
    before = copied.warehouse.read_bytes()
    assert verified(copied, code=0)["differences"] == []
    assert copied.warehouse.read_bytes() == before
    assert not copied.warehouse.with_name("ade.db.lock").exists()


@pytest.mark.parametrize("what", TAMPERED)
def test_what_was_altered_by_hand_is_found_in_every_table(copied: Place, what: str) -> None:
    table, statement = TAMPERED[what]
    tamper(copied.warehouse, statement)
    found = verified(copied, code=1)["differences"]
    assert table in {each["table"] for each in found}, found


def test_the_first_row_that_differs_is_told_with_its_story(copied: Place) -> None:
    tamper(copied.warehouse, "UPDATE stg_orders SET channel = 'by hand' WHERE _id = (SELECT max(_id) FROM stg_orders)")
    row = number(copied.warehouse, "SELECT max(_id) FROM stg_orders")
    done = entered(copied, "verify", "--date", "2026-11-20", "--dataset", "orders")
    assert done.returncode == 1
    differences, _, story = done.stdout.partition("The story of the first record:\n")
    told = [line.split(maxsplit=1) for line in differences.splitlines()]
    stories = dict(each for each in told if len(each) == 2)
    assert "orders 2026-11-20 stg_orders: a row has another channel" in done.stdout
    assert stories["record"].startswith(f"{row}, orders/orders_2026-11-20.csv:")
    assert stories["channel"].startswith("recorded by hand, recomputed ")
    assert stories["span"].startswith("records 1 to ")
    assert "suite" in stories
    assert story.startswith("  orders/orders_2026-11-20.csv:")
    assert 'channel: "by hand" would be "' in story


def test_only_the_dates_that_are_asked_for_are_recomputed(copied: Place) -> None:
    tamper(copied.warehouse, "UPDATE stg_orders SET channel = 'by hand' WHERE _id = (SELECT max(_id) FROM stg_orders)")
    found = verified(copied, "--from", "2026-11-17", "--to", "2026-11-18", code=0)
    assert (found["dates"], found["differences"]) == (4, [])


def test_rows_elsewhere_that_would_change_sides_are_a_difference(copied: Place) -> None:
    """A record of a later day that lost its key is staged by hand, beside the one that has it."""
    row = number(copied.warehouse, LATER_DUPLICATE)
    tamper(copied.warehouse, f"INSERT INTO stg_orders SELECT * FROM dup_orders WHERE _id = {row}")
    for table in ("dup_orders", "rejects", "meta_duplicates"):
        tamper(copied.warehouse, f"DELETE FROM {table} WHERE _id = {row}")
    tamper(copied.warehouse, 'DELETE FROM "feats_customer_features.changes"')
    [found] = verified(copied, "--date", "2026-11-17", code=1)["differences"]
    assert (
        found["told"] == "1 rows of other dates or datasets, which have keys in common with these, would change sides"
    )


def test_dates_that_another_config_judged_are_no_difference_but_told(copied: Place, tmp_path: Path) -> None:
    place = Place(write_configs(tmp_path / "configs", "employees", "orders"), copied.landing, copied.warehouse)
    path = place.configs / "orders.yaml"
    config = yaml.safe_load(path.read_text("utf-8"))
    step = next(step["validation"] for step in config["processors"] if "validation" in step)
    step["rules"].append({"check": "expression", "name": "none_passes", "sql": "quantity < 0"})
    path.write_text(yaml.safe_dump(config, sort_keys=False), "utf-8")
    found = verified(place, "--dataset", "orders", code=0)
    [told] = found["unverified"]
    assert "orders 2026-11-17 to 2026-11-20 (4 dates): judged by config " in told
    assert "(other steps), so rows and rejects were not compared; `ade-stream plan` says what to do." in told


@pytest.mark.parametrize("what", ["a vector", "a KPI", "a profile", "a reject gone"])
def test_what_follows_from_rows_is_verified_whatever_config_judged_them(
    copied: Place, tmp_path: Path, what: str
) -> None:
    place = Place(write_configs(tmp_path / "configs", "employees", "orders"), copied.landing, copied.warehouse)
    path = place.configs / "orders.yaml"
    path.write_text(path.read_text("utf-8").replace("max: 10000", "max: 9000"), "utf-8")
    table, statement = TAMPERED[what]
    tamper(copied.warehouse, statement)
    found = verified(place, code=1)
    assert table in {each["table"] for each in found["differences"]}, found
    assert any("rows and rejects were not compared" in told for told in found["unverified"])


def test_a_number_that_a_learner_knows_is_held_against_what_it_learned(copied: Place) -> None:
    weight = "'$.pipeline.estimator.weights.quantity'"
    altered = f"json_set(state, {weight}, (state ->> {weight}) * 1.000001)"
    tamper(copied.warehouse, f"UPDATE meta_learners SET state = {altered} WHERE model = 'next_order_amount'")
    [found] = verified(copied, code=1)["differences"]
    assert (found["table"], found["cells"][0]["column"]) == (
        "meta_learners",
        "state.pipeline.estimator.weights.quantity",
    )


def test_dates_that_are_asked_for_tell_nothing_of_learners_and_files(copied: Place) -> None:
    tamper(copied.warehouse, "UPDATE meta_learners SET rows = 0")
    found = verified(copied, "--date", "2026-11-18", code=0)
    assert (found["learners"], found["files"]) == (0, 0)


def without_raw(place: Place) -> Path:
    """Orders without a raw layer, loaded; the file."""
    path = place.configs / "orders.yaml"
    config = yaml.safe_load(path.read_text("utf-8")) | {"raw": False}
    path.write_text(yaml.safe_dump(config, sort_keys=False), "utf-8")
    file = write(
        place.landing / "orders" / "orders_2026-11-21.csv", orders([*range(50), 7]) + "torn,line\n" + order(99)
    )
    os.utime(file, (1_700_000_000, 1_700_000_000))
    load(place)
    return file


def test_without_a_raw_layer_the_landing_files_are_read(place: Place) -> None:
    without_raw(place)
    found = verified(place, code=0)
    assert (found["records"], found["unverified"]) == (53, [])


def test_without_a_raw_layer_what_was_altered_by_hand_is_found(place: Place) -> None:
    without_raw(place)
    tamper(place.warehouse, "UPDATE stg_orders SET channel = 'by hand' WHERE _id = (SELECT max(_id) FROM stg_orders)")
    assert verified(place, code=1)["differences"][0]["cells"][0] == {
        "column": "channel",
        "recorded": "by hand",
        "recomputed": "web",
    }


def test_a_landing_file_with_other_bytes_proves_nothing(place: Place) -> None:
    file = without_raw(place)
    file.write_text(file.read_text("utf-8").replace(",web,", ",app,", 1), "utf-8")
    [told] = verified(place, code=0)["unverified"]
    assert "its bytes in the landing folder are not those that were loaded" in told


def test_a_landing_file_that_has_gone_proves_nothing(place: Place) -> None:
    without_raw(place).unlink()
    [told] = verified(place, code=0)["unverified"]
    assert "it is not in the landing folder any more" in told


def test_verify_works_beside_a_running_watch(place: Place, start: Starter) -> None:
    rename_into(place.landing / "orders" / "orders_2026-11-21.csv", orders(range(300)))
    watch = start(place)
    eventually(lambda: number(place.warehouse, "SELECT count(*) FROM stg_orders") == 300, 20, "orders are loaded")
    done = ade(place, "verify")
    assert (done.returncode, done.stderr) == (0, ""), done.stdout
    rename_into(place.landing / "orders" / "orders_2026-11-22.csv", orders(range(300, 400)))
    eventually(lambda: number(place.warehouse, "SELECT count(*) FROM stg_orders") == 400, 20, "and more of them")
    assert watch.stop() == 0


def test_a_dataset_that_no_config_describes_is_named(copied: Place, tmp_path: Path) -> None:
    place = Place(write_configs(tmp_path / "configs", "employees"), copied.landing, copied.warehouse)
    assert verified(place, code=0)["unverified"] == ["orders: is recorded, but no config describes it."]


def test_a_date_that_is_not_recorded_is_not_said_to_be_verified(loaded: Place) -> None:
    done = entered(loaded, "verify", "--date", "1999-01-01")
    assert (done.returncode, done.stdout) == (0, "Nothing is recorded of what was asked for.\n")


def test_where_there_is_no_warehouse_it_says_so(place: Place) -> None:
    done = entered(place, "verify")
    assert (done.returncode, "there is no warehouse" in done.stderr) == (3, True)


def test_what_replay_brings_in_order_is_verified(copied: Place) -> None:
    before = hashes(copied.warehouse)
    tamper(copied.warehouse, TAMPERED["a staged cell"][1])
    for date in ("2026-11-19", "2026-11-20"):
        assert ade(copied, "replay", "--date", date).returncode == 0
    assert verified(copied, code=0)["differences"] == []
    assert hashes(copied.warehouse) == before
