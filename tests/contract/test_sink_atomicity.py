"""Wherever a commit breaks off, the warehouse is as it was before, and the same commit can be made again."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

import pyarrow as pa
import pytest

from processors.columns import ColumnType
from processors.errors import WarehouseError
from sinks import warehouse as module
from sinks.database.connection import Connection, Scalar
from sinks.table import Table, Unique
from sinks.warehouse import Warehouse
from tests.sinks.contents import content_hash, everything, leftovers
from tests.sinks.drafts import Accepted, Draft, Malformed, Refused, judged, store
from tests.sinks.models import MODEL

TABLE = Table(
    "sales",
    (("code", ColumnType("string")), ("number", ColumnType("integer"))),
    unique=(Unique("by_code", ("code",)), Unique("by_number", ("number",), action="drop")),
    models=(MODEL,),  # its log is written with every commit
)

BEFORE = (
    Draft(1, 4, (Accepted(("a", 1)), Accepted(("b", 2)), Malformed())),
    Draft(2, 1, (Accepted(("a", 3)), Accepted(("c", 2)), Refused(), Accepted((None, 4)))),
)
AFTER = {
    "a new span that takes first places": Draft(
        1, 1, (Accepted(("a", 9)), Accepted(("c", 4)), Malformed()), marked={"rule.amount_range": 1}
    ),
    "a new span that only loses": Draft(3, 1, (Accepted(("a", 1)), Accepted(("b", 2)), Refused())),
    "a new span without duplicates": Draft(3, 1, (Accepted(("x", 11)), Refused("odd", "drop")), marked={"n": 2}),
    "a span that is replaced and gives up its first places": Draft(
        1, 4, (Accepted(("z", 1)), Refused(), Malformed()), marked={"rule.amount_range": 1}
    ),
}


@dataclass
class Breakage:
    """Where the next statements break off: at which one (from 1), and whether before, halfway through or behind it."""

    at: int = 0
    when: str = "before"
    error: type[BaseException] = WarehouseError
    seen: int = 0


class BrittleConnection(Connection):
    """A connection on which one statement fails; ROLLBACK never does."""

    breakage: ClassVar[Breakage] = Breakage()

    def run(self, sql: str, *parameters: Scalar) -> int:
        with self._breaking(sql):
            return super().run(sql, *parameters)

    def rows(self, sql: str, *parameters: Scalar) -> list[tuple[Scalar, ...]]:
        with self._breaking(sql):
            return super().rows(sql, *parameters)

    def insert(self, sql: str, rows: pa.RecordBatch) -> int:
        breakage = self.breakage
        if breakage.when == "halfway" and breakage.seen + 1 == breakage.at:
            super().insert(sql, rows.slice(0, (rows.num_rows + 1) // 2))
        with self._breaking(sql):
            return super().insert(sql, rows)

    @contextmanager
    def _breaking(self, sql: str) -> Iterator[None]:
        breakage = self.breakage
        if sql == "ROLLBACK":
            yield
            return
        breakage.seen += 1
        if breakage.seen == breakage.at and breakage.when != "behind":
            raise breakage.error(f"broken off at statement {breakage.at}: {sql}")
        yield
        if breakage.seen == breakage.at and sql != "COMMIT":
            raise breakage.error(f"broken off behind statement {breakage.at}: {sql}")


@pytest.fixture
def path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A warehouse with a past, which is written through a brittle connection from now on."""
    monkeypatch.setattr(module, "Connection", BrittleConnection)
    monkeypatch.setattr(BrittleConnection, "breakage", Breakage())
    with Warehouse(tmp_path / "w.db", [TABLE]) as warehouse:
        for draft in BEFORE:
            store(warehouse, judged(TABLE, draft))
    return tmp_path / "w.db"


def broken_off(
    warehouse: Warehouse, draft: Draft, when: str, error: type[BaseException] = WarehouseError
) -> Iterator[int]:
    """Try the commit again and again, breaking off one statement later each time; ends when it has succeeded.

    An error right behind the first statement, BEGIN, has a test of its own.
    """
    for at in range(2 if when == "behind" else 1, 1000):
        BrittleConnection.breakage = Breakage(at, when, error)
        try:
            store(warehouse, judged(TABLE, draft))
        except error:
            BrittleConnection.breakage = Breakage()
            yield at
        else:
            BrittleConnection.breakage = Breakage()
            return


