"""The columns of a feature view's tables: what they are called, how they are stored, and how they travel.

A column is described by its Arrow type. SQLite's driver learns the type of a result's column from its first rows, which
may all be null, so a query begins with a row that shows the types, and that is taken off again.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TypeAlias

import pyarrow as pa

from processors.columns import ColumnType
from processors.feature_views.inputs import input_types
from processors.feature_views.model import FeatureView
from processors.feature_views.values import arrow_type
from sinks.database.encoding import as_stored, as_typed
from sinks.database.identifiers import quote
from sinks.rows.storage import storage

#: Names of columns and the Arrow types in which they travel.
Types: TypeAlias = Mapping[str, pa.DataType]

EVENT, ROW_ID, DATE = "_event_us", "_id", "_date"
#: What every row has behind its entity.
PLACE: Types = {EVENT: pa.int64(), ROW_ID: pa.int64(), DATE: pa.string()}
#: So many rows are read and computed at a time.
ROWS_AT_ONCE = 1 << 16
_KEPT = {"INTEGER": pa.int64(), "REAL": pa.float64(), "TEXT": pa.string()}
_EXAMPLES = {"INTEGER": "0", "REAL": "0.0", "TEXT": "''"}


def entity_types(view: FeatureView) -> dict[str, pa.DataType]:
    """The columns of the entity."""
    return {name: arrow_type(kind) for name, kind in view.entity}


def key_types(view: FeatureView) -> dict[str, pa.DataType]:
    """The primary key of the vectors."""
    return entity_types(view) | {EVENT: pa.int64(), ROW_ID: pa.int64()}


def feature_types(view: FeatureView) -> dict[str, pa.DataType]:
    """What comes out."""
    return {feature.name: arrow_type(feature.type) for feature in view.features}


def vector_types(view: FeatureView) -> dict[str, pa.DataType]:
    """The columns that people read: entity, `_event_us`, `_id`, `_date`, features."""
    return {**entity_types(view), **PLACE, **feature_types(view)}


def kept_types(view: FeatureView) -> dict[str, pa.DataType]:
    """The columns by which vectors are computed, as SQLite keeps them: entity, place, inputs."""
    entity = {name: _KEPT[storage(kind)] for name, kind in view.entity}
    return {**entity, **PLACE, **input_types(view)}


def kind_of(kind: pa.DataType) -> ColumnType:
    """The logical type that travels as an Arrow type."""
    if pa.types.is_decimal(kind):
        return ColumnType("decimal", kind.precision, kind.scale)
    if pa.types.is_date(kind):
        return ColumnType("date")
    if pa.types.is_timestamp(kind):
        return ColumnType("timestamp")
    if pa.types.is_boolean(kind):
        return ColumnType("boolean")
    if pa.types.is_integer(kind):
        return ColumnType("integer")
    return ColumnType("number") if pa.types.is_floating(kind) else ColumnType("string")


def declared(types: Types, *, required: bool = False) -> list[str]:
    """Columns as a CREATE TABLE has them."""
    behind = " NOT NULL" if required else ""
    return [f"{quote(name)} {storage(kind_of(kind))}{behind}" for name, kind in types.items()]


def examples(types: Types) -> str:
    """SQL: a value of each column's storage."""
    return ", ".join(f"{_EXAMPLES[storage(kind_of(kind))]} AS {quote(name)}" for name, kind in types.items())


def names(columns: Iterable[str], alias: str = "") -> str:
    """SQL: columns, in a list."""
    return ", ".join(f"{alias}{quote(name)}" for name in columns)


def stored(rows: pa.RecordBatch) -> pa.RecordBatch:
    """Typed rows as SQLite keeps them."""
    columns = [as_stored(column, kind_of(column.type)) for column in rows.columns]
    return pa.RecordBatch.from_arrays(columns, names=rows.schema.names)


def with_example(asked: pa.RecordBatch) -> pa.RecordBatch:
    """Parameters behind a row of them that asks for nothing but the row of types; the last parameter says so."""
    nothing = [pa.nulls(1, column.type) for column in asked.columns]
    is_example = pa.array([1] + [0] * asked.num_rows, pa.int64())
    columns = [pa.concat_arrays(pair) for pair in zip(nothing, asked.columns, strict=True)]
    return pa.RecordBatch.from_arrays([*columns, is_example], names=[*asked.schema.names, "is_example"])


def without_example(read: pa.Table) -> pa.Table:
    """What was read, without the row that shows the types."""
    return read.slice(1)


def pages(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.Table]:
    """Batches joined, so that there are many rows in each but the last."""
    waiting = list[pa.RecordBatch]()
    for batch in batches:
        waiting.append(batch)
        if sum(each.num_rows for each in waiting) >= ROWS_AT_ONCE:
            yield pa.Table.from_batches(waiting)
            waiting = []
    if waiting:
        yield pa.Table.from_batches(waiting)


def typed(read: pa.Table, types: Types) -> pa.RecordBatch:
    """What was read, in its types."""
    columns = [_typed(read.column(name).combine_chunks(), kind) for name, kind in types.items()]
    return pa.RecordBatch.from_arrays(columns, schema=pa.schema(list(types.items())))


def _typed(column: pa.Array, kind: pa.DataType) -> pa.Array:
    return column if column.type == kind else as_typed(column, kind_of(kind)).cast(kind)
