"""Datasets that refer to each other, through the whole machine: landing, replay, rewritten files, retries, checks."""

from __future__ import annotations

import os
import threading
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sinks.rows.rejects import Choice
from stream.judging import judge_files
from stream.rejects.retry import retry_corrected
from tests.contract.test_retry import FILES, HEADER, Pair, exported, kept, landed, written
from tests.sinks import contents
from tests.sinks.landings import cut, dataset, land, load, replayed, rules

KNOWN = {"check": "referential", "columns": ["customer"], "dataset": "customers", "fields": ["id"]}
RISING = {"check": "monotonic", "column": "number"}
POSITIVE = {"check": "range", "column": "number", "min": 0}
COLUMNS = {"customer": "string", "number": "integer"}
CUSTOMERS = dataset("customers", {"id": "string", "number": "integer"}, rules(POSITIVE))
ORDERS = dataset("orders", COLUMNS, rules(KNOWN, RISING))
SHOP = {"orders": ORDERS, "customers": CUSTOMERS}


@pytest.fixture
def landing(tmp_path: Path) -> Path:
    """Orders of three customers, one of whom nobody knows; one order is out of its order."""
    folder = tmp_path / "landing"
    land(folder, "orders/2026-11-20.csv", "customer,number", "a,1", "b,3", "c,2", "a,4")
    land(folder, "customers/2026-11-21.csv", "id,number", "a,1", "b,2")
    return folder


def refused(path: Path) -> list[tuple[int, list[str]]]:
    """File, record and rules of each reject."""
    return [(row & 0xFFFFFFFF, found) for row, found in contents.reject_rules(path).items()]


def test_rows_that_came_before_what_they_refer_to_are_staged_in_the_end(tmp_path: Path, landing: Path) -> None:
    load(tmp_path / "w.db", landing, SHOP)
    assert refused(tmp_path / "w.db") == [(3, ["number_monotonic", "customer_referential"])]


@pytest.mark.parametrize("batch_rows", [1, 2])
def test_the_size_of_micro_batches_makes_no_difference(tmp_path: Path, landing: Path, batch_rows: int) -> None:
    load(tmp_path / "whole.db", landing, SHOP)
    load(tmp_path / "cut.db", landing, cut(SHOP, batch_rows))
    hashes = [[contents.content_hash(tmp_path / name, each) for each in SHOP] for name in ("whole.db", "cut.db")]
    assert hashes[0] == hashes[1]


@pytest.mark.parametrize("dates", [("2026-11-20", "2026-11-21"), ("2026-11-21", "2026-11-20")])
def test_a_replay_of_either_dataset_changes_nothing(tmp_path: Path, landing: Path, dates: tuple[str, str]) -> None:
    load(tmp_path / "w.db", landing, SHOP)
    before = contents.everything(tmp_path / "w.db")
    assert not any(each.changed for each in replayed(tmp_path / "w.db", SHOP, dates))
    after = contents.everything(tmp_path / "w.db")
    assert {name for name in before if before[name] != after[name]} <= {"meta_files", "meta_closings"}


def test_a_replay_that_refuses_a_row_moves_the_rows_that_refer_to_it(tmp_path: Path, landing: Path) -> None:
    load(tmp_path / "w.db", landing, SHOP)
    stricter = dataset("customers", {"id": "string", "number": "integer"}, rules({**POSITIVE, "min": 2}))
    [found] = replayed(tmp_path / "w.db", {**SHOP, "customers": stricter}, ["2026-11-21"], "customers")
    assert found.changed
    assert [row for row, rules in refused(tmp_path / "w.db") if "customer_referential" in rules] == [1, 3, 4]


