"""Commits that waited together are what they would have been one by one, and are stored as a whole or not at all."""

from __future__ import annotations

import multiprocessing
import os
import signal
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from processors.columns import ColumnType
from processors.errors import WarehouseError
from sinks import warehouse as module
from sinks.base import Judged, Receipt, Swap
from sinks.table import Reference, Table
from sinks.units import units
from sinks.warehouse import Warehouse
from tests.contract.test_sink_atomicity import Breakage, BrittleConnection
from tests.contract.test_sink_order import Story, committed, stories
from tests.sinks.contents import content_hash, everything, leftovers
from tests.sinks.drafts import Accepted, Draft, Refused, judged, store, store_all
from tests.sinks.oracle import expected, stored
from tests.sinks.views import VIEWS, row, with_views
from tests.sinks.views import everything as vectors

TABLE = with_views(*VIEWS)
OTHER = Table(
    "others",
    (("code", ColumnType("string")),),
    references=(Reference("known", ("code",), "sales", ("code",)),),
)
BEFORE = Draft(1, 1, (row("a", "ann", 1), row("b", "bob", 2)), "2026-11-20")
WAITING = (
    Draft(2, 1, (row("c", "ann", 3), Refused(), row("a", "ann", 4))),
    Draft(3, 1, (row("d", "bob", 1), row("e", "ann", 0))),
    Draft(2, 4, (row("d", "ann", 9), Refused("odd", "drop")), marked={"n": 1}),
)
#: Nobody loses out to them, nor they to others but within a span.
PLAIN = (
    Draft(2, 1, (row("c", "ann", 3), Refused(), row("c", "ann", 4))),
    Draft(3, 1, (row("d", "bob", 1), row("e", None, 0))),
)


@dataclass(frozen=True, slots=True)
class Told:
    """What a receipt says, but for the time."""

    file_id: int
    accepted: int
    rejected: int
    rejudged: int

    @classmethod
    def by(cls, receipt: Receipt) -> Told:
        """That of a receipt."""
        return cls(receipt.batch.part.file.file_id, receipt.accepted, receipt.rejected, receipt.rejudged)


def cut(drafts: Sequence[Draft], sizes: Sequence[int]) -> Iterator[Sequence[Draft]]:
    """The drafts, so many at a time; the rest together."""
    for size in sizes:
        yield drafts[:size]
        drafts = drafts[size:]
    yield drafts


def committed_waiting(path: Path, table: Table, groups: Sequence[Sequence[Draft]]) -> list[Told]:
    """What the receipts say of commits of which those in a group waited together."""
    with Warehouse(path, [table]) as warehouse:
        verdicts = [[judged(table, draft) for draft in group] for group in groups]
        return [Told.by(each) for group in verdicts for each in store_all(warehouse, group)]


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(stories(), st.lists(st.integers(1, 5), max_size=4))
def test_whatever_waits_together_gives_the_rows_and_receipts_of_one_by_one(story: Story, sizes: list[int]) -> None:
    with tempfile.TemporaryDirectory() as folder, tempfile.TemporaryDirectory() as other:
        with Warehouse(committed(other, story.table, ()), [story.table]) as warehouse:
            alone = [Told.by(store(warehouse, judged(story.table, draft))) for draft in story.commits]
        path = Path(folder) / "w.db"
        told = committed_waiting(path, story.table, list(cut(story.commits, sizes)))
        assert told == alone
        assert stored(path, story.table) == expected(story.table, story.drafts)


