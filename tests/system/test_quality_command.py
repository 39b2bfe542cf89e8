"""`quality results` and `quality score`, as a person and a program use them."""

from __future__ import annotations

import json
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.samples import EMPLOYEES_DIRT, ORDERS_CLEAN, ORDERS_DIRT
from tests.system.looking import number, rows
from tests.system.processes import Place, ade, entered, write_configs
from tests.system.shared import SHARED, described, needs

#: Checks of rules whose results are those of whole dates.
OVER_DATES = {"row_count", "freshness", "volume"}


def told(place: Place, *words: str) -> list[dict[str, Any]]:
    """What `ade-stream quality WORDS… --json` says of each dataset."""
    done = entered(place, "quality", *words, "--json")
    assert (done.returncode, done.stderr) == (0, ""), done.stderr
    found: list[dict[str, Any]] = json.loads(done.stdout)
    return found


def by_rule(place: Place, *words: str) -> dict[str, dict[str, Any]]:
    """The results of the only dataset, by rule."""
    [found] = told(place, "results", *words)
    return {each["rule"]: each for each in found["rules"]}


def test_the_results_of_a_date_are_those_of_the_dirt_in_its_file(loaded: Place) -> None:
    for date, dirt in ORDERS_DIRT.items():
        found = by_rule(loaded, "orders", "--date", date)
        split = ORDERS_CLEAN[date] + sum(dirt.values()) - dirt["shape.too_few_fields"] - dirt["shape.too_many_fields"]
        assert {name: found[name]["unexpected_count"] for name in ("amount_not_null", "customer_id_not_null")} == {
            "amount_not_null": dirt["null.amount"],
            "customer_id_not_null": dirt["null.customer_id"],
        }
        assert found["type.order_ts"]["unexpected_count"] == dirt["type.order_ts"]
        assert found["channel_one_of"]["unexpected_count"] == dirt["value.unknown_channel"]
        assert found["amount_not_null"]["element_count"] == split
        assert found["field_count"]["element_count"] == ORDERS_CLEAN[date] + sum(dirt.values())


def test_percentages_are_of_the_elements_and_of_those_that_have_an_answer(loaded: Place) -> None:
    found = by_rule(loaded, "employees")["salary_not_null"]
    nulls = sum(dirt["null.salary"] for dirt in EMPLOYEES_DIRT.values())
    assert found["unexpected_percent"] == pytest.approx(100 * nulls / found["element_count"])
    assert found["missing_percent"] == 0


def test_an_example_leads_to_the_line_of_the_file(loaded: Place) -> None:
    for example in by_rule(loaded, "orders")["channel_one_of"]["examples"]:
        line = (loaded.landing / example["path"]).read_text("utf-8").splitlines()[example["line"] - 1]
        assert example["value"] in line


def test_a_rule_that_only_warns_has_examples_too(loaded: Place) -> None:
    found = by_rule(loaded, "orders")["customer_id_not_null"]
    assert (found["action"], len(found["examples"])) == ("warn", 5)
    ids = [each["row_id"] for each in found["examples"]]
    flagged = "SELECT _id FROM {} WHERE instr(_flags, 'customer_id_not_null')"
    marked = [
        int(str(row))
        for (row,) in rows(
            loaded.warehouse,
            f"{flagged.format('stg_orders')} UNION ALL {flagged.format('dup_orders')} UNION ALL SELECT _id "
            "FROM rejects WHERE instr(reasons, 'customer_id_not_null') ORDER BY 1 LIMIT 5",
        )
    ]
    assert ids == marked


def test_a_duplicate_is_an_example_with_its_key(loaded: Place) -> None:
    [first, *_] = by_rule(loaded, "orders", "--date", "2026-11-18")["duplicate_key"]["examples"]
    sql = "SELECT reasons -> 0 ->> 'value' FROM rejects WHERE _id = ?"
    assert [(first["value"],)] == rows(loaded.warehouse, sql, first["row_id"])


def test_a_rule_over_dates_tells_of_each_what_was_observed(loaded: Place) -> None:
    found = by_rule(loaded, "orders")
    assert found["row_count"]["verdicts"] == [
        {"date": date, "path": None, "broken": False, "observed": {"rows": rows}, "message": f"{rows} rows"}
        for date, rows in zip(ORDERS_CLEAN, (109, 134, 157, 193), strict=True)
    ]
    [alone] = by_rule(loaded, "orders", "--date", "2026-11-18")["volume"]["verdicts"]
    assert (alone["broken"], alone["observed"]) == (None, {"rows": 134, "dates": 1})
    assert alone["message"].startswith("not assessed: it takes 3 dates before it")
    assert "verdicts" not in found["channel_one_of"]


