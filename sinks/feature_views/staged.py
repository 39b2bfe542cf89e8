"""Staged rows as the rows of a feature view: those that have an entity and a time, with what windows add up."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

import polars as pl
import pyarrow as pa
import pyarrow.compute as pc

from processors.casting.casting import polars_type
from processors.columns import ColumnType
from processors.feature_views.inputs import input_types, inputs
from processors.feature_views.model import FeatureView
from processors.feature_views.values import arrow_type
from processors.rules.expressions import parsed
from sinks.base import IdRange
from sinks.database.connection import Connection, Scalar
from sinks.database.encoding import as_stored, as_typed
from sinks.database.identifiers import quote, staged
from sinks.feature_views.changes import Changes
from sinks.feature_views.columns import EVENT, PLACE, examples, names, pages, without_example
from sinks.table import Table


def sources(view: FeatureView, table: Table) -> dict[str, ColumnType]:
    """The staged columns that a view reads, beside the time, with their types."""
    read = [*(each.sql for each in view.inputs), *([view.where] if view.where else [])]
    wanted = {*view.keys, *(name for sql in read for name in parsed(sql).meta.root_names())}
    return {name: kind for name, kind in table.columns if name in wanted}


@dataclass(frozen=True, slots=True)
class Fresh:
    """Rows that were staged just now: all that are staged within a range of ids. `rows`: as views take them, where that
    is known without reading them."""

    ids: IdRange
    rows: Mapping[FeatureView, pa.RecordBatch]


@dataclass(frozen=True)
class StagedRows:
    """The staged rows that are part of a view, as it takes them: entity, `_event_us`, `_id`, `_date`, inputs.

    `sources`: the columns that it reads, with their types."""

    connection: Connection
    view: FeatureView
    sources: Mapping[str, ColumnType]
    changes: Changes

    def as_taken(self, fresh: Fresh) -> pa.RecordBatch:
        """Those that were staged just now."""
        if self.view in fresh.rows:
            return fresh.rows[self.view]
        return self._read("s._id BETWEEN ? AND ?", fresh.ids.id_first, fresh.ids.id_last)

    def changed(self) -> pa.RecordBatch:
        """Those of the first page of changes."""
        return self._read(f"s._id IN (SELECT _id FROM ({self.changes.first}))")

    def pages(self) -> Iterator[pa.RecordBatch]:
        """All of them, some at a time."""
        for number, page in enumerate(pages(self.connection.batches(self._sql("TRUE")))):
            yield self._rows(page if number else without_example(page))

    def _read(self, condition: str, *values: Scalar) -> pa.RecordBatch:
        read = self.connection.table(self._sql(condition), *values)
        return self._rows(without_example(read))

    def _sql(self, condition: str) -> str:
        return f"{self._selection} AND {condition}"

    @cached_property
    def _selection(self) -> str:
        types = {name: arrow_type(kind) for name, kind in self.sources.items()} | dict(PLACE)
        keys = " AND ".join(f"s.{quote(name)} IS NOT NULL" for name in (*self.view.keys, EVENT))
        rows = f"{quote(staged(self.view.dataset))} s WHERE {keys}"
        return f"SELECT {examples(types)} UNION ALL SELECT {names(types, 's.')} FROM {rows}"

    def _rows(self, read: pa.Table) -> pa.RecordBatch:
        columns = {name: read.column(name).combine_chunks() for name in read.column_names}
        typed = {name: as_typed(columns[name], kind) for name, kind in self.sources.items()}
        return _taken(self.view, self.sources, columns | typed)


def about_to_be_staged(
    view: FeatureView, table: Table, accepted: pa.RecordBatch, rows: pa.RecordBatch
) -> pa.RecordBatch:
    """The same of a batch that was just judged: `accepted`, which are staged as `rows`."""
    kinds = sources(view, table)
    return _taken(view, kinds, {name: rows[name] for name in PLACE} | {name: accepted[name] for name in kinds})


def _taken(view: FeatureView, kinds: Mapping[str, ColumnType], columns: Mapping[str, pa.Array]) -> pa.RecordBatch:
    """Typed columns as the view takes them; its keys as they are stored."""
    typed = {name: _as_compiled(columns[name], kind) for name, kind in kinds.items()}
    made = inputs(view, pa.RecordBatch.from_pydict({**columns, **typed}))
    entity = {name: as_stored(made[name], kinds[name]) for name in view.keys}
    return pa.RecordBatch.from_pydict(entity | {name: made[name] for name in (*PLACE, *input_types(view))})


def _as_compiled(column: pa.Array, kind: ColumnType) -> pa.Array:
    """Where a column came to be of another type since the view was compiled, what does not fit is null. Minus zero is
    zero, as SQLite stores it."""
    wanted = arrow_type(kind)
    if column.type != wanted:
        column = pl.Series(column).cast(polars_type(kind), strict=False).to_arrow().cast(wanted)
    return pc.add(column, 0.0) if kind.name == "number" else column