@pytest.fixture
def path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A warehouse with a past and feature views, which is written through a brittle connection from now on."""
    monkeypatch.setattr(module, "Connection", BrittleConnection)
    monkeypatch.setattr(BrittleConnection, "breakage", Breakage())
    with Warehouse(tmp_path / "w.db", [TABLE]) as warehouse:
        store(warehouse, judged(TABLE, BEFORE))
    return tmp_path / "w.db"


def broken_off(warehouse: Warehouse, waiting: Sequence[Draft], when: str) -> Iterator[int]:
    """Commit what waits again and again, breaking off one statement later each time; ends when it has succeeded."""
    for at in range(2 if when == "behind" else 1, 1000):
        BrittleConnection.breakage = Breakage(at, when)
        try:
            store_all(warehouse, [judged(TABLE, draft) for draft in waiting])
        except WarehouseError:
            BrittleConnection.breakage = Breakage()
            yield at
        else:
            BrittleConnection.breakage = Breakage()
            return


@pytest.mark.parametrize("when", ["before", "halfway", "behind"])
@pytest.mark.parametrize("waiting", [WAITING, PLAIN], ids=["rows change sides", "rows only come"])
def test_breaking_off_at_any_statement_leaves_none_of_what_waited_together(
    path: Path, waiting: Sequence[Draft], when: str
) -> None:
    with Warehouse(path, [TABLE]) as warehouse:
        before, attempts = everything(path), 0
        for attempts in broken_off(warehouse, waiting, when):
            assert (attempts, everything(path)) == (attempts, before)
            assert set(leftovers(warehouse).values()) == {0}
    assert attempts > 3 * 10
    with Warehouse(path.with_name("undisturbed.db"), [TABLE]) as warehouse:
        for draft in (BEFORE, *waiting):
            store(warehouse, judged(TABLE, draft))
    assert content_hash(path, "sales") == content_hash(path.with_name("undisturbed.db"), "sales")


class KilledError(WarehouseError):
    """What a process does not live to see."""

    def __init__(self, _: str) -> None:
        os.kill(os.getpid(), signal.SIGKILL)


def commit_until_killed(path: Path, at: int) -> None:
    """In a process of its own: commit what waits, and be killed before a statement."""
    module.Connection = BrittleConnection  # type: ignore[attr-defined]
    with Warehouse(path, [TABLE]) as warehouse:
        BrittleConnection.breakage = Breakage(at, "before", KilledError)
        store_all(warehouse, [judged(TABLE, draft) for draft in WAITING])


@pytest.mark.parametrize("at", [2, 20, 40])
def test_a_process_that_is_killed_within_leaves_none_of_what_waited_together(path: Path, at: int) -> None:
    before = everything(path)
    process = multiprocessing.get_context("spawn").Process(target=commit_until_killed, args=(path, at))
    process.start()
    process.join(60)
    assert process.exitcode == -signal.SIGKILL
    with Warehouse(path, [TABLE]):
        assert everything(path) == before


def test_an_overlap_among_those_that_wait_leaves_none_of_them(tmp_path: Path) -> None:
    path, overlapping = tmp_path / "w.db", Draft(2, 3, (row("x", "ann", 1),))
    with Warehouse(path, [TABLE]) as warehouse:
        with pytest.raises(WarehouseError, match="partly overlap"):
            store_all(warehouse, [judged(TABLE, draft) for draft in (*WAITING, overlapping)])
        assert everything(path)["stg_sales"] == []
        assert len(store_all(warehouse, [judged(TABLE, draft) for draft in WAITING])) == len(WAITING)


def test_receipts_are_given_behind_the_transaction(path: Path) -> None:
    with Warehouse(path, [TABLE]) as warehouse:
        prepared = [warehouse.prepare(judged(TABLE, draft)) for draft in WAITING]
        receipts = warehouse.commit_all(prepared)
        first = next(receipts)
        seen = everything(path)
        assert [Told.by(first), *map(Told.by, receipts)] == [Told(2, 1, 2, 0), Told(3, 2, 0, 0), Told(2, 1, 1, 1)]
        assert everything(path) == seen


def test_rows_that_refer_to_what_waits_with_them_find_it(tmp_path: Path) -> None:
    referring = Draft(5, 1, (Accepted(("a",)), Accepted(("z",))))
    with Warehouse(tmp_path / "w.db", [TABLE, OTHER]) as warehouse:
        told = store_all(warehouse, [judged(OTHER, referring), judged(TABLE, BEFORE)])
    assert [(each.accepted, each.rejected, each.rejudged) for each in told] == [(0, 2, 0), (2, 0, 1)]


def of_different_tables() -> list[Judged]:
    """Verdicts behind each other: the third of a swap, the last with a column more."""
    wider = replace(TABLE, columns=(*TABLE.columns, ("extra", ColumnType("string"))))
    drafts = (WAITING[0], WAITING[1], replace(PLAIN[1], file_id=4, swap=Swap(3, "whole")), WAITING[2])
    more = Draft(7, 1, (Accepted((*row("w", "ann", 1).cells, "more")),))
    return [*(judged(TABLE, draft) for draft in drafts), judged(wider, more)]


def test_a_swap_and_another_table_have_transactions_of_their_own(tmp_path: Path) -> None:
    with Warehouse(tmp_path / "w.db", [TABLE]) as warehouse:
        cuts = [len(unit) for unit in units(map(warehouse.prepare, of_different_tables()))]
    assert cuts == [2, 1, 1, 1]


def test_a_swap_and_another_table_among_those_that_wait_give_the_vectors_of_one_by_one(tmp_path: Path) -> None:
    kept = []
    for name in ("waiting.db", "alone.db"):
        with Warehouse(tmp_path / name, [TABLE]) as warehouse:
            groups = [of_different_tables()] if name == "waiting.db" else [[each] for each in of_different_tables()]
            assert sum(len(store_all(warehouse, group)) for group in groups) == 5
        kept.append([vectors(tmp_path / name, view) for view in VIEWS])
    assert kept[0] == kept[1]
