"""A warehouse that meets another program or another config than the one that made it."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from contextlib import closing
from pathlib import Path

import pytest

from processors.columns import ColumnType, TypeName
from processors.errors import WarehouseError
from sinks.reading import WarehouseReader
from sinks.table import Table, Unique
from sinks.warehouse import Warehouse
from tests.sinks import contents
from tests.sinks.drafts import Accepted, Cell, Draft, judged, store

TEXT, WHOLE = ColumnType("string"), ColumnType("integer")
CODE, PAIR = (("code", TEXT),), (("code", TEXT), ("number", WHOLE))
BY_CODE, BY_NUMBER = Unique("u", ("code",)), Unique("u", ("number",))


def commit(path: Path, table: Table, *rows: tuple[Cell, ...], first: int = 1) -> None:
    """The rows as one span of file 1, in a warehouse that is opened and closed for it."""
    with Warehouse(path, [table]) as warehouse:
        store(warehouse, judged(table, Draft(1, first, tuple(Accepted(cells) for cells in rows))))


def codes(path: Path, columns: Iterable[str] = ("code",)) -> list[tuple[object, ...]]:
    """The staged rows, in order."""
    return list(contents.staged(path, "sales", *columns).values())


def execute(path: Path, statement: str) -> None:
    """Change a warehouse that nobody has open."""
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute(statement)


def test_a_new_warehouse_is_made_with_its_folder(tmp_path: Path) -> None:
    with Warehouse(tmp_path / "far" / "away" / "w.db", [Table("sales", CODE)]):
        assert (tmp_path / "far" / "away" / "w.db").exists()


def test_a_new_warehouse_of_no_datasets_has_a_ledger(tmp_path: Path) -> None:
    with Warehouse(tmp_path / "w.db", []), WarehouseReader(tmp_path / "w.db") as reader:
        assert list(reader.files()) == []


@pytest.mark.parametrize("name", ["what?.db", "100%.db", "a#b.db", "with blank.db", "ø.db", "q'uo\"te.db"])
def test_a_warehouse_may_have_any_name(tmp_path: Path, name: str) -> None:
    commit(tmp_path / name, Table("sales", CODE), ("a",))
    assert codes(tmp_path / name) == [("a",)]


def test_reopening_changes_nothing(tmp_path: Path) -> None:
    path, table = tmp_path / "w.db", Table("sales", PAIR, unique=(BY_CODE,))
    commit(path, table, ("a", 1), ("a", 2), ("b", None))
    before = contents.everything(path)
    contents.reopen(path, table)
    assert contents.everything(path) == before


def test_a_warehouse_opened_for_one_dataset_keeps_the_rows_of_the_others(tmp_path: Path) -> None:
    path = tmp_path / "w.db"
    commit(path, Table("sales", CODE), ("a",))
    contents.reopen(path, Table("people", CODE))
    assert codes(path) == [("a",)]


def test_a_column_that_the_config_gains_is_null_in_older_rows(tmp_path: Path) -> None:
    path = tmp_path / "w.db"
    commit(path, Table("sales", CODE), ("a",))
    commit(path, Table("sales", PAIR), ("b", 2), first=2)
    assert codes(path, ("code", "number")) == [("a", None), ("b", 2)]


def test_duplicates_go_on_behind_a_column_that_the_config_gains(tmp_path: Path) -> None:
    path = tmp_path / "w.db"
    commit(path, Table("sales", CODE, unique=(BY_CODE,)), ("a",), ("a",))
    commit(path, Table("sales", PAIR, unique=(BY_CODE,)), ("a", 2), ("b", 3), first=3)
    assert contents.reject_rules(path) == {2**32 + 2: ["u"], 2**32 + 3: ["u"]}


def test_a_column_that_the_config_loses_keeps_its_older_values(tmp_path: Path) -> None:
    path = tmp_path / "w.db"
    commit(path, Table("sales", PAIR), ("a", 1))
    commit(path, Table("sales", CODE), ("b",), first=2)
    assert codes(path, ("code", "number")) == [("a", 1), ("b", None)]


def test_a_column_whose_name_changes_only_in_case_stays_one_column(tmp_path: Path) -> None:
    path = tmp_path / "w.db"
    commit(path, Table("sales", (("Code", TEXT),)), ("a",))
    commit(path, Table("sales", CODE), ("b",), first=2)
    assert codes(path) == [("a",), ("b",)]


@pytest.mark.parametrize(
    ("before", "cell", "after", "expected"),
    [
        ("integer", 7, "string", "7"),
        ("integer", 7, "number", 7.0),
        ("string", "7", "integer", 7),
        ("string", None, "integer", None),
        ("number", 7.0, "integer", 7),
        ("boolean", True, "integer", 1),
        ("string", "0.5", "number", 0.5),
    ],
)
def test_a_column_that_changes_its_type_keeps_the_values_that_the_new_type_can_hold(
    tmp_path: Path, before: TypeName, cell: Cell, after: TypeName, expected: Cell
) -> None:
    path = tmp_path / "w.db"
    commit(path, Table("sales", (("code", ColumnType(before)),)), (cell,))
    contents.reopen(path, Table("sales", (("code", ColumnType(after)),)))
    assert codes(path) == [(expected,)]


@pytest.mark.parametrize(
    ("before", "cell", "after"), [("string", "abc", "integer"), ("number", 7.5, "integer"), ("string", "", "number")]
)
def test_a_type_that_older_values_do_not_have_is_refused_and_changes_nothing(
    tmp_path: Path, before: TypeName, cell: Cell, after: TypeName
) -> None:
    path = tmp_path / "w.db"
    commit(path, Table("sales", (("code", ColumnType(before)),)), (cell,))
    with pytest.raises(WarehouseError, match=r"sales\.code.*1 stored values.*replay --from 2026-11-21 --to 2026-11-21"):
        Warehouse(path, [Table("sales", (("code", ColumnType(after)),))])
    assert codes(path) == [(cell,)]


def test_a_replay_opens_with_a_type_that_older_values_do_not_have(tmp_path: Path) -> None:
    path = tmp_path / "w.db"
    commit(path, Table("sales", CODE), ("abc",), ("7",))
    with Warehouse(path, [Table("sales", (("code", WHOLE),))], replaying=True):
        pass
    assert codes(path) == [(None,), (7,)]


def test_no_replay_may_lose_values_that_are_in_no_raw_layer(tmp_path: Path) -> None:
    path = tmp_path / "w.db"
    commit(path, Table("sales", CODE, raw=False), ("abc",))
    with pytest.raises(WarehouseError, match="Without a raw layer"):
        Warehouse(path, [Table("sales", (("code", WHOLE),), raw=False)], replaying=True)
    assert codes(path) == [("abc",)]


def test_a_table_that_was_rewritten_still_refuses_values_of_another_type(tmp_path: Path) -> None:
    path = tmp_path / "w.db"
    commit(path, Table("sales", PAIR), ("7", 1))
    with (
        Warehouse(path, [Table("sales", (("code", WHOLE), ("number", WHOLE)))]) as warehouse,
        pytest.raises(WarehouseError, match="cannot store TEXT value in INTEGER column"),
    ):
        warehouse.connection.run("UPDATE stg_sales SET code = 'x'")


@pytest.mark.parametrize(
    ("before", "after", "cells"), [("integer", "string", (7, "7")), ("string", "integer", ("7", 7))]
)
def test_a_key_that_changes_its_type_still_meets_the_older_keys(
    tmp_path: Path, before: TypeName, after: TypeName, cells: tuple[Cell, Cell]
) -> None:
    path = tmp_path / "w.db"
    commit(path, Table("sales", (("code", ColumnType(before)),), unique=(BY_CODE,)), (cells[0],))
    commit(path, Table("sales", (("code", ColumnType(after)),), unique=(BY_CODE,)), (cells[1],), first=2)
    assert contents.reject_rules(path) == {2**32 + 2: ["u"]}


def test_a_new_rule_leaves_the_rows_that_are_there_as_they_are(tmp_path: Path) -> None:
    path = tmp_path / "w.db"
    commit(path, Table("sales", CODE), ("a",), ("a",))
    contents.reopen(path, Table("sales", CODE, unique=(BY_CODE,)))
    assert codes(path) == [("a",), ("a",)]


def test_a_new_rule_refuses_later_rows_with_the_key_of_an_older_one(tmp_path: Path) -> None:
    path = tmp_path / "w.db"
    commit(path, Table("sales", CODE), ("a",), ("a",))
    commit(path, Table("sales", CODE, unique=(BY_CODE,)), ("a",), ("b",), first=3)
    assert contents.reject_rules(path) == {2**32 + 3: ["u"]}


def test_a_rule_whose_columns_change_compares_the_new_columns_of_older_rows(tmp_path: Path) -> None:
    path = tmp_path / "w.db"
    commit(path, Table("sales", PAIR, unique=(BY_CODE,)), ("a", 1), ("a", 2))
    commit(path, Table("sales", PAIR, unique=(BY_NUMBER,)), ("a", 2), ("b", 3), first=3)
    assert contents.reject_rules(path) == {2**32 + 2: ["u"], 2**32 + 3: ["u"]}


def test_a_rule_whose_columns_change_forgets_the_old_keys(tmp_path: Path) -> None:
    path = tmp_path / "w.db"
    commit(path, Table("sales", PAIR, unique=(BY_CODE,)), ("a", 1), ("b", 2))
    contents.reopen(path, Table("sales", PAIR, unique=(BY_NUMBER,)))
    assert [key for key, _ in contents.keys(path, "uniq", "sales", "u")] == [1, 2]


def test_a_rule_that_is_taken_up_again_knows_the_rows_that_came_in_between(tmp_path: Path) -> None:
    path, with_rule, without = tmp_path / "w.db", Table("sales", CODE, unique=(BY_CODE,)), Table("sales", CODE)
    commit(path, with_rule, ("a",))
    commit(path, without, ("b",), first=2)
    commit(path, with_rule, ("b",), first=3)
    assert contents.reject_rules(path) == {2**32 + 3: ["u"]}


def test_a_rule_that_is_taken_up_again_has_forgotten_the_rows_that_went_in_between(tmp_path: Path) -> None:
    path, with_rule, without = tmp_path / "w.db", Table("sales", CODE, unique=(BY_CODE,)), Table("sales", CODE)
    commit(path, with_rule, ("a",))
    commit(path, without, ("b",))
    commit(path, with_rule, ("a",), first=2)
    assert codes(path) == [("b",), ("a",)]


def test_a_rule_that_the_config_loses_is_named_in_no_later_verdict(tmp_path: Path) -> None:
    path, other = tmp_path / "w.db", Unique("by_number", ("number",))
    commit(path, Table("sales", PAIR, unique=(BY_CODE, other)), ("a", 5), first=5)
    commit(path, Table("sales", PAIR, unique=(BY_CODE, other)), ("a", 6), ("b", 7), first=6)
    commit(path, Table("sales", PAIR, unique=(other,)), ("c", 6), first=1)
    found = contents.reasons(path)[2**32 + 6]
    assert [reason and reason["rule"] for reason in found] in (["by_number"], ["u", "by_number"])


def test_what_a_rule_said_of_a_row_is_forgotten_when_that_is_judged_without_any_rule(tmp_path: Path) -> None:
    path = tmp_path / "w.db"
    commit(path, Table("sales", CODE, unique=(BY_CODE,)), ("a",), ("a",))
    commit(path, Table("sales", CODE), ("a",), ("a",))
    assert (codes(path), contents.rows(path, "SELECT * FROM meta_duplicates")) == ([("a",), ("a",)], [])


def test_every_view_of_a_new_warehouse_can_be_read(tmp_path: Path) -> None:
    contents.reopen(tmp_path / "w.db")
    views = contents.rows(tmp_path / "w.db", "SELECT name FROM sqlite_schema WHERE type = 'view'")
    assert [contents.rows(tmp_path / "w.db", f"SELECT * FROM {name!s}") for (name,) in views] == [[]]


def test_a_warehouse_of_a_newer_program_is_refused_and_told_what_to_do(tmp_path: Path) -> None:
    path = tmp_path / "w.db"
    contents.reopen(path)
    execute(path, "INSERT INTO _sqlite_migrations (migration_set, name, applied_at) VALUES ('ade-stream', 'v9', '')")
    with pytest.raises(WarehouseError, match=r"newer ade-stream \(it has v9\)\. Upgrade"):
        contents.reopen(path)


def test_a_refused_warehouse_is_not_changed(tmp_path: Path) -> None:
    path = tmp_path / "w.db"
    contents.reopen(path)
    execute(path, "INSERT INTO _sqlite_migrations (migration_set, name, applied_at) VALUES ('ade-stream', 'v9', '')")
    before = contents.everything(path)
    with pytest.raises(WarehouseError):
        contents.reopen(path, Table("sales", CODE))
    assert contents.everything(path) == before


def test_migrations_of_another_program_in_the_same_file_do_not_matter(tmp_path: Path) -> None:
    path = tmp_path / "w.db"
    contents.reopen(path)
    execute(path, "INSERT INTO _sqlite_migrations (migration_set, name, applied_at) VALUES ('other', 'v9', '')")
    commit(path, Table("sales", CODE), ("a",))
    assert codes(path) == [("a",)]


@pytest.mark.parametrize("content", [b"order_id,amount\n" * 100, b"\x00" * 5000])
def test_a_file_that_is_no_database_is_refused_with_its_path(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "w.db"
    path.write_bytes(content)
    with pytest.raises(WarehouseError, match=r"w\.db.*file is not a database"):
        contents.reopen(path)


def test_a_file_that_is_no_database_is_not_changed(tmp_path: Path) -> None:
    path = tmp_path / "w.db"
    path.write_bytes(b"order_id,amount\n" * 100)
    with pytest.raises(WarehouseError):
        contents.reopen(path)
    assert path.read_bytes() == b"order_id,amount\n" * 100


def test_a_warehouse_that_could_not_be_opened_can_be_opened_when_its_fault_is_gone(tmp_path: Path) -> None:
    path = tmp_path / "w.db"
    path.write_bytes(b"no database, and long enough to have a header of one hundred bytes" * 3)
    with pytest.raises(WarehouseError):
        contents.reopen(path)
    path.unlink()
    commit(path, Table("sales", CODE), ("a",))
    assert codes(path) == [("a",)]


@pytest.mark.parametrize("folder", ["file", "file/deeper", "/proc/self"])
def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path, folder: str) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(WarehouseError, match=r"cannot be created.*--warehouse"):
        contents.reopen(tmp_path / folder / "w.db")


def test_a_warehouse_that_is_a_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "w.db").mkdir()
    with pytest.raises(WarehouseError, match=r"w\.db"):
        contents.reopen(tmp_path / "w.db")


def test_reading_where_there_is_no_warehouse_makes_none(tmp_path: Path) -> None:
    with pytest.raises(WarehouseError, match="there is no warehouse"):
        WarehouseReader(tmp_path / "w.db")
    assert not (tmp_path / "w.db").exists()


def test_an_older_and_a_new_warehouse_with_the_same_rows_have_the_same_content_hash(tmp_path: Path) -> None:
    older, new = tmp_path / "older.db", tmp_path / "new.db"
    commit(older, Table("sales", CODE), ("a",))
    for path in (older, new):
        commit(path, Table("sales", PAIR), ("a", 1))
    assert contents.content_hash(older, "sales") == contents.content_hash(new, "sales")
