"""Values and names that strangers chose: NUL, quotes, SQL keywords, our own words."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from processors.columns import ColumnType
from sinks.database.connection import Connection
from sinks.table import Table, Unique
from sinks.warehouse import Warehouse
from tests.sinks import contents
from tests.sinks.drafts import Accepted, Cell, Draft, judged, store
from tests.sinks.landings import dataset, land, load, replayed

TEXT = ColumnType("string")
INJECTION = 'amount"; DROP TABLE stg_sales; --'
HEADERS = [
    INJECTION,
    "a'b",
    'say "hi"',
    "tab\there",
    "back\\slash",
    "naïve ø",
    "_rescued",
    "_flags",
    "_date",
    "raw",
    "[",
    "{}",
]

#: Keywords of SQL, and the words that the sink's own statements use.
WORDS = ["select", "order", "group", "table", "index", "values", "key", "rule", "wanted", "mine", "first", "first_id"]
WORDS += [
    "given_up",
    "accepted",
    "path",
    "line",
    "reason",
    "reasons",
    "rowid",
    "r",
    "d",
    "p",
    "dataset",
    "status",
    "NULL",
]


def committed(path: Path, table: Table, *rows: tuple[Cell, ...]) -> None:
    """Each row in a commit of its own."""
    with Warehouse(path, [table]) as warehouse:
        for place, cells in enumerate(rows, 1):
            store(warehouse, judged(table, Draft(1, place, (Accepted(cells),))))


def test_a_text_with_a_nul_in_it_is_stored_whole(tmp_path: Path) -> None:
    table = Table("sales", (("v", TEXT),))
    committed(tmp_path / "w.db", table, ("a\x00b",))
    assert contents.rows(tmp_path / "w.db", "SELECT v, length(CAST(v AS BLOB)) FROM stg_sales") == [("a\x00b", 3)]


def test_texts_that_differ_behind_a_nul_are_different_keys_of_one_column(tmp_path: Path) -> None:
    table = Table("sales", (("v", TEXT),), unique=(Unique("u", ("v",)),))
    committed(tmp_path / "w.db", table, ("a\x00b",), ("a\x00c",))
    assert contents.balances(tmp_path / "w.db") == {1: (2, 2, 0)}


def test_texts_that_differ_behind_a_nul_are_different_keys_of_two_columns(tmp_path: Path) -> None:
    table = Table("sales", (("v", TEXT), ("w", TEXT)), unique=(Unique("u", ("v", "w")),))
    committed(tmp_path / "w.db", table, ("a\x00b", "x"), ("a\x00c", "x"))
    assert contents.balances(tmp_path / "w.db") == {1: (2, 2, 0)}


def test_records_that_differ_behind_a_nul_are_no_exact_duplicates(tmp_path: Path) -> None:
    table = Table("sales", (("v", TEXT),), unique=(Unique("u", ("v",), exact=True),))
    committed(tmp_path / "w.db", table, ("a\x00b",), ("a\x00c",))
    assert contents.balances(tmp_path / "w.db") == {1: (2, 2, 0)}


def test_the_content_hash_tells_texts_apart_that_differ_behind_a_nul(tmp_path: Path) -> None:
    table = Table("sales", (("v", TEXT),))
    for name in ("b", "c"):
        committed(tmp_path / f"{name}.db", table, (f"a\x00{name}",))
    hashes = {contents.content_hash(tmp_path / f"{name}.db", "sales") for name in ("b", "c")}
    assert len(hashes) == 2


@pytest.mark.parametrize("raw", [True, False])
def test_a_duplicate_with_a_nul_has_readable_reasons_and_a_raw_record(tmp_path: Path, raw: bool) -> None:
    table = Table("sales", (("v", TEXT),), unique=(Unique("u", ("v",)),), raw=raw)
    committed(tmp_path / "w.db", table, ("a\x00b",), ("a\x00b",))
    [(found, event)] = contents.rows(tmp_path / "w.db", "SELECT reasons, raw FROM rejects")
    assert (json.loads(str(found))[0]["value"], bool(json.loads(str(event)))) == ("a\x00b", True)


@pytest.mark.parametrize("number", [0.1 + 0.2, 5e-324, 1.7976931348623157e308, 123456789.123456789])
def test_the_raw_record_of_a_duplicate_without_a_raw_layer_keeps_every_digit_of_a_number(
    tmp_path: Path, number: float
) -> None:
    table = Table("sales", (("v", ColumnType("number")),), unique=(Unique("u", ("v",)),), raw=False)
    committed(tmp_path / "w.db", table, (number,), (number,))
    assert json.loads(str(contents.rows(tmp_path / "w.db", "SELECT raw FROM rejects")[0][0])) == {"v": number}


@pytest.mark.parametrize("word", WORDS)
def test_a_column_may_be_named_like_a_word_of_sql(tmp_path: Path, word: str) -> None:
    table = Table("sales", ((word, TEXT), ("n", ColumnType("integer"))), unique=(Unique("u", (word,)),))
    committed(tmp_path / "w.db", table, ("x", 1), ("x", 2), ("y", 3), ("x", 4))
    assert contents.staged(tmp_path / "w.db", "sales", word, "n") == {2**32 + 1: ("x", 1), 2**32 + 3: ("y", 3)}


@pytest.mark.parametrize("word", WORDS)
def test_a_key_of_two_columns_may_have_a_word_of_sql_in_it(tmp_path: Path, word: str) -> None:
    table = Table("sales", ((word, TEXT), ("n", ColumnType("integer"))), unique=(Unique("u", ("n", word)),), raw=False)
    committed(tmp_path / "w.db", table, ("x", 1), ("x", 2), ("x", 1))
    reason = contents.reasons(tmp_path / "w.db")[2**32 + 3][0]
    assert (reason["column"], reason["value"]) == (f"n, {word}", "1, x")


@pytest.mark.parametrize("rule", ["select", "it_s", "u" * 60])
def test_a_rule_may_be_named_like_a_word_of_sql(tmp_path: Path, rule: str) -> None:
    table = Table("sales", (("v", TEXT),), unique=(Unique(rule, ("v",)),))
    committed(tmp_path / "w.db", table, ("x",), ("x",))
    assert contents.reject_rules(tmp_path / "w.db") == {2**32 + 2: [rule]}


def test_rules_of_two_datasets_never_share_a_table_of_keys(tmp_path: Path) -> None:
    tables = [
        Table("a", (("v", TEXT),), unique=(Unique("b__c", ("v",)),)),
        Table("a__b", (("v", TEXT),), unique=(Unique("c", ("v",)),)),
    ]
    with Warehouse(tmp_path / "w.db", tables) as warehouse:
        receipts = [
            store(warehouse, judged(table, Draft(file_id, 1, (Accepted(("x",)),))))
            for file_id, table in enumerate(tables, 1)
        ]
    assert [receipt.accepted for receipt in receipts] == [1, 1]


@pytest.mark.parametrize("header", HEADERS)
def test_an_undeclared_column_is_rescued_under_its_own_name(tmp_path: Path, header: str) -> None:
    quoted = header.replace('"', '""')
    land(tmp_path / "landing", "sales/2026-11-21.csv", f'n,"{quoted}"', "1,it's", "x,2")
    load(tmp_path / "w.db", tmp_path / "landing", {"sales": dataset("sales", {"n": "integer"})})
    [(rescued,)] = contents.rows(tmp_path / "w.db", "SELECT _rescued FROM stg_sales")
    assert json.loads(str(rescued)) == {header: "it's"}


@pytest.mark.parametrize("header", HEADERS)
def test_a_raw_event_has_the_names_of_the_header(tmp_path: Path, header: str) -> None:
    quoted = header.replace('"', '""')
    land(tmp_path / "landing", "sales/2026-11-21.csv", f'n,"{quoted}"', '1,"say ""hi"""')
    load(tmp_path / "w.db", tmp_path / "landing", {"sales": dataset("sales", {"n": "integer"})})
    [(payload,)] = contents.rows(tmp_path / "w.db", "SELECT payload FROM raw_events")
    assert json.loads(str(payload)) == {"n": "1", header: 'say "hi"'}


