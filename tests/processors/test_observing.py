"""What parameters are fitted on: rows as they came, whatever was put into their cells."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal

import pyarrow as pa

from processors.columns import Column, ColumnType
from processors.parameters.observing import observations
from tests.processors.batches import with_ids

COLUMNS = (
    Column("n", "N of it", ColumnType("integer"), aliases=("n",)),
    Column("price", "price", ColumnType("decimal", 9, 2)),
    Column("day", "day", ColumnType("date", formats=("%d.%m.%Y",))),
    Column("city", "city", ColumnType("string")),
)


def staged(flags: list[str | None], rescued: list[dict[str, str] | None], **arrays: pa.Array) -> pa.RecordBatch:
    kept = [None if each is None else json.dumps(each) for each in rescued]
    return with_ids(arrays | {"_flags": pa.array(flags, pa.string()), "_rescued": pa.array(kept, pa.string())})


def test_an_imputed_cell_is_null() -> None:
    rows = staged([None, "imputed.n", "x,imputed.n"], [None, None, {"other": "1"}], n=pa.array([1, 2, 3]))
    assert observations(rows, COLUMNS)["n"].to_pylist() == [1, None, None]


def test_a_clipped_and_a_removed_cell_hold_what_came() -> None:
    rows = staged(["clipped.n", "removed.n", None], [{"N of it": "900"}, {"n": "-5"}, None], n=pa.array([9, None, 3]))
    assert observations(rows, COLUMNS)["n"].to_pylist() == [900, -5, 3]


def test_an_outlier_that_was_removed_and_imputed_is_what_came() -> None:
    """Otherwise fences would close in on the values that they leave."""
    rows = staged(["removed.n,imputed.n"], [{"N of it": "900"}], n=pa.array([4]))
    assert observations(rows, COLUMNS)["n"].to_pylist() == [900]


def test_values_come_back_in_their_types_however_the_column_is_written() -> None:
    rows = staged(
        ["removed.price,removed.day,removed.city"],
        [{"price": "12.50", "day": "2026-11-21", "city": ' Bø"\n'}],
        price=pa.array([None], pa.decimal128(9, 2)),
        day=pa.array([None], pa.date32()),
        city=pa.array([None], pa.large_string()),
    )
    found = observations(rows, COLUMNS)
    assert found.schema == rows.schema
    assert found.select(["price", "day", "city"]).to_pylist() == [
        {"price": Decimal("12.50"), "day": date(2026, 11, 21), "city": ' Bø"\n'}
    ]


def test_other_flags_change_nothing() -> None:
    rows = staged(["outlier.n,misfit.n,imputed.m", "imputed.nn"], [{"n": "x"}, None], n=pa.array([1, 2]))
    assert observations(rows, COLUMNS) is rows


def test_what_is_kept_and_is_no_value_is_null() -> None:
    rows = staged(["clipped.n", "clipped.n"], [{"n": "many"}, None], n=pa.array([1, 2]))
    assert observations(rows, COLUMNS)["n"].to_pylist() == [None, None]


def test_no_rows_are_no_rows() -> None:
    rows = staged([], [], n=pa.array([], pa.int64()))
    assert observations(rows, COLUMNS) is rows
