"""`check FILE`: the report is the machine's own verdict, in short sentences and in detail, and nothing is loaded."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml

from processors.reasons import MISSING, NEW, TYPE
from stream.config.compiling.draft import READER_RULES
from stream.report import _MALFORMED
from tests.system.drops import HEADER, order, orders, write
from tests.system.processes import Place, entered, load, write_configs

NAME = "orders/orders_2026-11-21.csv"


def checked(place: Place, *words: object, code: int) -> dict[str, Any]:
    """The report on files; the exit code must be `code`."""
    done = entered(place, "check", *map(str, words))
    assert (done.returncode, done.stderr) == (code, ""), done.stdout + done.stderr
    report: dict[str, Any] = json.loads(done.stdout)
    assert report["validation_passed"] is (code == 0)
    return report


def test_a_report_has_a_sentence_for_each_thing_that_is_wrong(place: Place) -> None:
    lines = orders([1, 2]) + order(2) + order(3, "-1.00") + order(4).replace("2026-11-21 10", "2026-02-31 10")
    path = write(place.landing / NAME, lines)
    assert checked(place, path, code=1)["errors"] == [
        "order_id has 1 duplicate(s)",
        "amount has 1 < 0",
        "order_ts has 1 invalid timestamp(s)",
    ]


def test_the_detail_says_where_and_how_often(place: Place) -> None:
    path = write(place.landing / NAME, orders([1]) + "".join(order(number, "-1.00") for number in range(2, 10)))
    report = checked(place, path, code=1)
    balance = {"state": "committed", "records": 9, "accepted": 1, "rejected": 8}
    assert report["files"] == [{"path": NAME, "dataset": "orders", "reason": "All 9 records are read."} | balance]
    [rule] = report["rules"]
    assert (rule["rule"], rule["column"], rule["count"], len(rule["examples"])) == (
        "amount_not_negative",
        "amount",
        8,
        5,
    )
    message = "amount must be at least 0"
    assert rule["examples"][0] == {"path": NAME, "line": 3, "value": "-1.00", "message": message}


RULES = [
    ({"check": "not_null", "column": "text"}, ["", "x"], "text has 1 null(s)"),
    ({"check": "one_of", "column": "text", "values": ["a", "b"]}, ["c", "a", "A"], "text has 2 not in [a, b]"),
    ({"check": "matches", "column": "text", "pattern": "[0-9]+"}, ["12", "x"], "text has 1 not matching [0-9]+"),
    ({"check": "type", "column": "text", "type": "timestamp"}, ["soon"], "text has 1 invalid timestamp(s)"),
    ({"check": "type", "column": "text", "type": "decimal(4,2)"}, ["1.234", "1.23"], "text has 1 invalid number(s)"),
    ({"check": "type", "column": "text", "type": "boolean"}, ["maybe", "yes"], "text has 1 invalid boolean(s)"),
    ({"check": "length", "column": "text", "min": 2}, ["a", "ab"], "text has 1 of less than 2 characters"),
    ({"check": "length", "column": "text", "max": 2}, ["abc", "éé"], "text has 1 of more than 2 characters"),
    ({"check": "length", "column": "text", "min": 2, "max": 3}, ["a", "abcd"], "text has 2 not of 2 to 3 characters"),
    ({"check": "length", "column": "text", "min": 2, "max": 2}, ["a", "ab"], "text has 1 not of 2 characters"),
    ({"check": "unique", "columns": ["text"]}, ["a", "a", "a"], "text has 2 duplicate(s)"),
    ({"check": "expression", "name": "short", "sql": "LENGTH(text) < 3"}, ["long"], "short fails for 1 record(s)"),
    ({"check": "range", "column": "whole", "min": 0, "max": 9}, ["-1", "10", "11"], "whole has 1 < 0, whole has 2 > 9"),
    ({"check": "range", "column": "whole", "min": 0, "exclusive": True}, ["0"], "whole has 1 <= 0"),
    ({"check": "range", "column": "number", "max": 0.5}, ["0.75"], "number has 1 > 0.5"),
    (
        {"check": "range", "column": "exact", "min": 1.5, "max": 2},
        ["1.25", "2.5"],
        "exact has 1 < 1.5, exact has 1 > 2",
    ),
    (
        {"check": "range", "column": "day", "min": "2026-01-02", "max": "2026-01-03"},
        ["2026-01-01", "2026-01-04", "2026-01-05"],
        "day has 1 < 2026-01-02, day has 2 > 2026-01-03",
    ),
    (
        {"check": "range", "column": "moment", "min": "2026-01-02", "max": "2026-01-03"},
        ["2026-01-01 23:59:59", "2026-01-02 00:00:00", "2026-01-03 00:00:01"],
        "moment has 1 < 2026-01-02T00:00:00+00:00, moment has 1 > 2026-01-03T00:00:00+00:00",
    ),
    ({"check": "sum", "columns": ["exact"], "equals": 1.1}, ["1.10", "1.11"], "exact differs from 1.1 in 1 record(s)"),
    ({"check": "not_null", "column": "text", "action": "warn"}, [""], ""),
]
TYPES = {"whole": "integer", "number": "number", "exact": "decimal(9,2)", "day": "date", "moment": "timestamp"}


def _column(rule: dict[str, Any]) -> str:
    return str(rule.get("column") or rule.get("columns", ["text"])[0])


def described(place: Place, rule: dict[str, Any], kind: str) -> None:
    """A dataset of one column, with one rule."""
    column = _column(rule)
    steps = [{"schema": {}}, {"quality": {}}, {"validation": {"rules": [rule]}}]
    config = {"dataset": "things", "columns": {column: {"type": kind}}, "processors": steps}
    text = yaml.safe_dump(config).replace("'2026-01-02'", "2026-01-02").replace("'2026-01-03'", "2026-01-03")
    (place.configs / "things.yaml").write_text(text, "utf-8")


@pytest.mark.parametrize(("rule", "cells", "said"), RULES, ids=[str(said or "a warning") for *_, said in RULES])
def test_each_kind_of_rule_has_its_sentence(place: Place, rule: dict[str, Any], cells: list[str], said: str) -> None:
    column = _column(rule)
    described(place, rule, TYPES.get(column, "string"))
    path = write(place.landing / "things" / "a.csv", "\n".join([column, *(f'"{cell}"' for cell in cells)]) + "\n")
    assert ", ".join(checked(place, path, code=1 if said else 0)["errors"]) == said


def test_rules_on_several_columns_have_their_sentences(place: Place) -> None:
    rules = [
        {"check": "date_order", "columns": ["ordered", "sent"]},
        {"check": "sum", "columns": ["net", "tax"], "equals": "gross", "tolerance": 0.01},
    ]
    kinds = {"ordered": "date", "sent": "timestamp", "net": "decimal(9,2)", "tax": "decimal(9,2)", "gross": "number"}
    columns = {name: {"type": kind} for name, kind in kinds.items()}
    steps = [{"schema": {}}, {"quality": {}}, {"validation": {"rules": rules}}]
    config = {"dataset": "things", "columns": columns, "processors": steps}
    (place.configs / "things.yaml").write_text(yaml.safe_dump(config), "utf-8")
    lines = ["2026-01-02,2026-01-01 09:00:00,1.00,0.25,1.25", "2026-01-02,2026-01-02 09:00:00,1.00,0.25,1.50"]
    path = write(place.landing / "things" / "a.csv", "\n".join([",".join(kinds), *lines]) + "\n")
    report = checked(place, path, code=1)
    assert report["errors"] == [
        "ordered, sent are out of order in 1 record(s)",
        "net + tax differs from gross in 1 record(s)",
    ]
    assert [each["examples"][0]["message"] for each in report["rules"]] == [
        "ordered, sent must be in this order, none later than the next",
        "net + tax must be gross, give or take 0.01",
    ]


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        ("integer", "text has 1 invalid number(s)"),
        ("number", "text has 1 invalid number(s)"),
        ("decimal(5,2)", "text has 1 invalid number(s)"),
        ("boolean", "text has 1 invalid boolean(s)"),
        ("date", "text has 1 invalid date(s)"),
        ("timestamp", "text has 1 invalid timestamp(s)"),
    ],
)
def test_each_type_has_its_sentence(place: Place, kind: str, said: str) -> None:
    described(place, {"check": "not_null", "column": "text"}, kind)
    path = write(place.landing / "things" / "a.csv", "text\nhallo\n")
    assert checked(place, path, code=1)["errors"] == [said]


def test_records_that_cannot_be_split_have_a_sentence(place: Place) -> None:
    path = write(
        place.landing / NAME, orders([1]).encode() + b"1,2\n" + order(2).replace("NO", "\xff").encode("latin-1")
    )
    assert checked(place, path, code=1)["errors"] == [
        "1 record(s) with a wrong number of fields",
        "1 record(s) that cannot be decoded",
    ]


def test_every_fault_of_the_reader_has_a_sentence() -> None:
    assert {*_MALFORMED, TYPE, MISSING, NEW} == READER_RULES


def test_a_file_that_cannot_be_read_is_an_error_of_its_own(place: Place) -> None:
    path = write(place.landing / NAME, "a,b\n1,2\n")
    [error] = checked(place, path, code=1)["errors"]
    assert error.startswith(f"{NAME}: Its header lacks ")


def test_files_that_are_right_pass_and_nothing_is_made(place: Place) -> None:
    path = write(place.landing / NAME, orders(range(1, 50)).rstrip("\n"))
    report = checked(place, path, code=0)
    assert (report["errors"], report["rules"], report["files"][0]["accepted"]) == ([], [], 49)
    assert not place.warehouse.exists()


def test_a_warehouse_and_its_lock_are_left_alone(place: Place) -> None:
    path = write(place.landing / NAME, orders([1]))
    load(place)
    before = place.warehouse.read_bytes()
    checked(place, path, code=0)
    assert place.warehouse.read_bytes() == before


@pytest.mark.parametrize("after", ["archive", "delete"])
def test_a_file_that_is_judged_stays_where_it_is(place: Place, tmp_path: Path, after: str) -> None:
    place = replace(place, configs=write_configs(tmp_path / "leaving", "orders", files={"after": after}))
    path = write(place.landing / NAME, orders([1]))
    checked(place, path, code=0)
    assert path.read_text("utf-8") == orders([1])
    assert sorted(each.name for each in place.landing.iterdir()) == ["employees", "orders"]


def test_two_files_of_the_same_bytes_are_both_judged(place: Place) -> None:
    paths = [write(place.landing / "orders" / f"orders_{number}.csv", orders([1])) for number in (1, 2)]
    assert checked(place, *paths, code=1)["errors"] == ["order_id has 1 duplicate(s)"]


def test_a_key_in_two_files_is_a_duplicate_in_the_second(place: Place) -> None:
    for name in ("orders_2026-11-21.csv", "orders_2026-11-22.csv"):
        write(place.landing / "orders" / name, orders([1]))
    report = checked(place, *sorted((place.landing / "orders").iterdir()), code=1)
    assert report["errors"] == ["order_id has 1 duplicate(s)"]
    assert [each["rejected"] for each in report["files"]] == [0, 1]


def test_files_of_several_datasets_are_told_apart(loaded: Place) -> None:
    report = checked(loaded, *sorted(loaded.landing.rglob("*-18*.csv")), *loaded.landing.rglob("*-18/*.csv"), code=1)
    assert {error.split(":")[0] for error in report["errors"]} == {"orders", "employees"}


def test_a_file_from_anywhere_is_judged_by_the_dataset_that_is_named(place: Place, tmp_path: Path) -> None:
    path = write(tmp_path / "elsewhere.csv", orders([1, 2]) + order(2))
    report = checked(place, path, "--dataset", "orders", code=1)
    assert report["errors"] == ["order_id has 1 duplicate(s)"]
    assert report["files"][0]["path"] == str(path)


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["elsewhere.csv"], "belongs to no dataset. It does not lie in the landing folder"),
        (["orders/notes.csv"], "belongs to no dataset. Its name does not match orders_*.csv"),
        (["orders/nope.csv"], "orders/nope.csv: there is no such file."),
        (["orders"], "orders: there is no such file."),
        (["elsewhere.csv", "--dataset", "nope"], "there is no dataset 'nope'; the datasets are employees, orders."),
        (["--dataset", "orders"], "name the files too"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_a_file_that_is_nobodys_is_exit_2(place: Place, tmp_path: Path, words: list[str], told: str) -> None:
    write(tmp_path / "elsewhere.csv", HEADER)
    write(place.landing / "orders" / "notes.csv", HEADER)
    if words[0] == "elsewhere.csv":
        words = [str(tmp_path / words[0]), *words[1:]]
    done = entered(place, "check", *words)
    assert (done.returncode, done.stdout) == (2, "")
    assert told in done.stderr
