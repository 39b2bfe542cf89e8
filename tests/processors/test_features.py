"""Row-local features: their values, their types, and what becomes of results that are no numbers."""

from __future__ import annotations

from decimal import Decimal
from time import perf_counter

import polars as pl
import pyarrow as pa
import pytest

from processors.columns import ColumnType, TypeName
from processors.features import Derive, Feature, feature_type
from processors.outcome import REJECTED
from tests.processors.batches import with_ids


def derived(sql: str, kind: TypeName, **columns: pa.Array) -> list[object]:
    """The values of one feature."""
    values: list[object] = Derive((Feature("f", sql, ColumnType(kind)),))(with_ids(columns)).accepted["f"].to_pylist()
    return values


def test_a_feature_stands_behind_the_columns_that_were_there() -> None:
    accepted = Derive((Feature("total", "a * b", ColumnType("integer")),))(with_ids({"a": [2], "b": [3]})).accepted
    assert accepted.to_pylist() == [{"_id": 1, "a": 2, "b": 3, "total": 6}]


def test_a_later_feature_uses_an_earlier_one() -> None:
    number = ColumnType("number")
    step = Derive((Feature("half", "a / 2", number), Feature("quarter", "half / 2", number)))
    assert step(with_ids({"a": pa.array([10.0])})).accepted["quarter"].to_pylist() == [2.5]


def test_nothing_is_refused_and_nothing_counted() -> None:
    outcome = Derive((Feature("f", "a / 0", ColumnType("number")),))(with_ids({"a": pa.array([1, None])}))
    assert outcome.accepted.num_rows == 2
    assert outcome.rejected.equals(pa.RecordBatch.from_pylist([], REJECTED))
    assert outcome.counts == {}


@pytest.mark.parametrize("sql", ["a / b", "a / 0", "a % b", "1 / b", "a // b"])
@pytest.mark.parametrize(
    ("six", "zero"),
    [
        (pa.array([6]), pa.array([0])),
        (pa.array([6.0]), pa.array([0.0])),
        (pa.array([Decimal("6.00")]), pa.array([Decimal("0.00")])),
    ],
    ids=["integer", "number", "decimal"],
)
def test_dividing_by_zero_gives_null(sql: str, six: pa.Array, zero: pa.Array) -> None:
    assert derived(sql, "number", a=six, b=zero) == [None]


@pytest.mark.parametrize(
    ("sql", "column"),
    [("10 / a", pa.array([Decimal(0)] * 5_000)), ("CAST(a AS INTEGER)", pa.array(["none"] * 5_000))],
    ids=["decimal zeros", "text that is no number"],
)
def test_a_column_that_cannot_be_computed_with_costs_no_look_at_each_row(sql: str, column: pa.Array) -> None:
    """A look at each row takes three seconds, a look at the column as many milliseconds."""
    began = perf_counter()
    assert derived(sql, "number", a=column) == [None] * len(column)
    assert perf_counter() - began < 1


@pytest.mark.parametrize(
    ("sql", "a"),
    [("a * a", 1e200), ("-a * a", 1e200), ("LN(a)", 0.0), ("LN(a)", -1.0), ("SQRT(a)", -1.0), ("EXP(a)", 1e9)],
)
def test_a_result_that_is_not_finite_is_null(sql: str, a: float) -> None:
    assert derived(sql, "number", a=pa.array([a])) == [None]


@pytest.mark.parametrize("sql", ["a * a", "a + a", "a * 10"])
def test_a_decimal_result_of_too_many_digits_does_not_stop_the_step(sql: str) -> None:
    """Bad data is never an exception."""
    huge = pa.array([Decimal("9" * 38), Decimal(1)], pa.decimal128(38, 0))
    assert derived(sql, "number", a=huge)[1] is not None


def test_null_in_null_out() -> None:
    assert derived("a + b", "integer", a=pa.array([1, None]), b=pa.array([1, 1])) == [2, None]


def test_a_feature_that_looks_at_no_column_has_a_value_for_every_row() -> None:
    assert derived("1", "integer", a=pa.array([5, 6, 7])) == [1, 1, 1]


@pytest.mark.parametrize(
    ("sql", "kind", "value"),
    [
        ("UPPER(s)", "string", "ÆØÅ"),
        ("LENGTH(s)", "integer", 3),
        ("s || '!'", "string", "æøå!"),
        ("n > 2", "boolean", True),
        ("CASE WHEN n > 2 THEN 'many' ELSE 'few' END", "string", "many"),
        ("COALESCE(x, 0)", "number", 0.0),
        ("n BETWEEN 1 AND 9", "boolean", True),
        ("s IN ('æøå', 'x')", "boolean", True),
    ],
)
def test_expressions_are_sql(sql: str, kind: TypeName, value: object) -> None:
    columns = {"s": pa.array(["æøå"]), "n": pa.array([3]), "x": pa.array([None], pa.float64())}
    assert derived(sql, kind, **columns) == [value]


@pytest.mark.parametrize(
    ("kind", "name"),
    [
        (pl.Int8(), "integer"),
        (pl.UInt32(), "integer"),
        (pl.Int64(), "integer"),
        (pl.Float32(), "number"),
        (pl.Float64(), "number"),
        (pl.Decimal(10, 2), "number"),
        (pl.Boolean(), "boolean"),
        (pl.String(), "string"),
        (pl.Date(), "date"),
        (pl.Datetime("us", "UTC"), "timestamp"),
        (pl.Datetime("ms"), "timestamp"),
    ],
    ids=str,
)
def test_a_result_is_kept_in_the_nearest_type(kind: pl.DataType, name: str) -> None:
    assert feature_type(kind).name == name


@pytest.mark.parametrize("kind", [pl.Duration("us"), pl.List(pl.Int64()), pl.Null(), pl.Time(), pl.Struct([])], ids=str)
def test_a_result_of_a_type_that_cannot_be_stored_is_refused(kind: pl.DataType) -> None:
    with pytest.raises(ValueError, match="cannot be of type"):
        feature_type(kind)
