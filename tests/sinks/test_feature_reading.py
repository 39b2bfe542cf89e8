"""Reading vectors by key, by date and whole, and the rows that they are made of."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pytest

from processors.feature_views.evaluating import vectors as evaluated
from sinks.database.connection import Connection
from sinks.feature_views import columns
from sinks.feature_views.reading import latest, rows_between, vectors
from sinks.warehouse import Warehouse
from tests.sinks.drafts import Draft, judged, store
from tests.sinks.views import EVER, VIEWS, WITHIN, row, with_views

TABLE = with_views(*VIEWS)
DRAFTS = (
    Draft(1, 1, (row("a", "bob", 9), row("b", "ann", 7), row("c", None, 1)), "2026-11-20"),
    Draft(2, 1, (row("d", "ann", 5, 3), row("e", "ann", 12, None, "0.25"), row("f", "bob", 9)), "2026-11-21"),
)
FIRST, SECOND = (draft.ids for draft in DRAFTS)


@pytest.fixture
def connection(tmp_path: Path) -> Iterator[Connection]:
    """Two dates of two entities, read beside nobody."""
    with Warehouse(tmp_path / "w.db", [TABLE]) as warehouse:
        for draft in DRAFTS:
            store(warehouse, judged(TABLE, draft))
    with Connection(tmp_path / "w.db", read_only=True) as opened:
        yield opened


def entities(*who: str) -> pa.RecordBatch:
    """Some entities."""
    return pa.record_batch({"who": list(who)})


def test_the_latest_vector_is_that_of_the_last_row_and_of_the_greatest_id_among_equals(connection: Connection) -> None:
    found = latest(connection, WITHIN, entities("bob", "nobody", "ann")).to_pylist()
    assert [(each["who"], each["_id"], each["_date"]) for each in found] == [
        ("bob", SECOND[2], "2026-11-21"),
        ("ann", SECOND[1], "2026-11-21"),
    ]
    assert found[1]["sum_paid_20_1"] == Decimal("3.00")


def test_vectors_come_in_the_order_of_entity_time_and_id(connection: Connection) -> None:
    read = pa.Table.from_batches(vectors(connection, WITHIN))
    assert read["_id"].to_pylist() == [SECOND[0], FIRST[1], SECOND[1], FIRST[0], SECOND[2]]
    assert read.column_names == ["who", "_event_us", "_id", "_date", *(each.name for each in WITHIN.features)]


def test_vectors_of_a_date_are_those_of_its_rows_in_the_same_order(connection: Connection) -> None:
    read = pa.Table.from_batches(vectors(connection, WITHIN, "2026-11-21"))
    assert read["_id"].to_pylist() == [SECOND[0], SECOND[1], SECOND[2]]


def test_pages_joined_are_the_whole(connection: Connection, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = pa.Table.from_batches(vectors(connection, EVER))
    monkeypatch.setattr(columns, "ROWS_AT_ONCE", 2)
    assert pa.Table.from_batches(vectors(connection, EVER)) == whole


def test_a_date_without_vectors_gives_none_with_their_types(connection: Connection) -> None:
    [nothing] = vectors(connection, WITHIN, "2026-11-22")
    assert nothing.num_rows == 0
    assert nothing.schema.field("sum_paid_20_1").type == pa.decimal128(38, 2)


def test_rows_of_entities_between_instants_are_what_the_evaluator_takes(connection: Connection) -> None:
    ranges = pa.record_batch({"who": ["ann", "bob"], "_first_us": [6, 0], "_last_us": [20, 8]})
    found = rows_between(connection, WITHIN, ranges)
    assert found["_event_us"].to_pylist() == [7, 12]
    probes = pa.record_batch({"who": ["ann"], "_event_us": [13]})
    assert evaluated(WITHIN, found, probes)["count_rows_7_1"].to_pylist() == [2]


def test_rows_can_tell_when_they_were_first_committed(connection: Connection) -> None:
    ranges = pa.record_batch({"who": ["ann"], "_first_us": [0], "_last_us": [20]})
    [known, *_] = rows_between(connection, WITHIN, ranges, with_commits=True)["_committed_us"].to_pylist()
    [(told,)] = connection.rows("SELECT committed_at FROM meta_spans WHERE span_id = ?", SECOND[0])
    assert datetime.fromtimestamp(known / 1e6, UTC) == datetime.fromisoformat(str(told))


def test_the_latest_vector_is_read_in_well_under_a_millisecond(connection: Connection) -> None:
    asked, milliseconds = entities("ann"), []
    for _ in range(50):
        began = time.process_time()
        latest(connection, WITHIN, asked)
        milliseconds.append((time.process_time() - began) * 1e3)
    assert sorted(milliseconds)[len(milliseconds) // 2] < 1.0
