"""What a reader is told, beside a writer or without one."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from processors.columns import ColumnType
from processors.errors import WarehouseError
from sinks.files import Position, row_id
from sinks.ledger.record_index import RecordIndex, unpack
from sinks.reading import DatasetStatus, WarehouseReader
from sinks.table import Table
from sinks.warehouse import Warehouse
from tests.sinks import contents
from tests.sinks.drafts import Accepted, Draft, Malformed, Refused, judged, path_of, payload, store

COLUMNS = (("code", ColumnType("string")),)
SALES, PEOPLE = Table("sales", COLUMNS), Table("people", COLUMNS)
DRAFTS = (
    Draft(1, 1, (Accepted(("a",)), Refused()), "2026-11-20"),
    Draft(1, 3, (Malformed(),), "2026-11-20", state="processing"),
    Draft(2, 1, (Accepted(("a",)),), "2026-11-21"),
)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Two files of sales; `people` has none."""
    with Warehouse(tmp_path / "w.db", [SALES, PEOPLE]) as warehouse:
        for draft in DRAFTS:
            store(warehouse, judged(SALES, draft))
    return tmp_path / "w.db"


def test_the_files_come_by_their_ids_with_balance_and_state(path: Path) -> None:
    with WarehouseReader(path) as reader:
        found = [(each.file.path, each.state, each.records, each.accepted, each.rejected) for each in reader.files()]
    assert found == [(path_of(1), "processing", 3, 1, 2), (path_of(2), "committed", 1, 1, 0)]


def test_files_are_chosen_by_a_condition(path: Path) -> None:
    with WarehouseReader(path) as reader:
        assert [each.file.file_id for each in reader.files("date = ?", "2026-11-21")] == [2]


def test_the_spans_of_a_file_come_in_its_order(path: Path) -> None:
    with WarehouseReader(path) as reader:
        assert [each.span for each in reader.spans(1)] == [DRAFTS[0].span, DRAFTS[1].span]


def test_a_span_tells_where_each_record_stands(path: Path) -> None:
    with WarehouseReader(path) as reader:
        entry = next(iter(reader.spans(1)))
    index = unpack(entry.record_index, entry.span.row_count, entry.lines_after)
    assert (index.lines.tolist(), index.starts.tolist(), index.ends.tolist()) == ([2, 3], [10, 20], [20, 30])


def test_the_raw_events_of_a_span_come_in_the_order_of_its_records(path: Path) -> None:
    with WarehouseReader(path) as reader:
        found = reader.events(DRAFTS[0].span).to_pylist()
    expected = zip(DRAFTS[0].ids, DRAFTS[0].records, strict=True)
    assert found == [{"_id": row, "payload": payload(row, record)} for row, record in expected]


def test_the_status_adds_up_the_files_of_a_dataset(path: Path) -> None:
    with WarehouseReader(path) as reader:
        [found] = reader.status()
    expected = DatasetStatus("sales", 2, {"committed": 1, "processing": 1}, 2, 4, 2, 2, found.last_commit)
    assert found == expected


def test_an_empty_warehouse_has_no_status(tmp_path: Path) -> None:
    with Warehouse(tmp_path / "w.db", [SALES]), WarehouseReader(tmp_path / "w.db") as reader:
        assert reader.status() == []


def test_a_reader_sees_what_is_committed_and_nothing_of_an_open_transaction(path: Path) -> None:
    with Warehouse(path, [SALES]) as warehouse, WarehouseReader(path) as reader:
        with warehouse.transaction():
            store(warehouse, judged(SALES, Draft(2, 2, (Accepted(("b",)),), "2026-11-21")))
            during = reader.position(2).records
        assert (during, reader.position(2).records) == (1, 2)


def test_a_reader_cannot_write(path: Path) -> None:
    with WarehouseReader(path) as reader, pytest.raises(WarehouseError, match="readonly"):
        list(reader._connection.batches("DELETE FROM rejects"))


