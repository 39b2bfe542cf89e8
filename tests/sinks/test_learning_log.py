"""When the log of learning begins, goes on, and is left alone."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pyarrow as pa
from hypothesis import given, settings
from hypothesis import strategies as st

from sinks.base import Swap
from sinks.database.connection import Connection
from sinks.models.log import RUN_IDS_MAX, entries
from sinks.models.rows import ModelRows
from sinks.table import Table
from sinks.warehouse import Warehouse
from tests.sinks.contents import reopen
from tests.sinks.drafts import Accepted, Draft, Refused, judged, store
from tests.sinks.models import MODEL, Follower, with_models
from tests.sinks.views import TABLE, row

LOGGED = with_models(MODEL)
BATCH_ONLY = with_models(replace(MODEL, online=None))


def commit(path: Path, table: Table, *drafts: Draft) -> None:
    """Commit spans, in a warehouse that is opened and closed for them."""
    with Warehouse(path, [table]) as warehouse:
        for draft in drafts:
            store(warehouse, judged(table, draft))


def span(file_id: int, *codes: str, first: int = 1, swap: Swap | None = None) -> Draft:
    """A span with rows that have these keys."""
    return Draft(file_id, first, tuple(row(code, "ann", 1) for code in codes), swap=swap)


def logged(path: Path) -> list[tuple[str, str, int, int]]:
    """The log: what, why, and which records of which file."""
    with Connection(path, read_only=True) as connection:
        found = list(entries(connection, "sales", 0, 1 << 20))
    return [(each.change, each.cause, each.id_first >> 32, each.id_first & 0xFFFFFFFF) for each in found]


def test_a_dataset_without_models_has_no_log(tmp_path: Path) -> None:
    commit(tmp_path / "w.db", TABLE, span(1, "a"), span(2, "b"))
    assert logged(tmp_path / "w.db") == []


def test_a_model_that_is_only_trained_needs_no_log(tmp_path: Path) -> None:
    commit(tmp_path / "w.db", BATCH_ONLY, span(1, "a"))
    assert logged(tmp_path / "w.db") == []


def test_each_span_is_an_entry(tmp_path: Path) -> None:
    commit(tmp_path / "w.db", LOGGED, span(1, "a", "b"), span(1, "c", first=3), span(2, "d"))
    assert logged(tmp_path / "w.db") == [
        ("added", "span", 1, 1),
        ("added", "span", 1, 3),
        ("added", "span", 2, 1),
    ]


def test_an_entry_ends_with_its_span(tmp_path: Path) -> None:
    commit(tmp_path / "w.db", LOGGED, span(1, "a", "b"), span(1, "c", first=3))
    with Connection(tmp_path / "w.db", read_only=True) as connection:
        first, second = entries(connection, "sales", 0, 9)
    assert (first.id_last + 1, second.id_last) == (second.id_first, second.id_first)


def test_the_first_model_of_a_dataset_finds_the_spans_that_were_there(tmp_path: Path) -> None:
    path = tmp_path / "w.db"
    commit(path, TABLE, span(2, "a"), span(1, "b"), span(1, "c", first=2))
    reopen(path, LOGGED)
    assert logged(path) == [("added", "span", 1, 1), ("added", "span", 1, 2), ("added", "span", 2, 1)]


def test_what_was_superseded_before_the_first_model_is_not_found(tmp_path: Path) -> None:
    path = tmp_path / "w.db"
    commit(path, TABLE, span(1, "a"), span(2, "b", swap=Swap(1, "whole")))
    reopen(path, LOGGED)
    assert logged(path) == [("added", "span", 2, 1)]


def test_opening_once_more_finds_nothing_new(tmp_path: Path) -> None:
    path = tmp_path / "w.db"
    commit(path, LOGGED, span(1, "a"))
    reopen(path, LOGGED)
    assert logged(path) == [("added", "span", 1, 1)]


def test_a_log_has_no_gap_where_the_model_was_away(tmp_path: Path) -> None:
    path = tmp_path / "w.db"
    commit(path, LOGGED, span(1, "a"))
    commit(path, TABLE, span(2, "b"))
    commit(path, LOGGED, span(3, "c"))
    assert [file_id for *_, file_id, _ in logged(path)] == [1, 2, 3]


def test_a_generation_goes_before_the_next_one_comes(tmp_path: Path) -> None:
    commit(tmp_path / "w.db", LOGGED, span(1, "a"), span(2, "a", swap=Swap(1, "whole")))
    assert logged(tmp_path / "w.db")[1:] == [("removed", "file", 1, 1), ("added", "span", 2, 1)]


def test_a_row_that_loses_to_an_earlier_one_goes(tmp_path: Path) -> None:
    commit(tmp_path / "w.db", LOGGED, span(2, "a", "b"), span(1, "b"))
    assert logged(tmp_path / "w.db")[1:] == [("added", "span", 1, 1), ("removed", "rule", 2, 2)]


def test_a_row_that_is_freed_comes(tmp_path: Path) -> None:
    path = tmp_path / "w.db"
    commit(path, LOGGED, span(1, "a"), span(2, "b", "a"), span(3, "c", swap=Swap(1, "whole")))
    assert logged(path)[2:] == [("removed", "file", 1, 1), ("added", "rule", 2, 2), ("added", "span", 3, 1)]


def test_neighbours_that_move_together_are_one_entry(tmp_path: Path) -> None:
    path = tmp_path / "w.db"
    commit(path, LOGGED, span(2, "a", "b", "c", "x", "d"), span(1, "a", "b", "c", "d"))
    with Connection(path, read_only=True) as connection:
        moved = [(each.id_first & 0xFF, each.id_last & 0xFF) for each in entries(connection, "sales", 3, 9)]
    assert moved == [(1, 3), (5, 5)]


def test_an_entry_of_rows_that_moved_is_not_longer_than_where_it_is_looked_for(tmp_path: Path) -> None:
    path, codes = tmp_path / "w.db", [str(number) for number in range(2 * RUN_IDS_MAX)]
    commit(path, LOGGED, span(2, *codes), span(1, *codes))
    with Connection(path, read_only=True) as connection:
        moved = list(entries(connection, "sales", 3, 9))
        lengths = [each.id_last - each.id_first + 1 for each in moved]
        first = next(entries(connection, "sales", 0, 1))
        assert ModelRows(connection, MODEL).of_entry(first, 0, 9).num_rows == 0
    assert (sum(lengths), max(lengths)) == (2 * RUN_IDS_MAX, RUN_IDS_MAX)


def test_a_span_that_is_judged_again_is_no_news(tmp_path: Path) -> None:
    path, refused = tmp_path / "w.db", Draft(1, 1, (Refused(), row("b", "ann", 1)))
    commit(path, LOGGED, span(1, "a", "b"), span(2, "a"), refused)
    assert logged(path) == [("added", "span", 1, 1), ("added", "span", 2, 1)]


def test_what_is_rolled_back_is_not_logged(tmp_path: Path) -> None:
    path = tmp_path / "w.db"
    with Warehouse(path, [LOGGED]) as warehouse, warehouse.transaction(keep=False):
        store(warehouse, judged(LOGGED, span(1, "a")))
    assert logged(path) == []


def test_the_first_commit_behind_a_rollback_is_logged_once(tmp_path: Path) -> None:
    path = tmp_path / "w.db"
    with Warehouse(path, [LOGGED]) as warehouse:
        with warehouse.transaction(keep=False):
            store(warehouse, judged(LOGGED, span(1, "a")))
        store(warehouse, judged(LOGGED, span(1, "a")))
    assert logged(path) == [("added", "span", 1, 1)]


def test_a_span_without_accepted_rows_is_an_entry_too(tmp_path: Path) -> None:
    commit(tmp_path / "w.db", LOGGED, Draft(1, 1, (Refused(),)))
    assert logged(tmp_path / "w.db") == [("added", "span", 1, 1)]


@given(st.lists(st.sampled_from([LOGGED, TABLE, BATCH_ONLY]), max_size=5), st.data())
@settings(deadline=None, max_examples=25)
def test_who_follows_has_every_row_whenever_models_come_and_go(tables: Sequence[Table], data: st.DataObject) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "w.db"
        for file_id, table in enumerate(tables, 1):
            codes = data.draw(st.lists(st.sampled_from("abcdef"), min_size=1, max_size=3))
            commit(path, table, span(file_id, *codes))
        with Warehouse(path, [LOGGED]) as warehouse:
            follower = Follower()
            follower.read(warehouse.connection, 1 << 20, 2)
            staged = [int(str(each)) for (each,) in warehouse.connection.rows("SELECT _id FROM stg_sales")]
    assert sorted(follower.learned.elements()) == staged


def test_rows_of_an_entry_do_not_hold_those_that_a_later_entry_names(tmp_path: Path) -> None:
    path = tmp_path / "w.db"
    commit(path, LOGGED, span(1, "a"), span(2, "b", "a", "c"), span(3, "d", swap=Swap(1, "whole")))
    with Connection(path, read_only=True) as connection:
        _, second, _, freed, _ = entries(connection, "sales", 0, 9)
        rows = ModelRows(connection, MODEL)
        assert _records(rows.between(second.id_first, second.id_last, 9)) == [1, 2, 3]
        assert _records(rows.of_entry(second, 0, 9)) == [1, 3]
        assert _records(rows.of_entry(freed, 0, 9)) == [2]


def _records(rows: pa.RecordBatch) -> list[int]:
    return [each & 0xFF for each in rows["_id"].to_pylist()]


def test_of_an_entry_so_many_rows_are_read_as_are_asked_for(tmp_path: Path) -> None:
    commit(tmp_path / "w.db", LOGGED, Draft(1, 1, tuple(Accepted(row(c, "ann", 1).cells) for c in "abcde")))
    with Connection(tmp_path / "w.db", read_only=True) as connection:
        [entry] = entries(connection, "sales", 0, 9)
        rows = ModelRows(connection, MODEL).of_entry(entry, entry.id_first, 2)
    assert _records(rows) == [2, 3]
