"""A span is committed whole, replaced whole, and never half over another; a position is where they stop to touch."""

from __future__ import annotations

import tempfile
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from processors.columns import ColumnType
from processors.errors import ConservationError, WarehouseError
from sinks.files import Position
from sinks.table import Table, Unique
from sinks.warehouse import Warehouse
from tests.sinks.contents import content_hash, everything, rows
from tests.sinks.drafts import RECORD_BYTES, Accepted, Draft, Refused, judged, store

TABLE = Table("sales", (("code", ColumnType("string")),), unique=(Unique("by_code", ("code",)),))


def span(first: int, count: int, file_id: int = 1, code: str = "k") -> Draft:
    """A drafted span with a key of its own in every row."""
    return Draft(file_id, first, tuple(Accepted((f"{code}{file_id}.{first + place}",)) for place in range(count)))


OVERLAPPING = {
    "within": (12, 3),
    "at the beginning": (10, 4),
    "at the end": (16, 4),
    "over the beginning": (8, 4),
    "over the end": (18, 4),
    "around": (5, 20),
    "one record longer": (10, 11),
    "one record shorter": (10, 9),
    "ending with its first record": (5, 6),
    "beginning with its last record": (19, 5),
    "over it and the next": (10, 20),
    "over the border to the next": (18, 6),
}


@pytest.mark.parametrize(("first", "count"), OVERLAPPING.values(), ids=OVERLAPPING.keys())
class TestASpanThatPartlyOverlapsACommittedOne:
    def test_is_refused(self, tmp_path: Path, first: int, count: int) -> None:
        with Warehouse(tmp_path / "w.db", [TABLE]) as warehouse:
            for draft in (span(10, 10), span(20, 10)):
                store(warehouse, judged(TABLE, draft))
            with pytest.raises(
                WarehouseError, match=f"records {first} to {first + count - 1} of file 1 partly overlap"
            ):
                store(warehouse, judged(TABLE, span(first, count)))

    def test_changes_nothing(self, tmp_path: Path, first: int, count: int) -> None:
        path = tmp_path / "w.db"
        with Warehouse(path, [TABLE]) as warehouse:
            for draft in (span(10, 10), span(20, 10)):
                store(warehouse, judged(TABLE, draft))
            before = everything(path)
            with pytest.raises(WarehouseError):
                store(warehouse, judged(TABLE, span(first, count)))
            assert everything(path) == before


def test_an_identical_span_replaces_the_rows_of_the_committed_one(tmp_path: Path) -> None:
    with Warehouse(tmp_path / "w.db", [TABLE]) as warehouse:
        for code in ("old", "new"):
            store(warehouse, judged(TABLE, span(1, 2, code=code)))
        assert warehouse.connection.rows("SELECT code FROM stg_sales ORDER BY _id") == [("new1.1",), ("new1.2",)]


def test_a_replaced_span_keeps_its_raw_events(tmp_path: Path) -> None:
    path = tmp_path / "w.db"
    with Warehouse(path, [TABLE]) as warehouse:
        store(warehouse, judged(TABLE, span(1, 2)))
        events = rows(path, "SELECT * FROM raw_events")
        store(warehouse, judged(TABLE, Draft(1, 1, (Refused(), Refused()))))
    assert rows(path, "SELECT * FROM raw_events") == events


def test_an_identical_span_with_another_byte_range_is_refused(tmp_path: Path) -> None:
    draft = judged(TABLE, span(1, 2))
    with Warehouse(tmp_path / "w.db", [TABLE]) as warehouse:
        store(warehouse, draft)
        batch = draft.batch
        moved = replace(batch.part, span=replace(batch.part.span, byte_end=batch.part.span.byte_end + 5))
        other = replace(batch, parts=(moved,))
        with pytest.raises(WarehouseError, match="overlap"):
            store(warehouse, draft.__class__(other, draft.outcome, draft.events))


def test_spans_that_touch_are_both_committed(tmp_path: Path) -> None:
    with Warehouse(tmp_path / "w.db", [TABLE]) as warehouse:
        for draft in (span(5, 5), span(1, 4), span(10, 1)):
            store(warehouse, judged(TABLE, draft))
        assert warehouse.connection.integer("SELECT count(*) FROM stg_sales") == 10


def test_spans_of_two_files_with_the_same_record_numbers_do_not_overlap(tmp_path: Path) -> None:
    with Warehouse(tmp_path / "w.db", [TABLE]) as warehouse:
        for file_id in (2, 1, 3):
            store(warehouse, judged(TABLE, span(1, 5, file_id)))
        assert warehouse.connection.integer("SELECT count(*) FROM stg_sales") == 15


def test_a_file_without_commits_is_at_its_beginning(tmp_path: Path) -> None:
    with Warehouse(tmp_path / "w.db", [TABLE]) as warehouse:
        store(warehouse, judged(TABLE, span(1, 5, file_id=2)))
        assert warehouse.position(1) == Position()


def test_a_file_whose_first_span_is_missing_is_at_its_beginning(tmp_path: Path) -> None:
    with Warehouse(tmp_path / "w.db", [TABLE]) as warehouse:
        store(warehouse, judged(TABLE, span(6, 5)))
        assert warehouse.position(1) == Position()


@settings(max_examples=25, deadline=None)
@given(st.lists(st.integers(1, 4), min_size=1, max_size=6), st.data())
def test_the_position_is_the_end_of_the_spans_that_follow_each_other_from_the_first(
    sizes: list[int], data: st.DataObject
) -> None:
    drafts = [span(1 + sum(sizes[:place]), size) for place, size in enumerate(sizes)]
    chosen = data.draw(st.permutations(data.draw(st.lists(st.sampled_from(drafts), unique_by=id, min_size=1))))
    present = {draft.first: len(draft.records) for draft in chosen}
    end = 1
    while end in present:
        end += present[end]
    with tempfile.TemporaryDirectory() as folder, Warehouse(Path(folder) / "w.db", [TABLE]) as warehouse:
        for draft in [*(span(1, 3, file_id=2), span(9, 3, file_id=2)), *chosen]:
            store(warehouse, judged(TABLE, draft))
        expected = Position(end - 1, RECORD_BYTES * end, end) if end > 1 else Position()
        assert warehouse.position(1) == expected


def test_a_verdict_that_lost_a_record_is_a_bug_and_changes_nothing(tmp_path: Path) -> None:
    path = tmp_path / "w.db"
    whole, short = judged(TABLE, span(1, 3)), judged(TABLE, span(1, 2))
    with Warehouse(path, [TABLE]) as warehouse:
        before = everything(path)
        with pytest.raises(ConservationError):
            store(warehouse, whole.__class__(whole.batch, short.outcome, whole.events))
        assert everything(path) == before


def test_the_content_hash_of_a_date_covers_the_files_of_that_date_alone(tmp_path: Path) -> None:
    path = tmp_path / "w.db"
    with Warehouse(path, [TABLE]) as warehouse:
        for file_id, date in ((1, "2026-11-20"), (2, "2026-11-21")):
            draft = span(1, 3, file_id)
            store(warehouse, judged(TABLE, Draft(file_id, 1, draft.records, date)))
        before = content_hash(path, "sales", "2026-11-20")
        store(warehouse, judged(TABLE, Draft(2, 1, (Refused(), Refused(), Refused()), "2026-11-21")))
        assert content_hash(path, "sales", "2026-11-20") == before