def test_the_results_of_a_file_a_span_and_a_run_can_be_had(loaded: Place) -> None:
    file = loaded.landing / "orders" / "orders_2026-11-17.csv"
    span = number(loaded.warehouse, "SELECT min(span_id) FROM meta_spans JOIN meta_files ON file_id = span_id >> 32 "
                  "WHERE path = 'orders/orders_2026-11-17.csv'")  # fmt: skip
    of_date = by_rule(loaded, "orders", "--date", "2026-11-17")
    of_records = {rule: each for rule, each in of_date.items() if each["check"] not in OVER_DATES}
    assert by_rule(loaded, "--file", str(file)) == by_rule(loaded, "--span", str(span)) == of_records
    of_run = {each["rule"]: each for each in told(loaded, "results", "--run", "1")[1]["rules"]}
    whole = by_rule(loaded, "orders")
    assert of_run == {rule: each for rule, each in whole.items() if each["check"] not in OVER_DATES}


def test_where_there_are_no_results_the_command_says_what_to_do(loaded: Place) -> None:
    done = entered(loaded, "quality", "results", "orders", "--date", "2001-01-01")
    assert done.returncode == 2
    assert "ade-stream status" in done.stderr


def test_the_table_is_readable_in_80_columns(loaded: Place) -> None:
    for words in (("results",), ("score",)):
        done = entered(loaded, "quality", *words)
        assert max(map(len, done.stdout.splitlines())) <= 80
        assert "customer_id_not_null" in done.stdout


def test_the_score_and_its_costs_add_up_to_a_hundred(loaded: Place) -> None:
    for each in told(loaded, "score"):
        assert each["score"] + sum(cost["points"] for cost in each["costs"]) == pytest.approx(100)
        assert (each["dimensions"]["timeliness"]["score"] is None) == (each["dataset"] == "employees")


def test_the_score_of_a_dataset_tells_those_of_its_dates(loaded: Place) -> None:
    [whole] = told(loaded, "score", "orders")
    alone = [told(loaded, "score", "orders", "--date", each["date"])[0] for each in whole["dates"]]
    assert [each["date"] for each in whole["dates"]] == list(ORDERS_DIRT)
    assert [each["score"] for each in whole["dates"]] == [each["score"] for each in alone]


def test_weights_of_the_config_weigh(copied: Place, tmp_path: Path) -> None:
    configs = write_configs(tmp_path / "configs", "orders")
    config = yaml.safe_load((configs / "orders.yaml").read_text("utf-8"))
    config["score"] = {"weights": dict.fromkeys(("completeness", "validity", "timeliness"), 0)}
    (configs / "orders.yaml").write_text(yaml.safe_dump(config), "utf-8")
    [found] = told(Place(configs, copied.landing, copied.warehouse), "score", "orders")
    assert found["score"] == pytest.approx(found["dimensions"]["uniqueness"]["score"])


def test_a_dataset_that_no_config_describes_any_more_cannot_be_scored(copied: Place, tmp_path: Path) -> None:
    other = Place(write_configs(tmp_path / "configs", "employees"), copied.landing, copied.warehouse)
    done = entered(other, "quality", "score", "orders")
    assert (done.returncode, "no config describes it any more" in done.stderr) == (2, True)


def test_the_view_can_be_asked_by_any_tool(copied: Place) -> None:
    with closing(sqlite3.connect(copied.warehouse)) as connection:
        [(elements, unexpected)] = connection.execute(
            "SELECT sum(element_count), sum(unexpected_count) FROM meta_rule_results "
            "WHERE dataset = 'orders' AND rule = 'amount_not_null'"
        )
    assert unexpected == sum(dirt["null.amount"] for dirt in ORDERS_DIRT.values())
    assert elements == by_rule(copied, "orders")["amount_not_null"]["element_count"]


@pytest.mark.slow
@needs("retail")
def test_the_results_of_the_retail_set_are_its_true_counts(tmp_path: Path) -> None:
    folder, truth = tmp_path / "landing" / "retail", described("retail", "TRUTH.json")
    shutil.copytree(SHARED / "retail", folder, ignore=shutil.ignore_patterns("*.json", "*.md"))
    place = Place(write_configs(tmp_path / "configs", "retail"), folder.parent, tmp_path / "ade.db")
    assert ade(place, "run", seconds=200).returncode == 0
    found = by_rule(place, "retail")
    counts = {"customer_missing": "customer_missing", "is_return": "quantity_negative"}
    counts |= {"price_not_negative": "price_negative"}
    assert {rule: found[rule]["unexpected_count"] for rule in counts} == {
        rule: truth["total"][name] for rule, name in counts.items()
    }
    assert {each["element_count"] for each in found.values()} == {truth["total"]["records"]}
    of_files = """SELECT replace(path, 'retail/', ''), unexpected_count FROM meta_rule_results
    WHERE rule = 'customer_missing' ORDER BY 1"""
    assert rows(place.warehouse, of_files) == [
        (name, each["customer_missing"]) for name, each in sorted(truth["files"].items())
    ]
