"""The log of `run` and `watch`: for people, for programs, and without anything that stood in rows."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.system.drops import HEADER, order, orders, write
from tests.system.processes import Outcome, Place, ade, write_configs

#: In every column of every file below. What a file lacks its header for stands in the place of a name, too.
TEXT, NUMBER, DAY = "s3cr3t", "90210.75", "1815-12-10T08:30:00"
SECRETS = (TEXT, "90210", "1815")
COLUMNS = ("name", "amount", "born")
ROW = f"{TEXT}-{{}},{NUMBER},{DAY}\n"
ROWS = "".join(map(ROW.format, range(20)))
FILES: dict[str, str | bytes] = {
    "good": "name,amount,born\n" + ROWS,
    "again": "name,amount,born\n" + ROWS,
    "uncast": f"name,amount,born\n{TEXT}-x,{NUMBER}{TEXT},{DAY}{TEXT}\n",
    "ragged": f"name,amount,born\n{TEXT},{NUMBER},{DAY},{TEXT}\n{TEXT}\n",
    "torn": f'name,amount,born\n"{TEXT},{NUMBER},{DAY}\n',
    "headless": ROWS,
    "surplus": f"name,amount,born,{TEXT}\n{TEXT}-y,{NUMBER},{DAY},{TEXT}\n",
    "twice": f"name,name,amount,born\n{TEXT}-z,{TEXT},{NUMBER},{DAY}\n",
    "collision": f"name,Name,NAME,{TEXT},{TEXT}\n{TEXT},{TEXT},{TEXT},{TEXT},{TEXT}\n",
    "wrong_delimiter": f"name;amount;{TEXT}\n{TEXT};{NUMBER};{DAY}\n",
    "latin": f"name,amount,born\n{TEXT}-".encode() + b"\xff\xfe," + f"{NUMBER},{DAY}\n".encode(),
    "latin_header": f"{TEXT},".encode() + b"\xff\xfe," + f"{NUMBER},{DAY}\n".encode(),
    "half": f"name,amount\n{TEXT},{NUMBER}\n",
}
RULES: list[dict[str, Any]] = [
    {"check": "distribution", "column": "amount", "mean": {"max": 1}},
    {"check": "freshness", "column": "born", "max_age": "1 day"},
]


def people(folder: Path, *rules: dict[str, Any], **settings: Any) -> Place:
    """A dataset whose every file is a failure of its own."""
    columns = {"name": {"type": "string"}, "amount": {"type": "number"}, "born": {"type": "timestamp"}}
    config = {
        "dataset": "people",
        "files": {"folder": "people", "settle_seconds": 0.1},
        "columns": columns,
        "key": ["name"],
        "event_time": "born",
        "profile": {},
        "processors": [
            {"schema": settings.pop("schema", {})},
            {"quality": {"duplicates": ["key"]}},
            {"validation": {"rules": [{"check": "not_null", "column": "name"}, *rules]}},
        ],
        **settings,
    }
    write(folder / "configs" / "people.yaml", yaml.safe_dump(config, sort_keys=False))
    for name, content in FILES.items():
        write(folder / "landing" / "people" / f"{name}_2026-11-21.csv", content)
    return Place(folder / "configs", folder / "landing", folder / "warehouse" / "ade.db")


FAILURES: dict[str, dict[str, Any]] = {
    "a row at a time": {},
    "a file at a time": {"rules": [{"check": "range", "column": "amount", "max": 1, "action": "fail"}]},
    "frozen columns": {"schema": {"new_columns": "freeze", "missing_columns": "freeze"}},
    "frozen types": {"schema": {"misfits": "freeze"}},
    "rescued types": {"schema": {"misfits": "evolve", "new_columns": "evolve", "missing_columns": "rescue"}},
    "a budget that holds": {"budget": {"max_reject_percent": 0, "min_records": 1, "window": 10}},
    "a budget that stops": {
        "budget": {"max_reject_percent": 0, "min_records": 1, "window": 10, "on_failure": "fail"},
        "rules": [{"check": "range", "column": "amount", "max": 1}],
    },
}


def told(place: Place, *words: str) -> str:
    """All that a run writes."""
    done = ade(place, "run", *words)
    assert done.returncode in {0, 1}, done.stderr
    return done.stdout + done.stderr


@pytest.mark.parametrize("form", ["text", "json"])
@pytest.mark.parametrize("name", FAILURES)
def test_no_line_tells_what_stood_in_a_row(tmp_path: Path, name: str, form: str) -> None:
    failure = dict(FAILURES[name])
    place = people(tmp_path, *RULES, *failure.pop("rules", []), **failure)
    lines = told(place, f"--log-format={form}")
    assert [line for line in lines.splitlines() if any(secret in line for secret in SECRETS)] == []
    assert "people/" in lines


def test_with_log_values_lines_tell_what_stood_in_rows(tmp_path: Path) -> None:
    lines = told(people(tmp_path, *RULES), "--log-values")
    assert f"it has '{TEXT}-0'" in lines
    assert "the newest born, 1815-12-10" in lines


def entries(outcome: Outcome) -> list[dict[str, Any]]:
    """All lines on both streams, each of which must be an object."""
    return [json.loads(line) for line in (outcome.stdout + outcome.stderr).splitlines()]


def test_every_line_for_programs_is_an_object_that_says_when_what_and_how_grave(place: Place) -> None:
    write(place.landing / "orders" / "orders_2026-11-21.csv", orders([1, 2, 3, 3]))
    write(place.landing / "orders" / "orders_2026-11-22.csv", "a,b\n1,2\n")
    written = entries(ade(place, "run", "--log-format", "json"))
    assert all({"ts", "level", "event"} <= set(entry) for entry in written)
    loaded = next(entry for entry in written if entry["event"] == "loaded")
    assert (loaded["dataset"], loaded["file"], loaded["rejected"]) == ("orders", "orders/orders_2026-11-21.csv", 1)
    assert (loaded["span"] & 0xFFFFFFFF, loaded["run_id"], loaded["level"]) == (1, 1, "info")
    held = next(entry for entry in written if entry["event"] == "held")
    assert (held["level"], held["file"]) == ("warning", "orders/orders_2026-11-22.csv")


def test_the_error_that_ends_a_run_is_an_object_too(place: Place) -> None:
    write(place.warehouse, "this is no database, and never was one")
    done = ade(place, "run", "--log-format=json")
    assert done.returncode == 3
    assert [(entry["event"], entry["level"]) for entry in entries(done)] == [("ended", "error")]


def test_a_budget_that_stops_everything_brings_its_report_in_one_line(place: Place, tmp_path: Path) -> None:
    configs = write_configs(tmp_path / "strict", "orders")
    config = yaml.safe_load((configs / "orders.yaml").read_text("utf-8"))
    config["budget"] = {"max_reject_percent": 0, "min_records": 1, "on_failure": "fail"}
    write(configs / "orders.yaml", yaml.safe_dump(config, sort_keys=False))
    write(place.landing / "orders" / "orders_1.csv", HEADER + order(1, "-1.00") + order(2))
    done = ade(Place(configs, place.landing, place.warehouse), "run", "--log-format=json")
    assert done.returncode == 1
    report = next(entry["report"] for entry in entries(done) if entry["event"] == "report")
    assert report["validation_passed"] is False
    assert report["rules"][0]["examples"] == [{"path": "orders/orders_1.csv", "line": 2}]
