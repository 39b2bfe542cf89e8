"""What a schema remembers of the rows that are loaded: which columns had nulls, which values categories had."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace

import pyarrow as pa
import pyarrow.compute as pc

from processors.outcome import Outcome
from processors.schemas.model import Schema, SchemaColumn

#: A column with more values has no list of them.
CATEGORIES_MAX = 50


@dataclass(frozen=True, slots=True)
class Seen:
    """Of some rows, by the contract's columns. `nulls`: those that were null in an accepted row. `values`: what stood
    in category columns, in rejected rows where a rule objects to it."""

    nulls: frozenset[str] = frozenset()
    values: Mapping[str, frozenset[str]] = field(default_factory=dict)


def seen(outcome: Outcome, categories: Collection[str]) -> Seen:
    """What there is to remember of an outcome's rows. `categories`: the columns of that type."""
    rows = outcome.accepted
    nulls = (name for name, column in zip(rows.schema.names, rows.columns, strict=True) if column.null_count)
    values = {name: _values(rows[name]) for name in categories if name in rows.schema.names}
    return Seen(frozenset(nulls), _with_refused(values, outcome.rejected) if values else values)


def _values(column: pa.Array) -> frozenset[str]:
    return frozenset(pc.drop_null(pc.unique(column)).to_pylist())


def _with_refused(values: dict[str, frozenset[str]], rejected: pa.RecordBatch) -> dict[str, frozenset[str]]:
    """`values` and those that reasons name."""
    if not rejected.num_rows:
        return values
    reasons = rejected["reasons"].flatten()
    columns, told = reasons.field("column"), reasons.field("value")
    return {name: known | _values(told.filter(pc.equal(columns, name))) for name, known in values.items()}


def unobserved(found: Schema) -> Schema:
    """A file's schema before its rows: no cell of a declared column was null yet, and no category seen."""
    return replace(found, columns=tuple(_unobserved(column) for column in found.columns))


def _unobserved(column: SchemaColumn) -> SchemaColumn:
    if column.column is None:
        return column
    return replace(column, nullable=False, categories=() if column.type == "category" else None)


def observed(known: Schema, rows: Seen) -> Schema:
    """`known` with what was seen of further rows; the same object where that is nothing new."""
    columns = tuple(_observed(column, rows) for column in known.columns)
    is_old = all(new is old for new, old in zip(columns, known.columns, strict=True))
    return known if is_old else replace(known, columns=columns)


def _observed(column: SchemaColumn, rows: Seen) -> SchemaColumn:
    name = column.column
    if name is None:
        return column
    if name in rows.nulls and not column.nullable:
        column = replace(column, nullable=True)
    values = rows.values.get(name)
    if values is None or column.categories is None or values.issubset(column.categories):
        return column
    return replace(column, categories=_listed(values.union(column.categories)))


def _listed(values: Collection[str]) -> tuple[str, ...] | None:
    return tuple(sorted(values)) if len(values) <= CATEGORIES_MAX else None


def inherited(known: Schema, other: Schema) -> Schema:
    """`known` with what `other` remembers of rows, too; the same object where that is nothing new."""
    others = {column.column: column for column in other.columns if column.column}
    columns = tuple(_inherited(column, others.get(column.column or "")) for column in known.columns)
    return known if columns == known.columns else replace(known, columns=columns)


def _inherited(column: SchemaColumn, other: SchemaColumn | None) -> SchemaColumn:
    if other is None:
        return column
    both = column.categories, other.categories
    listed = None if both[0] is None or both[1] is None else _listed({*both[0], *both[1]})
    return replace(column, nullable=column.nullable or other.nullable, categories=listed)
