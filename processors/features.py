"""Row-local features: columns computed from the other columns of the same row.

>>> rows = pa.record_batch({"_id": pa.array([1], pa.int64()), "price": [2.5], "n": [4]})
>>> Derive((Feature("total", "price * n", ColumnType("number")),))(rows).accepted.to_pylist()
[{'_id': 1, 'price': 2.5, 'n': 4, 'total': 10.0}]
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import polars as pl
import polars.selectors as cs
import pyarrow as pa

from processors.casting.casting import polars_type
from processors.columns import ColumnType, TypeName
from processors.frames import computed, to_arrays, to_frame, with_columns
from processors.outcome import ROW_ID, Outcome, accept
from processors.rules.expressions import parsed


@dataclass(frozen=True, slots=True)
class Feature:
    """A derived column: its name, a SQL expression over the row, and the type in which it is kept."""

    name: str
    sql: str
    type: ColumnType


@dataclass(frozen=True, slots=True)
class Derive:
    """Adds the features in their order; a later one may use an earlier one. Refuses nothing."""

    features: tuple[Feature, ...]

    def __call__(self, rows: pa.RecordBatch, /) -> Outcome:
        """The rows with the derived columns appended; a result that is not finite is null."""
        plan = _plan(self, tuple(rows.schema.names))
        frame = to_frame(rows, plan.read)
        values: dict[str, pa.Array] = {}
        if any(column.dtype.is_decimal() for column in frame.get_columns()):
            frame = frame.with_columns_seq(cs.decimal().cast(pl.Float64))  # a feature is a number at last
        for place, expressions in enumerate(plan.layers, 1):
            found = computed(frame, (pl.col(ROW_ID), *expressions))
            values |= to_arrays(found)
            if place < len(plan.layers):
                frame = frame.with_columns_seq(found.get_columns())
        return accept(with_columns(rows, {feature.name: values[feature.name] for feature in self.features}))

    def __hash__(self) -> int:
        """Of the names alone: it is asked for with every batch."""
        return hash(tuple(feature.name for feature in self.features))


@dataclass(frozen=True, slots=True)
class _Plan:
    """`read`: the columns that the expressions look at. `layers`: the expressions; those of a layer look at none of the
    same layer, and are computed in one go."""

    read: tuple[str, ...]
    layers: tuple[tuple[pl.Expr, ...], ...]


@lru_cache(maxsize=1024)
def _plan(step: Derive, columns: tuple[str, ...]) -> _Plan:
    layers: list[list[pl.Expr]] = []
    depth: dict[str, int] = {}
    read = {ROW_ID}
    for feature in step.features:
        expression = _value(feature)
        roots = set(expression.meta.root_names())
        layer = depth[feature.name] = 1 + max((depth.get(name, -1) for name in roots), default=-1)
        if layer == len(layers):
            layers.append([])
        layers[layer].append(expression)
        read |= roots
    return _Plan(tuple(name for name in columns if name in read), tuple(map(tuple, layers)))


def _value(feature: Feature) -> pl.Expr:
    value = parsed(feature.sql).cast(polars_type(feature.type), strict=False)
    if feature.type.name == "number":
        value = pl.when(value.is_finite()).then(value)
    return value.alias(feature.name)


def feature_type(kind: pl.DataType) -> ColumnType:
    """The logical type in which an expression's result is kept. Raises ValueError for types that have none."""
    if kind.is_integer():
        return ColumnType("integer")
    if kind.is_numeric():
        return ColumnType("number")
    if isinstance(kind, pl.Datetime):
        return ColumnType("timestamp")
    others: tuple[tuple[type[pl.DataType], TypeName], ...] = (
        (pl.Boolean, "boolean"),
        (pl.String, "string"),
        (pl.Date, "date"),
    )
    for base, name in others:
        if kind == base:
            return ColumnType(name)
    raise ValueError(f"a feature cannot be of type {kind}; cast it to a number, text, date or timestamp")