def commit_together(warehouse: Warehouse, drafts: Iterable[Draft]) -> None:
    """All of them in one transaction."""
    with warehouse.transaction():
        for draft in drafts:
            store(warehouse, judged(TABLE, draft))


@pytest.mark.parametrize("when", ["before", "halfway", "behind"])
@pytest.mark.parametrize("draft", AFTER.values(), ids=AFTER.keys())
class TestACommitThatBreaksOffAtAnyStatement:
    def test_leaves_every_row_of_every_table_as_it_was(self, path: Path, draft: Draft, when: str) -> None:
        with Warehouse(path, [TABLE]) as warehouse:
            before = everything(path)
            for at in broken_off(warehouse, draft, when):
                assert (at, everything(path)) == (at, before)

    def test_leaves_the_temporary_tables_empty(self, path: Path, draft: Draft, when: str) -> None:
        with Warehouse(path, [TABLE]) as warehouse:
            for at in broken_off(warehouse, draft, when):
                assert (at, set(leftovers(warehouse).values())) == (at, {0})

    def test_can_be_made_again_with_the_result_of_an_undisturbed_one(self, path: Path, draft: Draft, when: str) -> None:
        with Warehouse(path, [TABLE]) as warehouse:
            attempts = sum(1 for _ in broken_off(warehouse, draft, when))
        with Warehouse(path.with_name("undisturbed.db"), [TABLE]) as warehouse:
            for each in (*BEFORE, draft):
                store(warehouse, judged(TABLE, each))
        assert attempts > 10
        assert content_hash(path, "sales") == content_hash(path.with_name("undisturbed.db"), "sales")


def test_an_interrupt_at_any_statement_leaves_every_table_as_it_was(path: Path) -> None:
    draft = AFTER["a new span that takes first places"]
    with Warehouse(path, [TABLE]) as warehouse:
        before = everything(path)
        for at in broken_off(warehouse, draft, "before", KeyboardInterrupt):
            assert (at, everything(path)) == (at, before)


def test_an_interrupt_right_behind_begin_leaves_no_transaction_open(path: Path) -> None:
    draft = AFTER["a new span without duplicates"]
    with Warehouse(path, [TABLE]) as warehouse:
        BrittleConnection.breakage = Breakage(1, "behind", KeyboardInterrupt)
        with pytest.raises(KeyboardInterrupt):
            store(warehouse, judged(TABLE, draft))
        BrittleConnection.breakage = Breakage()
        store(warehouse, judged(TABLE, draft))
        assert warehouse.position(3).records == len(draft.records)


def test_commits_in_one_transaction_are_undone_together_when_the_last_breaks_off(path: Path) -> None:
    with Warehouse(path, [TABLE]) as warehouse:
        before = everything(path)
        BrittleConnection.breakage = Breakage(60)
        with pytest.raises(WarehouseError, match="broken off"):
            commit_together(warehouse, AFTER.values())
    assert everything(path) == before


def test_a_commit_that_breaks_off_in_a_transaction_is_undone_even_where_the_caller_goes_on(path: Path) -> None:
    done, broken = AFTER["a new span without duplicates"], AFTER["a new span that takes first places"]
    with Warehouse(path.with_name("undisturbed.db"), [TABLE]) as warehouse:
        for draft in (*BEFORE, done):
            store(warehouse, judged(TABLE, draft))
    with Warehouse(path, [TABLE]) as warehouse, warehouse.transaction():
        BrittleConnection.breakage = Breakage(12)
        with pytest.raises(WarehouseError, match="broken off"):
            store(warehouse, judged(TABLE, broken))
        BrittleConnection.breakage = Breakage()
        store(warehouse, judged(TABLE, done))
    assert content_hash(path, "sales") == content_hash(path.with_name("undisturbed.db"), "sales")


def test_a_transaction_that_was_undone_does_not_swallow_the_commits_behind_it(path: Path) -> None:
    draft = AFTER["a new span without duplicates"]
    with Warehouse(path, [TABLE]) as warehouse:
        BrittleConnection.breakage = Breakage(5)
        with pytest.raises(WarehouseError, match="broken off"), warehouse.transaction():
            store(warehouse, judged(TABLE, draft))
        BrittleConnection.breakage = Breakage()
        store(warehouse, judged(TABLE, draft))
        assert warehouse.position(3).records == len(draft.records)
