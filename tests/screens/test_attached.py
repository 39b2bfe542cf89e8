"""Snapshots of a run, read from its warehouse while it goes on."""

from __future__ import annotations

from pathlib import Path

from processors.columns import ColumnType
from sinks.table import Table
from sinks.warehouse import Warehouse
from stream.running.attached import Attached
from stream.running.snapshot import DatasetNow
from tests.sinks.drafts import Accepted, Draft, Refused, judged, store

TABLE = Table("sales", (("code", ColumnType("string")),))


def draft(number: int) -> Draft:
    """A span of two records, of which one is refused."""
    return Draft(1, 1 + 2 * number, (Accepted((f"k{number}",)), Refused()), marked={"rule.amount_range": 1})


def figures(attached: Attached) -> DatasetNow:
    """Those of the only dataset."""
    [sales] = attached.snapshot().datasets
    return sales


def test_a_run_is_counted_as_a_whole_however_late_one_comes(tmp_path: Path) -> None:
    with Warehouse(tmp_path / "w.db", [TABLE]) as warehouse, warehouse.recording("watch"):
        for number in range(700):
            store(warehouse, judged(TABLE, draft(number)))
        with Attached(tmp_path / "w.db", tmp_path, {}) as attached:
            seen = figures(attached)
            assert (seen.records, seen.accepted, seen.rejected) == (1400, 700, 700)
            store(warehouse, judged(TABLE, draft(700)))
            seen = figures(attached)
            assert (seen.records, seen.accepted, seen.rejected) == (1402, 701, 701)
            assert seen.rules == (("amount_range", 501),)
            assert seen.state == "loading"


def test_another_run_begins_from_nothing(tmp_path: Path) -> None:
    with Warehouse(tmp_path / "w.db", [TABLE]) as warehouse, Attached(tmp_path / "w.db", tmp_path, {}) as attached:
        for number in range(2):
            with warehouse.recording("run"):
                store(warehouse, judged(TABLE, draft(number)))
                assert figures(attached).records == 2


def test_how_long_a_commit_took_is_known_with_the_next_one(tmp_path: Path) -> None:
    with Warehouse(tmp_path / "w.db", [TABLE]) as warehouse, warehouse.recording("watch"):
        first = store(warehouse, judged(TABLE, draft(0))).timing
        with Attached(tmp_path / "w.db", tmp_path, {}) as attached:
            assert figures(attached).commit.p50_ms is None
            store(warehouse, judged(TABLE, draft(1)))
            assert figures(attached).commit.p50_ms == first.commit_us / 1000


def test_no_transaction_stays_open_between_two_looks(tmp_path: Path) -> None:
    path = tmp_path / "w.db"
    with Warehouse(path, [TABLE]) as warehouse, warehouse.recording("watch"), Attached(path, tmp_path, {}) as attached:
        for number in range(3):
            store(warehouse, judged(TABLE, draft(number)))
            attached.snapshot()
        [(busy, *_)] = warehouse.connection.rows("PRAGMA wal_checkpoint(TRUNCATE)")
        assert busy == 0
