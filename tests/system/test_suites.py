"""Whole runs with rules in a suite: the same rows and rejects as with rules in the config, and all commands work."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
import yaml

from tests.system.drops import HEADER, order, orders, settled_samples, write
from tests.system.looking import hashes, number, rows, staged
from tests.system.processes import SHIPPED_CONFIGS, Place, ade, entered, load, write_configs

BROKEN = "SELECT json_extract(r.value, '$.rule'), count(*) FROM rejects, json_each(reasons) AS r GROUP BY 1 ORDER BY 1"


@pytest.fixture
def suited(tmp_path: Path) -> Place:
    """The shipped configs as they are, with the suite of the orders."""
    place = Place(tmp_path / "suited", tmp_path / "landing", tmp_path / "suited.db")
    place.landing.mkdir()
    shutil.copytree(SHIPPED_CONFIGS, place.configs)
    return place


def test_the_sample_orders_are_judged_by_the_suite_as_by_rules_in_the_config(suited: Place) -> None:
    settled_samples(suited.landing)
    load(suited)
    balance = "SELECT sum(records), sum(accepted), sum(rejected) FROM meta_files WHERE dataset = 'orders'"
    assert rows(suited.warehouse, balance) == [(682, 593, 89)]
    configs = write_configs(suited.configs.with_name("plain"), "employees", "orders")
    plain = Place(configs, suited.landing, suited.warehouse.with_name("plain.db"))
    load(plain)
    assert hashes(plain.warehouse) == hashes(suited.warehouse)
    assert rows(plain.warehouse, BROKEN) == rows(suited.warehouse, BROKEN)


def test_a_rule_that_changed_in_the_suite_moves_rows_in_a_replay(suited: Place) -> None:
    write(suited.landing / "orders" / "orders_2026-11-21.csv", orders([1, 2, 3]) + order(4, "20.00"))
    load(suited)
    suite = suited.configs / "expectations" / "orders.yaml"
    suite.write_text(suite.read_text("utf-8").replace("max: 10000", "max: 15"), "utf-8")
    done = ade(suited, "replay", "--date", "2026-11-21", "--json")
    assert (done.returncode, staged(suited.warehouse)) == (0, 3), done.stderr
    assert rows(suited.warehouse, BROKEN) == [("amount_plausible", 1)]


def test_a_column_is_accepted_into_a_config_with_a_suite(suited: Place) -> None:
    write(suited.landing / "orders" / "orders_2026-11-21.csv", f"coupon,{HEADER}SPRING,{order(1)},{order(2, '-1.00')}")
    load(suited)
    done = ade(suited, "schema", "accept", "orders", "coupon")
    assert done.returncode == 0, done.stderr
    assert number(suited.warehouse, "SELECT count(*) FROM stg_orders WHERE coupon = 'SPRING'") == 1
    assert rows(suited.warehouse, BROKEN) == [("amount_not_negative", 1)]
    assert "suite: expectations/orders.yaml" in (suited.configs / "orders.yaml").read_text("utf-8")


def test_a_contract_that_is_exported_has_the_rules_of_the_suite(suited: Place) -> None:
    exported = suited.configs / "orders.odcs.yaml"
    assert entered(suited, "schema", "export", "orders", f"--output={exported}").returncode == 0
    properties = {each["name"]: each for each in yaml.safe_load(exported.read_text("utf-8"))["schema"][0]["properties"]}
    assert properties["order_id"]["logicalTypeOptions"] == {"pattern": "^(?:O-[0-9]{6})$"}
    assert [each["value"] for each in properties["channel"]["enum"]] == ["web", "store", "app", "phone"]


def test_a_mistake_in_a_suite_stops_everything_before_it_starts(suited: Place) -> None:
    suite = suited.configs / "expectations" / "orders.yaml"
    suite.write_text(suite.read_text("utf-8").replace("min: 1, max", "minimum: 1, max"), "utf-8")
    done = ade(suited, "run")
    line = suite.read_text("utf-8").split("minimum")[0].count("\n") + 1
    known = "name, severity, weight, action, impute, when, check, column, min, max, exclusive"
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == f"ade-stream: {suite}:{line}: unknown key 'rules.7.minimum'. Known keys: {known}.\n"


def test_rows_are_judged_by_the_values_of_a_list(suited: Place) -> None:
    suite = suited.configs / "expectations" / "orders.yaml"
    listed = "  - {check: referential, column: country, list: lists/countries.csv, field: code}\n"
    suite.write_text(suite.read_text("utf-8") + listed, "utf-8")
    write(suited.configs / "lists" / "countries.csv", "name,code\nNorway,NO\nSweden,SE\n")
    path = write(suited.landing / "orders" / "orders_2026-11-21.csv", orders([1]) + order(2).replace(",NO,", ",XX,"))
    load(suited)
    assert staged(suited.warehouse) == 1
    checked = entered(suited, "check", str(path))
    assert '"country has 1 not in lists/countries.csv"' in checked.stdout


def test_a_rule_asks_only_the_rows_for_which_its_condition_is_true(suited: Place) -> None:
    suite = suited.configs / "expectations" / "orders.yaml"
    rule = "  - {check: range, column: amount, max: 15, name: cheap_in_norway, when: \"country = 'NO'\"}\n"
    suite.write_text(suite.read_text("utf-8") + rule, "utf-8")
    lines = orders([1]) + order(2, "20.00") + order(3, "20.00").replace(",NO,", ",SE,") + order(4).replace(",NO,", ",,")
    write(suited.landing / "orders" / "orders_2026-11-21.csv", lines)
    load(suited)
    assert rows(suited.warehouse, BROKEN) == [("cheap_in_norway", 1)]
    skipped = "SELECT count FROM meta_counts WHERE name = 'skipped.cheap_in_norway'"
    assert rows(suited.warehouse, skipped) == [(2,)]
