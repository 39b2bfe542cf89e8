"""Committing twice is committing once."""

from __future__ import annotations

from pathlib import Path

import pytest

from processors.columns import ColumnType
from sinks.base import news
from sinks.files import FileStat, Position
from sinks.table import Table, Unique
from sinks.warehouse import Warehouse
from tests.sinks.contents import balances, content_hash, counted, everything, leftovers
from tests.sinks.drafts import Accepted, Draft, Malformed, Record, Refused, judged, store

TABLE = Table(
    "sales",
    (("code", ColumnType("string")), ("amount", ColumnType("decimal", 10, 2))),
    unique=(Unique("by_code", ("code",)), Unique("same", ("code", "amount"), exact=True, action="drop")),
)
EARLIER = Draft(1, 1, (Accepted(("a", None)), Accepted(("b", None)), Refused()))

SPANS: dict[str, tuple[Record, ...]] = {
    "accepted rows only": (Accepted(("x", None)), Accepted(("y", None))),
    "rejects only": (Refused(), Refused("unwanted", "drop")),
    "malformed records only": (Malformed(), Malformed("encoding")),
    "duplicates within the span": (Accepted(("x", None)), Accepted(("x", None)), Accepted(("x", None))),
    "duplicates of an earlier span": (Accepted(("a", None)), Accepted(("b", None))),
    "rows without a key": (Accepted((None, None)), Accepted((None, None))),
    "some of each": (Malformed(), Accepted(("a", None)), Refused(), Accepted(("z", None)), Accepted(("z", None))),
}


@pytest.mark.parametrize("raw", [True, False], ids=["raw layer", "no raw layer"])
@pytest.mark.parametrize("records", SPANS.values(), ids=SPANS.keys())
class TestASpanThatIsCommittedTwice:
    def test_has_the_content_hash_of_a_span_that_is_committed_once(
        self, tmp_path: Path, records: tuple[Record, ...], raw: bool
    ) -> None:
        path, draft = tmp_path / "w.db", Draft(2, 1, records, marked={"rule.amount_range": 2})
        with Warehouse(path, [_table(raw)]) as warehouse:
            for each in (EARLIER, draft):
                store(warehouse, judged(_table(raw), each))
            once = content_hash(path, "sales")
            store(warehouse, judged(_table(raw), draft))
        assert content_hash(path, "sales") == once

    def test_leaves_every_table_as_it_was_but_for_the_times_of_commits(
        self, tmp_path: Path, records: tuple[Record, ...], raw: bool
    ) -> None:
        path, draft = tmp_path / "w.db", Draft(2, 1, records, marked={"rule.amount_range": 2})
        with Warehouse(path, [_table(raw)]) as warehouse:
            for each in (EARLIER, draft):
                store(warehouse, judged(_table(raw), each))
            once = everything(path)
            store(warehouse, judged(_table(raw), draft))
        twice = everything(path)
        kept = {*twice} - {"meta_files", "meta_closings"}  # its date is to be summed up again
        assert {name: twice[name] for name in kept} == {name: once[name] for name in kept}

    def test_has_a_balance_that_counts_each_record_once(
        self, tmp_path: Path, records: tuple[Record, ...], raw: bool
    ) -> None:
        path, draft = tmp_path / "w.db", Draft(2, 1, records)
        with Warehouse(path, [_table(raw)]) as warehouse:
            for each in (EARLIER, draft, draft):
                store(warehouse, judged(_table(raw), each))
        assert balances(path) == counted(path, "sales")

    def test_gives_the_same_receipt_both_times(self, tmp_path: Path, records: tuple[Record, ...], raw: bool) -> None:
        draft = Draft(2, 1, records, marked={"null.code": 1})
        with Warehouse(tmp_path / "w.db", [_table(raw)]) as warehouse:
            store(warehouse, judged(_table(raw), EARLIER))
            first, second = (store(warehouse, judged(_table(raw), draft)) for _ in range(2))
        assert (first.accepted, first.rejected, first.counts) == (second.accepted, second.rejected, second.counts)

    def test_leaves_nothing_in_the_temporary_tables(
        self, tmp_path: Path, records: tuple[Record, ...], raw: bool
    ) -> None:
        with Warehouse(tmp_path / "w.db", [_table(raw)]) as warehouse:
            for each in (EARLIER, Draft(2, 1, records), Draft(2, 1, records)):
                store(warehouse, judged(_table(raw), each))
            assert set(leftovers(warehouse).values()) == {0}


def test_news_of_a_state_that_is_committed_twice_counts_no_records(tmp_path: Path) -> None:
    path, batch = tmp_path / "w.db", judged(TABLE, EARLIER).batch
    with Warehouse(path, [TABLE]) as warehouse:
        store(warehouse, judged(TABLE, EARLIER))
        told = news(
            batch.part.file, batch.table, Position(3, 40, 4), FileStat(1000, 2, 1), "settling", "It grows.", 0, "now"
        )
        verdict = judged(TABLE, EARLIER).__class__(told, judged(TABLE, Draft(1, 4, ())).outcome, told.malformed_events)
        for _ in range(2):
            store(warehouse, verdict)
    assert balances(path) == {1: (3, 2, 1)}


def test_counts_of_a_span_are_replaced_and_not_added(tmp_path: Path) -> None:
    with Warehouse(tmp_path / "w.db", [TABLE]) as warehouse:
        for counts in ({"null.code": 3, "type.amount": 1}, {"null.code": 2}):
            store(warehouse, judged(TABLE, Draft(1, 1, EARLIER.records, marked=counts)))
        found = warehouse.connection.rows("SELECT name, count FROM meta_counts")
    assert found == [("null.code", 2)]


def _table(raw: bool) -> Table:
    return Table(TABLE.dataset, TABLE.columns, None, TABLE.unique, raw)
