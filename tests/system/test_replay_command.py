"""`replay` as a command: what it passes over it says, and the rest is done."""

from __future__ import annotations

import json

import pytest
import yaml

from tests.sinks import contents
from tests.system.drops import orders, write
from tests.system.looking import hashes
from tests.system.processes import Place, ade, entered, load


def change(place: Place, dataset: str, **settings: object) -> None:
    """Change settings of a dataset's config."""
    path = place.configs / f"{dataset}.yaml"
    path.write_text(yaml.safe_dump(yaml.safe_load(path.read_text("utf-8")) | settings, sort_keys=False), "utf-8")


def two_days_and_a_new_rule(place: Place) -> None:
    """A key is on both days, and the rule that the config has gained refuses a row of the first."""
    write(place.landing / "orders" / "orders_2026-11-20.csv", orders([1, 2, 3]))
    write(place.landing / "orders" / "orders_2026-11-21.csv", orders([1, 4]))
    load(place)
    config = yaml.safe_load((place.configs / "orders.yaml").read_text("utf-8"))
    step = next(step["validation"] for step in config["processors"] if "validation" in step)
    step["rules"].append({"check": "expression", "name": "few", "sql": "quantity > 2"})
    change(place, "orders", processors=config["processors"])


def test_a_dataset_without_a_raw_layer_is_replayed_from_its_landing_files(place: Place) -> None:
    change(place, "employees", raw=False)
    write(place.landing / "orders" / "orders_2026-11-21.csv", orders([1, 2]))
    header = "employee_id,name,department,title,age,years_at_company,education,salary\n"
    write(place.landing / "employees" / "dt=2026-11-21" / "employees.csv", header + "E1,A,Sales,T,30,1,,9\n")
    load(place)
    done = ade(place, "replay", "--date", "2026-11-21")
    assert (done.returncode, done.stderr) == (0, "")
    assert "employees" in done.stdout
    assert "orders" in done.stdout
    assert "nothing changed" in done.stdout


def test_a_dataset_that_the_configs_describe_no_more_is_passed_over_and_named(place: Place) -> None:
    write(place.landing / "orders" / "orders_2026-11-21.csv", orders([1]))
    load(place)
    (place.configs / "orders.yaml").unlink()
    (place.configs / "sql" / "customer_features.yaml").unlink()
    done = ade(place, "replay", "--date", "2026-11-21")
    assert (done.returncode, done.stdout) == (0, "")
    assert f"orders is recorded, but {place.configs} does not describe it" in done.stderr


@pytest.mark.parametrize("words", [(), ("--diff",)], ids=["replay", "diff"])
def test_without_a_raw_layer_a_file_that_is_gone_is_refused_by_name(place: Place, words: tuple[str, ...]) -> None:
    change(place, "orders", raw=False)
    path = write(place.landing / "orders" / "orders_2026-11-21.csv", orders([1]))
    load(place)
    assert ade(place, "replay", "--date", "2026-11-21", *words).returncode == 0
    path.unlink()
    done = ade(place, "replay", "--date", "2026-11-21", *words)
    assert done.returncode != 0
    assert "orders/orders_2026-11-21.csv: no raw events are kept of it, and it is not in the landing" in done.stderr
    assert "Nothing was replaced" in done.stderr


def test_a_rule_that_changed_moves_rows_and_says_so(place: Place) -> None:
    write(place.landing / "orders" / "orders_2026-11-21.csv", orders([1, 2, 3]))
    load(place)
    config = yaml.safe_load((place.configs / "orders.yaml").read_text("utf-8"))
    step = next(step["validation"] for step in config["processors"] if "validation" in step)
    step["rules"].append({"check": "expression", "name": "none_passes", "sql": "quantity < 0"})
    change(place, "orders", processors=config["processors"])
    done = ade(place, "replay", "--date", "2026-11-21", "--json")
    assert '"accepted": 0' in done.stdout
    assert '"changed": true' in done.stdout
    entered_as = "SELECT r.changed, s.config_id = r.config_id FROM meta_replays r, meta_spans s"
    assert contents.rows(place.warehouse, entered_as) == [(3, 1)]


def test_a_replay_of_all_samples_leaves_every_table_byte_for_byte_as_it_was_and_says_so(copied: Place) -> None:
    assert ade(copied, "replay", "--from", "2000-01-01", "--to", "2099-12-31").returncode == 0
    before = contents.everything(copied.warehouse)
    done = ade(copied, "replay", "--from", "2000-01-01", "--to", "2099-12-31")
    assert (done.returncode, done.stderr) == (0, "")
    assert "nothing changed" in done.stdout
    assert contents.everything(copied.warehouse) == before
    assert not before["meta_replays"]


def test_a_diff_is_told_to_people_and_to_programs_and_keeps_nothing(place: Place) -> None:
    two_days_and_a_new_rule(place)
    before = hashes(place.warehouse)
    told = json.loads(entered(place, "replay", "--date", "2026-11-20", "--diff", "--json").stdout)
    [day, later] = told
    assert [(each["rule"], each["newly"], each["no_longer"]) for each in day["rules"]] == [("few", 1, 0)]
    assert day["rules"][0]["newly_examples"][0]["line"] == 2
    assert (day["is_replayed"], day["accepted_before"], day["accepted"], day["gone"]) == (True, 3, 2, 1)
    assert (later["date"], later["is_replayed"], later["added"]) == ("2026-11-21", False, 1)
    shown = entered(place, "replay", "--date", "2026-11-20", "--diff").stdout
    assert "few: refuses 1 more, 0 no longer (0 to 1)" in shown
    assert "orders 2026-11-21, by what is replayed" in shown
    assert hashes(place.warehouse) == before


def test_a_replay_tells_what_it_did_beyond_its_date(place: Place) -> None:
    two_days_and_a_new_rule(place)
    done = entered(place, "replay", "--date", "2026-11-20")
    assert "orders 2026-11-20, beyond itself" in done.stdout
    assert "rows        1 of orders change sides, of 2026-11-21" in done.stdout
