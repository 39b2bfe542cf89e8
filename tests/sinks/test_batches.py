"""Time and memory of batches, and what they come to in a run."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from processors.columns import ColumnType
from sinks.base import Timing
from sinks.database.connection import Connection
from sinks.ledger.batches import BATCHES_KEPT, FOLDED_TOGETHER
from sinks.ledger.summary import RunSummary, Sums, run_summary
from sinks.table import Table
from sinks.warehouse import Warehouse
from tests.sinks.contents import rows
from tests.sinks.drafts import Accepted, Draft, Record, Refused, judged, store, store_all
from tests.sinks.landings import dataset, land, load, rules

TABLE = Table("sales", (("code", ColumnType("string")),))
POSITIVE = {"check": "range", "column": "amount", "min": 0}
SALES = dataset("sales", {"code": "string", "amount": "number"}, {"quality": {}}, rules(POSITIVE))
STEPS = {"cast": 30, "validate": 12}
_MANY = """
WITH RECURSIVE n AS (SELECT 1 AS id UNION ALL SELECT id + 1 FROM n WHERE id < {})
INSERT INTO meta_batches SELECT id, 1, 'sales', id, id, 1, 1, 2, 2, 0, 10, 3, 4, '{{"cast": 5}}', 6, 7, id, 9, '' FROM n
"""


def span(number: int, *, refused: int = 0) -> Draft:
    """Ten records of a file, some of them refused."""
    records: list[Record] = [Refused()] * refused
    records += [Accepted((f"{number}-{each}",)) for each in range(10 - refused)]
    return Draft(1, 1 + 10 * number, tuple(records))


def summary(path: Path, run_id: int | None = None) -> RunSummary:
    """What a run came to."""
    with Connection(path, read_only=True) as connection:
        found = run_summary(connection, run_id)
    assert found is not None
    return found


def test_each_batch_has_a_row_with_its_counts(tmp_path: Path) -> None:
    with Warehouse(tmp_path / "w.db", [TABLE]) as warehouse, warehouse.recording("run"):
        for number in range(3):
            store(warehouse, judged(TABLE, span(number, refused=number)))
    counts = "SELECT batch_id, run_id, dataset, file_id, files, records, accepted, rejected, bytes FROM meta_batches"
    assert rows(tmp_path / "w.db", counts) == [
        (1, 1, "sales", 1, 1, 10, 10, 0, 110),
        (2, 1, "sales", 1, 1, 10, 9, 1, 100),
        (3, 1, "sales", 1, 1, 10, 8, 2, 100),
    ]


def test_the_time_of_a_commit_is_written_with_the_next_one(tmp_path: Path) -> None:
    path, times = tmp_path / "w.db", "SELECT commit_us, latency_us FROM meta_batches ORDER BY batch_id"
    with Warehouse(path, [TABLE]) as warehouse, warehouse.recording("run"):
        first = store(warehouse, judged(TABLE, span(0))).timing
        assert rows(path, times) == [(None, None)]
        store(warehouse, judged(TABLE, span(1)))
        assert rows(path, times) == [(first.commit_us, first.latency_us), (None, None)]


def test_the_time_of_the_last_commit_is_written_when_the_run_ends(tmp_path: Path) -> None:
    with Warehouse(tmp_path / "w.db", [TABLE]) as warehouse, warehouse.recording("run"):
        taken = [each.timing for each in store_all(warehouse, [judged(TABLE, span(0)), judged(TABLE, span(1))])]
    times = rows(tmp_path / "w.db", "SELECT commit_us, latency_us, rss_bytes FROM meta_batches ORDER BY batch_id")
    assert times == [(each.commit_us, each.latency_us, each.rss_bytes) for each in taken]


def test_what_is_rolled_back_leaves_no_row_and_what_stood_before_keeps_its_time(tmp_path: Path) -> None:
    path = tmp_path / "w.db"
    with Warehouse(path, [TABLE]) as warehouse, warehouse.recording("run"):
        first = store(warehouse, judged(TABLE, span(0))).timing
        with warehouse.transaction(keep=False):
            store(warehouse, judged(TABLE, span(1)))
    assert rows(path, "SELECT span_id & 4294967295, commit_us FROM meta_batches") == [(1, first.commit_us)]


def test_commits_of_which_no_account_is_kept_have_no_row(tmp_path: Path) -> None:
    with Warehouse(tmp_path / "w.db", [TABLE]) as warehouse:
        store(warehouse, judged(TABLE, span(0)))
    assert rows(tmp_path / "w.db", "SELECT count(*) FROM meta_batches") == [(0,)]


def test_a_run_adds_up_its_batches_by_dataset_and_by_step(tmp_path: Path) -> None:
    with Warehouse(tmp_path / "w.db", [TABLE]) as warehouse, warehouse.recording("run"):
        timed = [replace(judged(TABLE, span(each)), timing=Timing(5, 50, STEPS)) for each in range(4)]
        store_all(warehouse, timed)
    told = summary(tmp_path / "w.db")
    assert told.by_dataset["sales"] == told.total
    assert (told.total.batches, told.total.records, told.total.read_us, told.total.judge_us) == (4, 40, 20, 200)
    assert told.total.steps == {"cast": 120, "validate": 48}
    assert told.total.rss_bytes_max > 10_000_000


def test_the_oldest_batches_are_summed_up_in_their_run_and_taken_away(tmp_path: Path) -> None:
    path, there = tmp_path / "w.db", BATCHES_KEPT + FOLDED_TOGETHER - 1
    with Warehouse(path, [TABLE]) as warehouse, warehouse.recording("run"):
        warehouse.connection.run(_MANY.format(there))
    before = summary(path, 1)
    with Warehouse(path, [TABLE]) as warehouse, warehouse.recording("run"):
        store_all(warehouse, [judged(TABLE, span(each)) for each in range(2)])
    assert rows(path, "SELECT count(*) FROM meta_batches") == [(BATCHES_KEPT,)]
    assert "sales" in json.loads(str(rows(path, "SELECT summary FROM meta_runs WHERE run_id = 1")[0][0]))
    assert summary(path, 1) == before
    assert before.total.batches == there


def test_a_receipt_tells_what_each_step_took(tmp_path: Path) -> None:
    land(tmp_path / "landing", "sales/one.csv", "code,amount", "a,1", "b,-1")
    [timing] = [each.timing for each in load(tmp_path / "w.db", tmp_path / "landing", {"sales": SALES})]
    assert list(timing.steps) == ["cast", "clean", "validate"]
    assert 0 < sum(timing.steps.values()) <= timing.judge_us
    assert min(timing.read_us, timing.prepare_us, timing.commit_us) > 0
    assert timing.read_us + timing.judge_us < timing.latency_us


counts = st.integers(0, 10**9)
sums = st.builds(Sums, *[counts] * 11, st.dictionaries(st.sampled_from("abc"), counts))


@settings(deadline=None)
@given(sums, sums, sums)
def test_sums_add_up_in_any_order(one: Sums, two: Sums, three: Sums) -> None:
    assert (one + two) + three == one + (two + three) == (three + one) + two
