"""Dates are closed by run, watch, replay and retry, also after a kill; and people are told."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.system.conftest import Starter
from tests.system.drops import HEADER, order, orders, rename_into, write
from tests.system.looking import number, rows
from tests.system.processes import Place, ade, entered, eventually, load, write_configs

OPEN = "SELECT count(*) FROM meta_closings WHERE changes > closed"


def asking(place: Place, folder: Path, *rules: dict[str, Any], **settings: Any) -> Place:
    """The shipped orders with other rules over dates."""
    configs = write_configs(folder, "orders")
    config = yaml.safe_load((configs / "orders.yaml").read_text("utf-8")) | settings
    step = next(step["validation"] for step in config["processors"] if "validation" in step)
    step["rules"] = [{"check": "not_null", "column": "order_id"}, *rules]
    (configs / "orders.yaml").write_text(yaml.safe_dump(config, sort_keys=False), "utf-8")
    return Place(configs, place.landing, place.warehouse)


def test_the_shipped_rules_over_dates_hold_on_the_samples(loaded: Place) -> None:
    assert number(loaded.warehouse, "SELECT count(*) FROM meta_date_results WHERE unexpected_count = 1") == 0
    assert number(loaded.warehouse, "SELECT count(*) FROM meta_date_results") == 12
    assert number(loaded.warehouse, "SELECT count(*) FROM meta_profiles") == 4 * 9
    assert number(loaded.warehouse, OPEN) == 0


def test_run_exits_with_1_where_a_date_breaks_a_rule_with_the_action_fail(place: Place, tmp_path: Path) -> None:
    place = asking(place, tmp_path / "strict", {"check": "row_count", "min": 5, "action": "fail"})
    write(place.landing / "orders" / "orders_2026-11-21.csv", orders(range(3)))
    done = load(place, code=1)
    assert 'quality dataset=orders date=2026-11-21 rule=row_count severity=error message="3 rows, and' in done.stdout
    assert "set_aside=0 drifts=0 findings=1" in done.stdout
    assert number(place.warehouse, "SELECT findings FROM meta_runs") == 1
    told = entered(place, "status")
    assert "orders: 2026-11-21 breaks row_count (fail). 3 rows, and must be at least 5." in told.stdout
    write(place.landing / "orders" / "orders_2026-11-21_more.csv", orders(range(3, 6)))
    load(place)
    assert "breaks" not in entered(place, "status").stdout


def test_watch_closes_a_date_when_nothing_more_is_there_and_tells_what_it_finds(
    place: Place, tmp_path: Path, start: Starter
) -> None:
    place = asking(place, tmp_path / "strict", {"check": "row_count", "min": 5, "action": "fail"})
    watch = start(place)
    rename_into(place.landing / "orders" / "orders_2026-11-21.csv", orders(range(3)))
    watch.until_printed("quality dataset=orders date=2026-11-21 rule=row_count severity=error")
    rename_into(place.landing / "orders" / "orders_2026-11-22.csv", orders(range(10, 17)))
    eventually(lambda: number(place.warehouse, OPEN) == 0 and len(_results(place)) == 2, 20, "both dates closed")
    assert _results(place) == [("2026-11-21", 1), ("2026-11-22", 0)]
    assert watch.stop() == 0


def test_what_a_killed_run_did_not_sum_up_is_summed_up_by_the_next(place: Place, start: Starter) -> None:
    watch = start(place)
    rename_into(place.landing / "orders" / "orders_2026-11-21.csv", orders(range(300)))
    watch.until_printed("loaded dataset=orders")
    watch.kill()
    load(place)
    assert number(place.warehouse, OPEN) == 0
    assert number(place.warehouse, "SELECT profile ->> 'rows' FROM meta_profiles WHERE \"column\" = 'amount'") == 300


def test_a_retry_closes_the_dates_that_it_changes(place: Place, tmp_path: Path) -> None:
    strict = asking(place, tmp_path / "strict", {"check": "range", "column": "amount", "min": 0})
    write(place.landing / "orders" / "orders_2026-11-21.csv", HEADER + order(1) + order(2, "-1"))
    load(strict)
    lenient = asking(place, tmp_path / "lenient", {"check": "row_count", "min": 2})
    done = ade(lenient, "rejects", "retry")
    assert done.returncode == 0, done.stderr
    assert rows(place.warehouse, "SELECT observed FROM meta_date_results") == [('{"rows": 2}',)]


def test_a_replay_closes_its_dates_and_tells_what_it_finds(place: Place, tmp_path: Path) -> None:
    write(place.landing / "orders" / "orders_2026-11-21.csv", orders(range(3)))
    load(asking(place, tmp_path / "lenient"))
    strict = asking(place, tmp_path / "strict", {"check": "row_count", "min": 5})
    done = ade(strict, "replay", "--date", "2026-11-21")
    assert done.returncode == 0
    assert "ade-stream: quality dataset=orders date=2026-11-21 rule=row_count" in done.stderr
    assert _results(place) == [("2026-11-21", 1)]


def test_quality_profile_shows_the_columns_of_the_last_date(loaded: Place) -> None:
    told = entered(loaded, "quality", "profile", "orders")
    assert told.returncode == 0, told.stderr
    assert told.stdout.startswith("orders 2026-11-20: 193 accepted rows\n")
    assert "warming_up" in told.stdout
    assert "…" not in told.stdout.replace(" …", "")


def test_quality_profile_as_json_has_every_figure(loaded: Place) -> None:
    told = entered(loaded, "quality", "profile", "orders", "--date", "2026-11-18", "--json")
    profiles = {each["column"]: each for each in json.loads(told.stdout)}
    assert set(profiles["amount"]) == {"dataset", "date", "column", "profile", "psi", "js", "state"}
    assert {*profiles["amount"]["profile"]} >= {"rows", "nulls", "distinct", "exact", "min", "max", "mean", "quantiles"}
    assert profiles["channel"]["profile"]["distinct"] == 4


def test_quality_profile_of_what_is_not_profiled_says_so(loaded: Place) -> None:
    assert "Nothing is profiled here" in entered(loaded, "quality", "profile", "employees").stdout


def test_a_new_reference_is_frozen_by_hand(copied: Place, tmp_path: Path) -> None:
    few = ade(copied, "quality", "profile", "orders", "--new-reference", "2026-11-20")
    assert (few.returncode, "orders has 593 accepted rows up to 2026-11-20" in few.stderr) == (2, True)
    place = asking(copied, tmp_path / "small", profile={"reference_rows": 200, "rows_min": 50})
    made = ade(place, "quality", "profile", "orders", "--new-reference", "2026-11-18")
    assert made.stdout == (
        "orders: version 1 of the reference is frozen, made of the accepted rows of 2026-11-17 to 2026-11-18.\n"
    )
    states = "SELECT DISTINCT date, state FROM meta_profiles WHERE date > '2026-11-18' ORDER BY 1, 2"
    assert rows(place.warehouse, states) == [("2026-11-19", "ok"), ("2026-11-20", "ok")]


@pytest.mark.parametrize("words", [("--new-reference", "2026-11-18"), ("orders", "--date", "soon")])
def test_quality_profile_used_wrongly_exits_with_2(loaded: Place, words: tuple[str, ...]) -> None:
    assert entered(loaded, "quality", "profile", *words).returncode == 2


def _results(place: Place) -> list[tuple[object, ...]]:
    return list(rows(place.warehouse, "SELECT date, unexpected_count FROM meta_date_results ORDER BY 1"))
