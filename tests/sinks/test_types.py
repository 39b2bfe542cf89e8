"""How each logical type is stored: read back as SQLite has it."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import polars as pl
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from processors.casting.casting import polars_type
from processors.columns import ColumnType
from sinks.database.encoding import as_stored, as_typed, iso_timestamps
from sinks.table import Table
from sinks.warehouse import Warehouse
from tests.sinks import contents
from tests.sinks.drafts import Accepted, Cell, Draft, judged, store

MOMENTS = st.datetimes(timezones=st.just(UTC))
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
laws = settings(max_examples=25, deadline=None)


def stored(kind: ColumnType, values: Sequence[Cell], event_time: bool = False) -> list[tuple[Any, ...]]:
    """The values, their SQLite types and `_event_us`, after they were committed to a column of type `kind`."""
    table = Table("t", (("v", kind),), "v" if event_time else None)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "w.db"
        with Warehouse(path, [table]) as warehouse:
            store(warehouse, judged(table, Draft(1, 1, tuple(Accepted((value,)) for value in values))))
        return contents.rows(path, "SELECT v, typeof(v), _event_us FROM stg_t ORDER BY _id")


def iso(moment: datetime) -> str:
    """ISO 8601 in UTC with microseconds, for any year."""
    return f"{moment.year:04}-{moment:%m-%dT%H:%M:%S.%f}Z"


def nullable(values: st.SearchStrategy[Any]) -> st.SearchStrategy[list[Any]]:
    """Columns that may hold nulls."""
    return st.lists(st.none() | values, min_size=1, max_size=20)


@pytest.mark.parametrize("name", ["string", "category"])
@laws
@given(values=nullable(st.text()))
def test_text_is_stored_as_it_is(name: Any, values: list[str | None]) -> None:
    assert [row[0] for row in stored(ColumnType(name), values)] == values


@laws
@given(nullable(st.integers(-(2**63), 2**63 - 1)))
def test_integers_keep_all_64_bits(values: list[int | None]) -> None:
    assert [row[0] for row in stored(ColumnType("integer"), values)] == values


@laws
@given(nullable(st.floats(allow_nan=False, allow_infinity=False)))
def test_numbers_are_stored_as_exact_doubles(values: list[float | None]) -> None:
    assert [row[:2] for row in stored(ColumnType("number"), values)] == [
        (value, "null" if value is None else "real") for value in values
    ]


@laws
@given(nullable(st.decimals(min_value=-(10**10), max_value=10**10, places=2)))
def test_decimals_are_stored_as_exact_text(values: list[Decimal | None]) -> None:
    expected = [None if value is None else f"{value:f}" for value in values]
    assert [row[0] for row in stored(ColumnType("decimal", 13, 2), values)] == expected


@pytest.mark.parametrize("text", ["0.00000000", "0.00000001", "-0.00000120", "1.00000000", "12345.00000001"])
def test_a_small_decimal_is_stored_without_an_exponent(text: str) -> None:
    assert stored(ColumnType("decimal", 20, 8), [Decimal(text)])[0][0] == text


@pytest.mark.parametrize("text", ["9" * 38, "-" + "9" * 38, "0", "1" + "0" * 37])
def test_a_decimal_of_38_digits_is_stored_whole(text: str) -> None:
    assert stored(ColumnType("decimal", 38, 0), [Decimal(text)])[0][0] == text


@laws
@given(nullable(st.booleans()))
def test_booleans_are_stored_as_0_and_1(values: list[bool | None]) -> None:
    expected = [(None, "null") if value is None else (int(value), "integer") for value in values]
    assert [row[:2] for row in stored(ColumnType("boolean"), values)] == expected


@laws
@given(nullable(st.dates(date(1, 1, 1))))
def test_dates_are_stored_as_iso_text(values: list[date | None]) -> None:
    expected = [None if value is None else value.isoformat() for value in values]
    assert [row[0] for row in stored(ColumnType("date"), values)] == expected


@laws
@given(nullable(MOMENTS))
def test_timestamps_are_stored_as_iso_text_in_utc_with_microseconds(values: list[datetime | None]) -> None:
    expected = [None if value is None else iso(value) for value in values]
    assert [row[0] for row in stored(ColumnType("timestamp"), values)] == expected


@laws
@given(nullable(MOMENTS))
def test_the_event_time_is_kept_in_microseconds_since_1970(values: list[datetime | None]) -> None:
    expected = [None if value is None else (value - EPOCH) // timedelta(microseconds=1) for value in values]
    assert [row[2] for row in stored(ColumnType("timestamp"), values, event_time=True)] == expected


@laws
@given(st.lists(MOMENTS, min_size=2, max_size=20))
def test_timestamps_that_are_sorted_as_text_are_sorted_in_time(values: list[datetime]) -> None:
    found = [row[0] for row in stored(ColumnType("timestamp"), values)]
    assert sorted(found) == [iso(value) for value in sorted(values)]


@laws
@given(nullable(MOMENTS), st.data())
def test_a_slice_of_timestamps_is_written_like_a_copy_of_it(values: list[datetime | None], data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(values)))
    part = pa.array(values, pa.timestamp("us", "UTC")).slice(start)
    assert iso_timestamps(part).to_pylist() == [None if value is None else iso(value) for value in values[start:]]


@pytest.mark.parametrize(
    ("moment", "text"),
    [
        (EPOCH - timedelta(microseconds=1), "1969-12-31T23:59:59.999999Z"),
        (EPOCH, "1970-01-01T00:00:00.000000Z"),
        (datetime(1, 1, 1, tzinfo=UTC), "0001-01-01T00:00:00.000000Z"),
        (datetime(9999, 12, 31, 23, 59, 59, 999999, UTC), "9999-12-31T23:59:59.999999Z"),
    ],
)
def test_a_timestamp_at_the_edge_is_written_in_full(moment: datetime, text: str) -> None:
    assert stored(ColumnType("timestamp"), [None, moment])[1][0] == text


def test_sqlites_own_date_functions_read_a_stored_timestamp() -> None:
    moment = datetime(2026, 11, 21, 9, 30, 15, 250_000, UTC)
    table = Table("t", (("v", ColumnType("timestamp")),), "v")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "w.db"
        with Warehouse(path, [table]) as warehouse:
            store(warehouse, judged(table, Draft(1, 1, (Accepted((moment,)),))))
        sql = (
            "SELECT strftime('%Y-%m-%d %H:%M:%f', v), CAST(strftime('%s', v) AS INTEGER) * 1000000 + 250000 FROM stg_t"
        )
        assert contents.rows(path, sql) == [("2026-11-21 09:30:15.250", (moment - EPOCH) // timedelta(microseconds=1))]


def test_an_empty_text_is_not_a_null() -> None:
    assert stored(ColumnType("string"), ["", None]) == [("", "text", None), (None, "null", None)]


VALUES = {
    ColumnType("string"): st.text(),
    ColumnType("category"): st.text(),
    ColumnType("integer"): st.integers(-(2**63), 2**63 - 1),
    ColumnType("number"): st.floats(allow_nan=False),
    ColumnType("decimal", 12, 2): st.decimals("-9999999999.99", "9999999999.99", places=2),
    ColumnType("boolean"): st.booleans(),
    ColumnType("date"): st.dates(),
    ColumnType("timestamp"): MOMENTS,
}


@pytest.mark.parametrize("kind", VALUES, ids=lambda kind: str(kind.name))
@laws
@given(data=st.data())
def test_what_is_stored_is_typed_again_as_it_was(kind: ColumnType, data: st.DataObject) -> None:
    values = data.draw(nullable(VALUES[kind]))
    column = pl.Series(values, dtype=polars_type(kind)).to_arrow()
    typed = as_typed(as_stored(column, kind), kind)
    assert typed.to_pylist() == column.to_pylist()
