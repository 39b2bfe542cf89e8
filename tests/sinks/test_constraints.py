"""What the database itself refuses, whoever asks."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from processors.columns import ColumnType
from processors.errors import WarehouseError
from sinks.table import Table, Unique
from sinks.warehouse import Warehouse
from tests.sinks import contents
from tests.sinks.drafts import Accepted, Draft, Malformed, Refused, judged, payload, store

COLUMNS = (("code", ColumnType("string")), ("number", ColumnType("integer")))
TABLE = Table("sales", COLUMNS, unique=(Unique("by_code", ("code",)),))
DRAFT = Draft(1, 1, (Accepted(("a", 1)), Accepted(("a", 2)), Refused(), Malformed(), Accepted(("b", None))))
NO_RAW = Table("sales", COLUMNS, unique=TABLE.unique, raw=False)


@pytest.mark.parametrize("column", ["records", "accepted", "rejected"])
def test_a_balance_that_does_not_add_up_is_refused(tmp_path: Path, column: str) -> None:
    with Warehouse(tmp_path / "w.db", [TABLE]) as warehouse:
        store(warehouse, judged(TABLE, DRAFT))
        with pytest.raises(WarehouseError, match="CHECK constraint failed"):
            warehouse.connection.run(f"UPDATE meta_files SET {column} = {column} + 1")


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE raw_events SET payload = '{}'",
        "UPDATE raw_events SET _id = _id + 100 WHERE _id = 4294967297",
        "UPDATE OR IGNORE raw_events SET dataset = 'other'",
        "DELETE FROM raw_events",
        "DELETE FROM raw_events WHERE _id = 4294967297",
    ],
)
class TestARawEvent:
    def test_cannot_be_changed_nor_deleted(self, tmp_path: Path, statement: str) -> None:
        with Warehouse(tmp_path / "w.db", [TABLE]) as warehouse:
            store(warehouse, judged(TABLE, DRAFT))
            with pytest.raises(WarehouseError, match="raw_events is immutable"):
                warehouse.connection.run(statement)

    def test_is_as_it_was_behind_the_attempt(self, tmp_path: Path, statement: str) -> None:
        path = tmp_path / "w.db"
        with Warehouse(path, [TABLE]) as warehouse:
            store(warehouse, judged(TABLE, DRAFT))
            before = contents.rows(path, "SELECT * FROM raw_events")
            with pytest.raises(WarehouseError):
                warehouse.connection.run(statement)
        assert contents.rows(path, "SELECT * FROM raw_events") == before


def test_a_raw_event_is_not_replaced_either(tmp_path: Path) -> None:
    path = tmp_path / "w.db"
    with Warehouse(path, [TABLE]) as warehouse:
        store(warehouse, judged(TABLE, DRAFT))
        with pytest.raises(WarehouseError, match="raw_events is immutable"):
            warehouse.connection.run("REPLACE INTO raw_events VALUES (4294967297, 'sales', '{}', '')")


def test_every_record_of_a_span_has_its_raw_event(tmp_path: Path) -> None:
    with Warehouse(tmp_path / "w.db", [TABLE]) as warehouse:
        store(warehouse, judged(TABLE, DRAFT))
    found = contents.rows(tmp_path / "w.db", "SELECT _id, payload FROM raw_events ORDER BY _id")
    assert found == [(row, payload(row, each)) for row, each in zip(DRAFT.ids, DRAFT.records, strict=True)]


def test_without_a_raw_layer_no_event_is_kept(tmp_path: Path) -> None:
    with Warehouse(tmp_path / "w.db", [NO_RAW]) as warehouse:
        store(warehouse, judged(NO_RAW, DRAFT))
    assert contents.rows(tmp_path / "w.db", "SELECT count(*) FROM raw_events") == [(0,)]


@pytest.mark.parametrize("place", [2, 3])
def test_without_a_raw_layer_a_reject_still_has_its_raw_record(tmp_path: Path, place: int) -> None:
    with Warehouse(tmp_path / "w.db", [NO_RAW]) as warehouse:
        store(warehouse, judged(NO_RAW, DRAFT))
    [(raw,)] = contents.rows(tmp_path / "w.db", "SELECT raw FROM rejects WHERE _id = ?", DRAFT.ids[place])
    assert raw == payload(DRAFT.ids[place], DRAFT.records[place])


def test_without_a_raw_layer_a_duplicate_has_its_typed_row_as_raw_record(tmp_path: Path) -> None:
    with Warehouse(tmp_path / "w.db", [NO_RAW]) as warehouse:
        store(warehouse, judged(NO_RAW, DRAFT))
    [(raw,)] = contents.rows(tmp_path / "w.db", "SELECT raw FROM rejects WHERE _id = ?", DRAFT.ids[1])
    assert json.loads(str(raw)) == {"code": "a", "number": 2}


@pytest.mark.parametrize(
    ("record", "status"),
    [(Refused("r", "drop"), "dropped"), (Refused("r", "quarantine"), "quarantined"), (Malformed(), "quarantined")],
)
def test_a_reject_is_dropped_only_where_its_rule_drops(
    tmp_path: Path, record: Refused | Malformed, status: str
) -> None:
    with Warehouse(tmp_path / "w.db", [TABLE]) as warehouse:
        store(warehouse, judged(TABLE, Draft(1, 1, (record,))))
    assert contents.rows(tmp_path / "w.db", "SELECT status FROM rejects") == [(status,)]


@pytest.mark.parametrize(
    ("actions", "status"), [(("drop", "drop"), "dropped"), (("drop", "quarantine"), "quarantined")]
)
def test_a_duplicate_is_dropped_only_where_all_its_rules_drop(
    tmp_path: Path, actions: tuple[str, str], status: str
) -> None:
    rules = tuple(
        Unique(f"by_{name}", (name,), action=action) for (name, _), action in zip(COLUMNS, actions, strict=True)
    )
    table = Table("sales", COLUMNS, unique=rules)
    with Warehouse(tmp_path / "w.db", [table]) as warehouse:
        store(warehouse, judged(table, Draft(1, 1, (Accepted(("a", 1)), Accepted(("a", 1))))))
    assert contents.rows(tmp_path / "w.db", "SELECT status FROM rejects") == [(status,)]


def test_a_reject_stands_where_its_record_stands_in_the_file(tmp_path: Path) -> None:
    with Warehouse(tmp_path / "w.db", [TABLE]) as warehouse:
        store(warehouse, judged(TABLE, DRAFT))
    found = contents.rows(tmp_path / "w.db", "SELECT line, byte_start, byte_end FROM rejects ORDER BY _id")
    assert found == [(3, 20, 30), (4, 30, 40), (5, 40, 50)]
