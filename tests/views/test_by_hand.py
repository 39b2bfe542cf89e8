"""The SQL of a view, run by hand in SQLite over the staged table, gives the vectors that are computed here."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from processors.columns import ColumnType
from processors.feature_views.evaluating import vectors
from processors.feature_views.inputs import inputs
from processors.feature_views.model import FeatureView
from processors.feature_views.values import arrow_type
from sinks.database.encoding import staged_rows
from sinks.rows.tables import create, stored_types
from sinks.table import Table
from stream.config import load_configs
from tests.system.processes import SHIPPED_CONFIGS
from tests.views.statements import COLUMNS, over, viewed

EVERYTHING = viewed(
    over(
        """customer_id,
        count(*) OVER week AS n, count(status) OVER week AS known, sum(amount) OVER week AS spent,
        avg(quantity) OVER ever AS mean, min(day) OVER ever AS first_day, max(status) OVER week AS last_status,
        max(quantity) FILTER (WHERE status = 'a' OR vip) OVER ever AS most,
        count(*) FILTER (WHERE price BETWEEN 1 AND 3.5 AND status IN ('a', 'b')) OVER ever AS some,
        sum(CASE WHEN vip THEN quantity ELSE -quantity END) OVER week AS balance_of_vips,
        sum(coalesce(price, 1.5) * quantity) OVER week AS worth,
        CAST(count(*) OVER week AS DOUBLE PRECISION) / nullif(count(*) OVER ever - 1, 0) AS share,
        abs(sum(quantity) OVER week) - 3 * 2 AS difference,
        (_event_us - max(_event_us) OVER ever) / 86400000000.0 AS days,
        CASE WHEN count(*) OVER ever > 2 THEN 'often' WHEN max(quantity) OVER ever IS NULL THEN '-'
        END AS habit,
        max(price) OVER week > 2 AS dear, NOT (sum(price) OVER week IS NULL) AS priced,
        min(status) OVER week || '/' || max(status) OVER week AS statuses""",
        where="status <> 'c' OR status IS NULL",
    )
)
[SHIPPED] = load_configs(SHIPPED_CONFIGS)["orders"].table.views

_CELLS: dict[str, st.SearchStrategy[object]] = {
    "customer_id": st.sampled_from(["ann", "bob"]),
    "order_ts": st.integers(0, 40).map(lambda half: datetime(2026, 1, 1, tzinfo=UTC) + timedelta(days=half / 2)),
    "Amount": st.none() | st.decimals(-9999, 9999, places=2),
    "balance": st.none() | st.decimals(-9999, 9999, places=2),
    "quantity": st.none() | st.integers(-5, 9),
    "price": st.none() | st.integers(-8, 40).map(lambda eighths: eighths / 8),
    "status": st.none() | st.sampled_from(["a", "b", "c", "Ä"]),
    "vip": st.none() | st.booleans(),
    "day": st.none() | st.dates(date(2026, 1, 1), date(2026, 2, 1)),
}
_SCHEMA = pa.schema({"_id": pa.int64(), **{name: arrow_type(kind) for name, kind in COLUMNS.items()}})
ROWS = st.lists(st.fixed_dictionaries(_CELLS), max_size=25)


def by_hand(table: Table, rows: pa.RecordBatch, sql: str) -> dict[int, dict[str, Any]]:
    """What SQLite says, by row id."""
    noted = pa.nulls(rows.num_rows, pa.string())
    stored = staged_rows(rows.append_column("_flags", noted).append_column("_rescued", noted), table, "2026-01-01")
    database = sqlite3.connect(":memory:")
    database.row_factory = sqlite3.Row
    database.execute(create("stg_orders", stored_types(table)))
    places = ", ".join("?" * len(stored.schema.names))
    columns = [column.to_pylist() for column in stored.columns]
    database.executemany(f"INSERT INTO stg_orders VALUES ({places})", zip(*columns, strict=True))
    found = {row["_id"]: dict(row) for row in database.execute(sql.replace("SELECT", "SELECT _id,", 1))}
    database.close()
    return found


def computed(view: FeatureView, table: Table, rows: pa.RecordBatch) -> dict[int, dict[str, Any]]:
    """What is computed here, by row id."""
    instants = rows[table.event_time].cast(pa.int64())
    taken = inputs(view, rows.append_column("_event_us", instants))
    found = vectors(view, taken, taken.select([*view.keys, "_event_us"]))
    return dict(zip(taken["_id"].to_pylist(), found.to_pylist(), strict=True))


def as_sqlite_says(value: Any) -> Any:
    """A value as SQLite has it, decimals as numbers."""
    if isinstance(value, Decimal):
        return pytest.approx(float(value), rel=1e-9, abs=1e-9)
    if isinstance(value, float):
        return pytest.approx(value, rel=1e-9, abs=1e-9)
    return value.isoformat() if isinstance(value, date) else value


def assert_same(view: FeatureView, types: Sequence[tuple[str, ColumnType]], rows: pa.RecordBatch) -> None:
    """The SQL text and the view say the same of each row."""
    table = Table("orders", tuple(types), "order_ts")
    expected = computed(view, table, rows)
    found = by_hand(table, rows, view.sql)
    assert found.keys() == expected.keys()
    for row, vector in expected.items():
        assert {name: found[row][name] for name in vector} == {
            name: as_sqlite_says(each) for name, each in vector.items()
        }


def batch(rows: list[dict[str, object]], schema: pa.Schema = _SCHEMA) -> pa.RecordBatch:
    """Typed rows with ids from 1."""
    return pa.RecordBatch.from_pylist([{"_id": place} | row for place, row in enumerate(rows, 1)], schema=schema)


@given(ROWS)
@settings(deadline=None)
def test_every_kind_of_expression_means_in_sqlite_what_it_means_here(rows: list[dict[str, object]]) -> None:
    assert_same(EVERYTHING, list(COLUMNS.items()), batch(rows))


@given(ROWS)
@settings(deadline=None, max_examples=40)
def test_the_shipped_view_means_in_sqlite_what_it_means_here(rows: list[dict[str, object]]) -> None:
    columns = load_configs(SHIPPED_CONFIGS)["orders"].table.columns
    schema = pa.schema({"_id": pa.int64(), **{name: arrow_type(kind) for name, kind in columns}})
    known = [{"customer_id": row["customer_id"], "order_ts": row["order_ts"], "amount": row["Amount"]} for row in rows]
    assert_same(SHIPPED, columns, batch(known, schema))