@pytest.mark.parametrize("header", HEADERS)
def test_a_column_is_read_from_any_name_in_the_header_and_replayed_from_it(tmp_path: Path, header: str) -> None:
    quoted = header.replace('"', '""')
    land(tmp_path / "landing", "sales/2026-11-21.csv", f'"{quoted}"', "7", "x")
    datasets = {"sales": dataset("sales", {"n": {"type": "integer", "source": header}})}
    load(tmp_path / "w.db", tmp_path / "landing", datasets)
    assert [(each.accepted, each.changed) for each in replayed(tmp_path / "w.db", datasets, ["2026-11-21"])] == [
        (1, False)
    ]


def test_a_file_whose_header_names_a_column_like_our_row_id_does_not_stop_the_others(tmp_path: Path) -> None:
    land(tmp_path / "landing", "sales/a_2026-11-21.csv", "_id,n", "5f3e,1")
    land(tmp_path / "landing", "sales/b_2026-11-21.csv", "n", "2")
    load(tmp_path / "w.db", tmp_path / "landing", {"sales": dataset("sales", {"n": "integer"})})
    assert (2,) in contents.rows(tmp_path / "w.db", "SELECT n FROM stg_sales")


@pytest.mark.parametrize("column", ["full_name", "locked", "busy_since"])
def test_an_error_is_not_taken_for_a_full_disk_because_of_a_columns_name(tmp_path: Path, column: str) -> None:
    committed(tmp_path / "w.db", Table("sales", (("v", TEXT),)))
    with (
        Connection(tmp_path / "w.db", read_only=True) as connection,
        pytest.raises(Exception, match=f"no such column: {column}") as raised,
    ):
        connection.rows(f"SELECT {column} FROM stg_sales")
    assert "disk" not in str(raised.value)
    assert "another process" not in str(raised.value)