def test_a_rewritten_file_takes_its_rows_counterparts_along(tmp_path: Path, landing: Path) -> None:
    load(tmp_path / "w.db", landing, SHOP)
    land(landing, "customers/2026-11-21.csv", "id,number", "c,1", "b,2", "d,3")
    os.utime(landing / "customers/2026-11-21.csv", ns=(1, 1))
    [receipt] = [each for each in load(tmp_path / "w.db", landing, cut(SHOP, 1)) if each.rejudged]
    assert receipt.batch.swap is not None
    orphans = [row for row, rules in refused(tmp_path / "w.db") if "customer_referential" in rules]
    assert (receipt.rejudged, orphans) == (2, [1, 4])  # c stays out, since it breaks the order too


def test_a_warehouse_that_meets_the_rule_later_judges_what_is_replayed(tmp_path: Path, landing: Path) -> None:
    load(tmp_path / "w.db", landing, {**SHOP, "orders": dataset("orders", COLUMNS)})
    assert refused(tmp_path / "w.db") == []
    replayed(tmp_path / "w.db", SHOP, ["2026-11-20"], "orders")
    load(tmp_path / "fresh.db", landing, SHOP)
    assert refused(tmp_path / "w.db") == refused(tmp_path / "fresh.db")


class TestAFileThatIsChecked:
    def test_is_not_asked_for_rows_of_a_dataset_of_which_no_file_is_given(self, landing: Path) -> None:
        report = judge_files(SHOP, landing, [landing / "orders/2026-11-20.csv"], None, threading.Event())
        assert report.errors == ("number has 1 out of order",)

    def test_is_judged_with_the_other_files_that_are_given(self, landing: Path) -> None:
        files = [landing / "orders/2026-11-20.csv", landing / "customers/2026-11-21.csv"]
        report = judge_files(SHOP, landing, files, None, threading.Event())
        assert sorted(report.errors) == ["orders: customer has 1 not in customers", "orders: number has 1 out of order"]


#: Notes of the retried records are references, and amounts are in order.
NOTES = dataset(
    "sales",
    {"id": "string", "amount": "integer", "note": "string"},
    {"quality": {"duplicates": ["key"], "keep": "last"}},
    rules(
        {"check": "range", "column": "amount", "min": 0},
        {"check": "referential", "columns": ["note"], "dataset": "notes", "fields": ["id"]},
        {"check": "monotonic", "column": "amount", "action": "drop"},
    ),
    key=["id"],
)
KNOWN_NOTES = dataset(
    "notes",
    {"id": "string", "amount": "integer", "note": "string"},
    {"quality": {"duplicates": ["key"]}},
    rules({"check": "range", "column": "amount", "min": 0}),
    key=["id"],
)
NOTED = {"notes": KNOWN_NOTES, "sales": NOTES}
NOTE_PAIRS: list[Pair] = [("u,01,x", "u,01,x"), ("v,-1,x", "v,01,x"), ("w,x1,x", "w,01,x"), ("u,02,x", "u,02,x")]


@settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
@given(files=FILES, batch_rows=st.sampled_from([1, 2, 100]))
def test_corrected_records_make_the_warehouse_that_right_records_make(
    tmp_path_factory: pytest.TempPathFactory, files: list[list[Pair]], batch_rows: int
) -> None:
    folder = tmp_path_factory.mktemp("retry")
    for name, which in (("wrong", 0), ("right", 1)):
        landed(folder / name, files, which)
        land(folder / name, "notes/2026-11-18.csv", HEADER, *(pair[which] for pair in NOTE_PAIRS))
        load(folder / f"{name}.db", folder / name, cut(NOTED, batch_rows))
    records = [NOTE_PAIRS, *files]
    for name in NOTED:
        lines = exported(folder / "wrong.db", NOTED, Choice(dataset=name))
        for line in lines:
            row = int(line["_id"])
            right = records[(row >> 32) - 1][(row & 0xFFFFFFFF) - 1][1]
            line |= dict(zip(HEADER.split(","), right.split(","), strict=True))
        if lines:
            source = written(folder / f"{name}.csv", lines)
            retry_corrected(NOTED, folder / "wrong.db", source, threading.Event())
    assert kept(folder / "wrong.db") == kept(folder / "right.db")
