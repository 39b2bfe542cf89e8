"""Tables that follow their contract while a warehouse is open: in the transaction of the batch that needs them so."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from processors.columns import ColumnType
from processors.errors import WarehouseError
from processors.schemas.amendments import Amendment
from sinks.base import Swap
from sinks.table import Table, Unique
from sinks.warehouse import Warehouse
from tests.sinks import contents
from tests.sinks.drafts import Accepted, Cell, Draft, Malformed, judged, store

TEXT, WHOLE, NUMBER = ColumnType("string"), ColumnType("integer"), ColumnType("number")
ADDED = Amendment("sales", "add", "note", "Note", "string")
NARROW = Table("sales", (("code", TEXT), ("n", WHOLE)))
FURTHER = replace(NARROW, columns=(*NARROW.columns, ("note", TEXT)), amendments=(ADDED,))
WIDER = Table("sales", (("code", TEXT), ("n", NUMBER)))
AMENDMENTS = 'SELECT dataset, kind, "column", source, type, file_id FROM meta_schema_amendments ORDER BY amendment_id'


@pytest.fixture
def warehouse(tmp_path: Path) -> Iterator[Warehouse]:
    with Warehouse(tmp_path / "w.db", [NARROW]) as opened:
        yield opened


def put(warehouse: Warehouse, table: Table, file_id: int, *rows: tuple[Cell, ...], swap: Swap | None = None) -> None:
    """The rows as the first span of a file."""
    verdict = judged(table, Draft(file_id, 1, tuple(Accepted(cells) for cells in rows)))
    store(warehouse, replace(verdict, batch=replace(verdict.batch, swap=swap)))


def put_and_give_up(warehouse: Warehouse) -> None:
    """A row with a further column, inside a transaction that fails."""
    with warehouse.transaction():
        put(warehouse, FURTHER, 2, ("b", 2, "new"))
        raise KeyError


def staged(warehouse: Warehouse, *columns: str) -> list[tuple[object, ...]]:
    """The staged rows as another process sees them."""
    return list(contents.staged(warehouse.path, "sales", *columns).values())


def names(warehouse: Warehouse, table: str = "stg_sales") -> list[object]:
    """The columns of a table as another process sees them."""
    return [name for (name,) in contents.rows(warehouse.path, "SELECT name FROM pragma_table_info(?)", table)]


def test_a_further_column_is_null_in_the_rows_before(warehouse: Warehouse) -> None:
    put(warehouse, NARROW, 1, ("a", 1))
    put(warehouse, FURTHER, 2, ("b", 2, "new"))
    assert staged(warehouse, "code", "note") == [("a", None), ("b", "new")]


def test_the_table_of_duplicates_gains_the_column_too(warehouse: Warehouse) -> None:
    put(warehouse, FURTHER, 2, ("b", 2, "new"))
    assert "note" in names(warehouse, "dup_sales")


def test_a_batch_with_the_narrower_table_is_stored_in_the_wider_one(warehouse: Warehouse) -> None:
    put(warehouse, FURTHER, 2, ("b", 2, "new"))
    put(warehouse, NARROW, 1, ("a", 1))
    assert staged(warehouse, "code", "note") == [("a", None), ("b", "new")]


def test_values_that_are_there_are_converted_to_the_wider_type(warehouse: Warehouse) -> None:
    put(warehouse, NARROW, 1, ("a", 1), ("b", None))
    put(warehouse, WIDER, 2, ("c", 2.5))
    assert [(type(n), n) for _, n in staged(warehouse, "code", "n")] == [(float, 1), (type(None), None), (float, 2.5)]


def test_a_value_of_the_narrower_type_is_converted_when_it_comes_later(warehouse: Warehouse) -> None:
    put(warehouse, WIDER, 2, ("c", 2.5))
    put(warehouse, NARROW, 1, ("a", 7))
    assert staged(warehouse, "n") == [(7.0,), (2.5,)]


def test_the_order_in_which_tables_come_makes_no_difference(tmp_path: Path) -> None:
    batches = [(NARROW, 1, ("a", 1)), (FURTHER, 2, ("b", 2, "new")), (NARROW, 3, ("c", 3))]
    hashes = set()
    for place, order in enumerate(([0, 1, 2], [1, 0, 2], [2, 0, 1], [0, 2, 1])):
        with Warehouse(tmp_path / f"{place}.db", [NARROW]) as opened:
            for number in order:
                table, file_id, cells = batches[number]
                put(opened, table, file_id, cells)
        hashes.add(contents.content_hash(tmp_path / f"{place}.db", "sales"))
    assert len(hashes) == 1


def test_an_amendment_is_recorded_once_with_the_file_that_asked_for_it(warehouse: Warehouse) -> None:
    for file_id in (5, 6):
        put(warehouse, FURTHER, file_id, ("b", 2, "new"))
    assert contents.rows(warehouse.path, AMENDMENTS) == [("sales", "add", "note", "Note", "string", 5)]


def test_an_amendment_that_changes_no_table_is_recorded_too(warehouse: Warehouse) -> None:
    put(warehouse, replace(NARROW, amendments=(Amendment("sales", "optional", "n"),)), 1, ("a", None))
    assert contents.rows(warehouse.path, AMENDMENTS) == [("sales", "optional", "n", "", "", 1)]


def test_a_commit_that_fails_leaves_the_table_as_it_was(warehouse: Warehouse) -> None:
    put(warehouse, NARROW, 1, ("a", 1), ("b", 2))
    overlapping = judged(FURTHER, Draft(1, 2, (Accepted(("c", 3, "new")), Accepted(("d", 4, "new")))))
    with pytest.raises(WarehouseError, match="partly overlap"):
        store(warehouse, overlapping)
    assert ("note" in names(warehouse), contents.rows(warehouse.path, AMENDMENTS)) == (False, [])


def test_behind_a_commit_that_failed_the_column_is_gained_again(warehouse: Warehouse) -> None:
    put(warehouse, NARROW, 1, ("a", 1), ("b", 2))
    with pytest.raises(WarehouseError):
        store(warehouse, judged(FURTHER, Draft(1, 2, (Accepted(("c", 3, "new")), Accepted(("d", 4, "new"))))))
    put(warehouse, FURTHER, 2, ("e", 5, "new"))
    assert staged(warehouse, "note") == [(None,), (None,), ("new",)]


def test_a_swap_that_is_given_up_takes_the_column_with_it(warehouse: Warehouse) -> None:
    put(warehouse, NARROW, 1, ("a", 1))
    put(warehouse, WIDER, 2, ("b", 2.5), swap=Swap(1, "begin"))
    put(warehouse, NARROW, 3, ("c", 3), swap=Swap(1, "undo"))
    assert [(type(n), n) for (n,) in staged(warehouse, "n")] == [(int, 1), (int, 3)]


def test_an_outer_transaction_that_fails_takes_the_column_with_it(warehouse: Warehouse) -> None:
    with pytest.raises(KeyError):
        put_and_give_up(warehouse)
    put(warehouse, NARROW, 1, ("a", 1))
    assert names(warehouse) == ["_id", "_date", "_event_us", "code", "n", "_flags", "_rescued"]


def test_news_alone_may_bring_a_column(warehouse: Warehouse) -> None:
    put(warehouse, FURTHER, 2)
    assert "note" in names(warehouse)


def test_rows_that_move_keep_the_column_that_their_batch_did_not_have(tmp_path: Path) -> None:
    unique = (Unique("u", ("code",)),)
    narrow, further = replace(NARROW, unique=unique), replace(FURTHER, unique=unique)
    with Warehouse(tmp_path / "w.db", [narrow]) as warehouse:
        put(warehouse, further, 2, ("a", 2, "second"))
        put(warehouse, narrow, 1, ("a", 1))
        assert contents.typed(warehouse.path, "dup_sales", ("note",)) == {(2 << 32) + 1: ("second",)}


def test_exact_duplicates_are_compared_in_the_further_column_too(tmp_path: Path) -> None:
    exact = Unique("same", ("code", "n"), exact=True)
    narrow = replace(NARROW, unique=(exact,))
    further = replace(FURTHER, unique=(replace(exact, columns=("code", "n", "note")),))
    with Warehouse(tmp_path / "w.db", [narrow]) as warehouse:
        put(warehouse, narrow, 1, ("a", 1), ("a", 1))
        put(warehouse, further, 2, ("a", 1, "new"), ("a", 1, None))
        assert set(contents.reject_rules(warehouse.path)) == {(1 << 32) + 2, (2 << 32) + 2}


def test_an_index_and_a_view_of_a_person_outlive_a_rebuilt_table(tmp_path: Path) -> None:
    with Warehouse(tmp_path / "w.db", [NARROW]) as warehouse:
        warehouse.connection.run("CREATE INDEX by_code ON stg_sales (code)")
        warehouse.connection.run("CREATE VIEW doubled AS SELECT 2 * n AS n FROM stg_sales")
        put(warehouse, NARROW, 1, ("a", 1))
        put(warehouse, WIDER, 2, ("c", 2.5))
        found = contents.rows(warehouse.path, "SELECT name FROM sqlite_schema WHERE name IN ('by_code', 'doubled')")
        assert (len(found), contents.rows(warehouse.path, "SELECT n FROM doubled ORDER BY n")) == (2, [(2.0,), (5.0,)])


def test_a_malformed_record_needs_no_column(warehouse: Warehouse) -> None:
    store(warehouse, judged(FURTHER, Draft(1, 1, (Malformed(),))))
    assert contents.balances(warehouse.path) == {1: (1, 0, 1)}


def test_a_warehouse_is_opened_again_with_what_it_has_gained(warehouse: Warehouse) -> None:
    path = warehouse.path
    put(warehouse, FURTHER, 2, ("b", 2, "new"))
    warehouse.close()
    contents.reopen(path, FURTHER)
    assert contents.staged(path, "sales", "note") == {(2 << 32) + 1: ("new",)}
