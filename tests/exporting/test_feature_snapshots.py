"""Snapshots of feature views: the vectors of each date, by version, and never older than the warehouse."""

from __future__ import annotations

import csv
import tempfile
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pyarrow import parquet

from processors.errors import WarehouseError
from sinks.database.connection import Connection
from sinks.reading import WarehouseReader
from sinks.table import Table
from sinks.warehouse import Warehouse
from stream.closing import Closings
from stream.exporting.projections import projections
from stream.exporting.writing import write
from tests.contract.test_feature_views import Step, played, steps
from tests.sinks.drafts import Accepted, Draft, judged, store
from tests.sinks.views import EVER, VIEWS, WITHIN, with_views

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
TABLE = replace(with_views(EVER, WITHIN), exports=("features",))


def bought(code: str, at: int, who: str = "ann") -> Accepted:
    """A row of an entity at an instant."""
    return Accepted((code, who, 1, 0.5, Decimal("1.10"), EPOCH + timedelta(microseconds=at)))


def kept(path: Path, *drafts: Draft, table: Table = TABLE) -> None:
    """Commit them, and close their dates."""
    with Warehouse(path, [table]) as warehouse:
        for draft in drafts:
            store(warehouse, judged(table, draft))
        Closings(warehouse).close()


def snapshot(path: Path, day: int, name: str = "ever", version: int = 1) -> Path:
    """The Parquet file of a date."""
    return path.parent / "features" / name / f"v{version}" / f"2026-11-{day:02d}.parquet"


def contents(folder: Path) -> dict[str, bytes]:
    """All files below a folder."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Where the warehouse is to be."""
    (tmp_path / "warehouse").mkdir()
    return tmp_path / "warehouse" / "ade.db"


def test_a_snapshot_has_the_vectors_of_a_date_in_the_order_of_the_ids(path: Path) -> None:
    kept(path, Draft(1, 1, (bought("x", 9), bought("y", 3, "bob"), bought("z", 5)), "2026-11-21"))
    found = parquet.read_table(snapshot(path, 21))
    assert found.column_names[:4] == ["who", "_event_us", "_id", "_date"]
    assert found["who"].to_pylist() == ["ann", "bob", "ann"]
    assert found["max__event_us_ever_1"].to_pylist() == [5, None, None]
    assert found["sum_paid_ever_1"].to_pylist() == [Decimal("1.10"), None, None]


def test_parquet_keeps_types_and_says_which_version_it_is_of(path: Path) -> None:
    kept(path, Draft(1, 1, (bought("x", 9),), "2026-11-21"))
    schema = parquet.read_schema(snapshot(path, 21))
    assert schema.field("sum_paid_ever_1").type == pa.decimal128(38, 2)
    assert schema.metadata[b"ade_stream.view"] == b"ever"
    assert schema.metadata[b"ade_stream.sql_hash"] == EVER.sql_hash.encode()


def test_the_csv_has_the_same_rows_as_text(path: Path) -> None:
    kept(path, Draft(1, 1, (bought("x", 9), bought("z", 5)), "2026-11-21"))
    with snapshot(path, 21).with_suffix(".csv").open(newline="", encoding="utf-8") as file:
        told = list(csv.DictReader(file))
    typed = parquet.read_table(snapshot(path, 21)).to_pylist()
    assert told == [{name: "" if cell is None else str(cell) for name, cell in row.items()} for row in typed]


def test_a_late_row_comes_into_the_snapshots_of_later_dates_whose_windows_hold_it(path: Path) -> None:
    kept(
        *(path, Draft(1, 1, (bought("x", 10),), "2026-11-21")),
        *(Draft(2, 1, (bought("y", 12),), "2026-11-22"), Draft(3, 1, (bought("z", 30),), "2026-11-23")),
    )
    before = {day: snapshot(path, day, "within").stat().st_mtime_ns for day in (21, 22, 23)}
    kept(path, Draft(4, 1, (bought("late", 11),), "2026-11-20"))
    assert parquet.read_table(snapshot(path, 22, "within"))["count_rows_7_1"].to_pylist() == [2]
    assert snapshot(path, 21, "within").stat().st_mtime_ns == before[21]
    assert snapshot(path, 22, "within").stat().st_mtime_ns > before[22]


def test_a_new_version_has_a_folder_of_its_own_and_the_old_one_stays(path: Path) -> None:
    kept(path, Draft(1, 1, (bought("x", 9),), "2026-11-21"))
    old = snapshot(path, 21).read_bytes()
    newer = replace(EVER, version=2, sql_hash="another")
    kept(path, table=replace(TABLE, views=(newer, WITHIN)))
    assert snapshot(path, 21, version=2).exists()
    assert snapshot(path, 21).read_bytes() == old


def test_a_version_that_comes_back_is_written_as_the_rows_are_now(path: Path) -> None:
    kept(path, Draft(1, 1, (bought("x", 9),), "2026-11-21"))
    newer = replace(TABLE, views=(replace(EVER, version=2, sql_hash="another"), WITHIN))
    kept(path, Draft(2, 1, (bought("late", 3),), "2026-11-20"), table=newer)
    kept(path)
    assert parquet.read_table(snapshot(path, 21))["count_n_ever_1"].to_pylist() == [1]


def test_what_the_warehouse_does_not_have_yet_is_told_to_those_who_only_read(path: Path) -> None:
    kept(path, table=replace(TABLE, views=()))
    with WarehouseReader(path) as reader, pytest.raises(WarehouseError, match="not in the warehouse yet"):
        list(projections(reader.connection, TABLE, ["features"]))


@settings(deadline=None, max_examples=20, suppress_health_check=[HealthCheck.too_slow])
@given(steps(), st.integers(1, 4))
def test_files_are_never_older_than_the_warehouse(told: Sequence[Step], at_once: int) -> None:
    table = replace(with_views(*VIEWS), exports=("clean", "features"))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "warehouse" / "ade.db"
        path.parent.mkdir()
        for first in range(0, len(told) + 1, at_once):
            played(path, told[first : first + at_once], table)
            kept(path, table=table)
        with Connection(path, read_only=True) as connection:
            for projection in projections(connection, table, table.exports):
                write(Path(folder) / "anew", projection)
        for kind in table.exports:
            assert contents(path.parent / kind) == contents(Path(folder) / "anew" / kind)