def test_a_reader_of_a_file_that_is_no_database_says_so(tmp_path: Path) -> None:
    (tmp_path / "w.db").write_bytes(b"order_id,amount\n" * 100)
    with (
        pytest.raises(WarehouseError, match="is no sound SQLite database"),
        WarehouseReader(tmp_path / "w.db") as reader,
    ):
        reader.status()


def test_the_content_hash_of_an_unknown_date_is_that_of_nothing(path: Path) -> None:
    nothing = contents.content_hash(path, "sales", "1999-01-01")
    assert nothing != contents.content_hash(path, "sales", "2026-11-20")


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE stg_sales SET code = 'b' WHERE _id = 4294967297",
        "UPDATE stg_sales SET _rescued = '{}' WHERE _id = 4294967297",
        "UPDATE rejects SET reasons = '[]' WHERE _id = 4294967298",
        "UPDATE rejects SET status = 'dropped' WHERE _id = 4294967298",
        "DELETE FROM rejects WHERE _id = 4294967298",
        "INSERT INTO raw_events VALUES (4294967300, 'sales', '{}', '')",
        "UPDATE meta_files SET accepted = 2, rejected = 1 WHERE file_id = 1",
    ],
)
def test_the_content_hash_notices_any_change_of_content(path: Path, statement: str) -> None:
    before = contents.content_hash(path, "sales")
    with Warehouse(path, [SALES]) as warehouse:
        warehouse.connection.run(statement)
    assert contents.content_hash(path, "sales") != before


def test_the_content_hash_leaves_out_when_things_were_loaded(path: Path) -> None:
    before = contents.content_hash(path, "sales")
    with Warehouse(path, [SALES]) as warehouse:
        warehouse.connection.run("UPDATE meta_files SET updated_at = 'later', discovered_at = 'earlier'")
    assert contents.content_hash(path, "sales") == before


def test_a_value_that_moves_to_the_next_column_changes_the_content_hash(tmp_path: Path) -> None:
    table = Table("sales", (("a", ColumnType("string")), ("b", ColumnType("string"))))
    hashes: set[str] = set()
    for cells in ((None, "x"), ("x", None), ("x,", None), ("'x'", None), ("", "x")):
        path = tmp_path / f"{len(hashes)}.db"
        with Warehouse(path, [table]) as warehouse:
            store(warehouse, judged(table, Draft(1, 1, (Accepted(cells),))))
        hashes.add(contents.content_hash(path, "sales"))
    assert len(hashes) == 5


@given(st.integers(1, 2**31 - 1), st.integers(1, 2**32 - 1))
def test_a_row_id_names_one_record_of_one_file(file_id: int, record: int) -> None:
    assert (row_id(file_id, record) >> 32, row_id(file_id, record) & 0xFFFFFFFF) == (file_id, record)


def test_a_file_with_the_largest_id_has_a_position(tmp_path: Path) -> None:
    with Warehouse(tmp_path / "w.db", [SALES]) as warehouse:
        store(warehouse, judged(SALES, Draft(2**31 - 1, 1, (Accepted(("a",)),))))
        assert warehouse.position(2**31 - 1) == Position(1, 20, 2)


@given(st.lists(st.tuples(st.integers(0, 2**33), st.integers(0, 2**33), st.integers(1, 2**34)), max_size=20))
def test_a_record_index_is_unpacked_as_it_was_packed(steps: list[tuple[int, int, int]]) -> None:
    index = _index(steps)
    found = unpack(index.pack(), len(index), index.lines_after)
    assert [each.tolist() for each in (found.lines, found.starts, found.ends)] == [
        each.tolist() for each in (index.lines, index.starts, index.ends)
    ]


def _index(steps: list[tuple[int, int, int]]) -> RecordIndex:
    """Records that lie so many lines and bytes behind each other, and are so long."""
    lines, gaps, lengths = (np.array([step[place] for step in steps], np.int64) for place in range(3))
    ends = np.cumsum(gaps + lengths)
    return RecordIndex(np.cumsum(lines), ends - lengths, ends, 0)
