"""The rows that a model learns from: staged columns, joined with the vectors of its view, in the order of their ids.

A batch has `_id`, `_date`, `_time_us`, the target, and the inputs in the order of the model. Numbers are in their
types, categories are text. `_time_us`: the event time in microseconds since 1970; where a row has none, midnight (UTC)
of its execution date. With a view, rows without a vector are not there.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import pyarrow as pa

from processors.feature_views.values import arrow_type
from processors.learning.model import Model
from sinks.database.connection import Connection
from sinks.database.identifiers import feature_rows, quote, staged
from sinks.feature_views.columns import (
    DATE,
    EVENT,
    ROW_ID,
    Types,
    examples,
    key_types,
    names,
    pages,
    typed,
    without_example,
)
from sinks.models.log import RUN_IDS_MAX, Entry

#: When a row is.
TIME = "_time_us"
_PLACE: Types = {ROW_ID: pa.int64(), DATE: pa.string(), TIME: pa.int64()}
_TIME = f"coalesce(s.{EVENT}, unixepoch(s.{DATE}) * 1000000) AS {TIME}"
#: Rows that a later entry names.
_LATER = f"""
FROM meta_learning_log
WHERE cause = 'rule' AND id_first BETWEEN ?1 - {RUN_IDS_MAX} AND ?2 AND id_last >= ?1 AND seq > ?3
"""
_IS_ANY_LATER = f"SELECT EXISTS (SELECT 1 {_LATER})"
#: Rows of the range that a later entry names, told once.
_NAMED_LATER = f"""
WITH RECURSIVE named(_id, last) AS (
    SELECT max(id_first, ?1), min(id_last, ?2) {_LATER} UNION ALL SELECT _id + 1, last FROM named WHERE _id < last)
SELECT _id FROM named
"""
_LAST_MOVE = "SELECT max(l.seq) FROM meta_learning_log l WHERE l.cause = 'rule'"


def row_types(model: Model, *, is_timed: bool = True) -> dict[str, pa.DataType]:
    """The columns of a batch, `_time_us` among them if it `is_timed`."""
    inputs = {name: arrow_type(kind) for name, kind in (model.target, *model.numbers)}
    types = {**_PLACE, **inputs, **{name: pa.string() for name in model.categories}}
    return types if is_timed else {name: kind for name, kind in types.items() if name != TIME}


@dataclass(frozen=True)
class ModelRows:
    """The rows of one model, with `_time_us` if they are timed. Reads on any connection; SQL texts are made once."""

    connection: Connection
    model: Model
    is_timed: bool = True

    @cached_property
    def _types(self) -> dict[str, pa.DataType]:
        return row_types(self.model, is_timed=self.is_timed)

    def last_move(self) -> int:
        """The last entry by which rows changed sides; behind it no row of an entry is named by a later one."""
        return self.connection.integer(_LAST_MOVE)

    def between(self, id_first: int, id_last: int, limit: int) -> pa.RecordBatch:
        """Those with an id in a range, so many at the most."""
        return self._read(self._between, id_first, id_last, limit)

    def of_entry(self, entry: Entry, after: int, limit: int) -> pa.RecordBatch:
        """Those of an entry of the log behind a row id, so many at the most."""
        first = max(entry.id_first, after + 1)
        if not self.connection.integer(_IS_ANY_LATER, first, entry.id_last, entry.seq):
            return self.between(first, entry.id_last, limit)
        return self._read(self._of_entry, first, entry.id_last, entry.seq, limit)

    def by_id(self) -> Iterator[pa.RecordBatch]:
        """All of them, in bounded memory."""
        types = self._types
        # LIMIT keeps SQLite from leaving the ORDER BY out.
        sql = f"SELECT {examples(types)} UNION ALL SELECT * FROM ({self._source} ORDER BY s.{ROW_ID} LIMIT -1)"
        for number, page in enumerate(pages(self.connection.batches(sql))):
            yield typed(page if number else without_example(page), types)

    def _read(self, sql: str, *values: int) -> pa.RecordBatch:
        return typed(without_example(self.connection.table(sql, *values)), self._types)

    @cached_property
    def _between(self) -> str:
        return self._within("", "?3")

    @cached_property
    def _of_entry(self) -> str:
        return self._within(f" AND s.{ROW_ID} NOT IN ({_NAMED_LATER})", "?4")

    def _within(self, condition: str, limit: str) -> str:
        types = self._types
        rows = f"{self._source} WHERE s.{ROW_ID} BETWEEN ?1 AND ?2{condition}"
        return f"SELECT {examples(types)} UNION ALL SELECT * FROM ({rows} ORDER BY s.{ROW_ID} LIMIT {limit})"

    @property
    def _source(self) -> str:
        cells = ", ".join(map(self._cell, self._types))
        return f"SELECT {cells} FROM {quote(staged(self.model.dataset))} s{self._join}"

    @property
    def _join(self) -> str:
        """CROSS: the rows are gone through in their order, and each finds its vector by the key of that."""
        view = self.model.view
        if view is None:
            return ""
        same = " AND ".join(f"f.{quote(name)} = s.{quote(name)}" for name in key_types(view))
        return f" CROSS JOIN {quote(feature_rows(view.name))} f ON {same}"

    def _cell(self, name: str) -> str:
        if name == TIME:
            return _TIME
        view = self.model.view
        is_feature = view is not None and any(name == feature.name for feature in view.features)
        column = names([name], "f." if is_feature else "s.")
        return f"CAST({column} AS TEXT) AS {quote(name)}" if name in self.model.categories else column


def rows_by_id(connection: Connection, model: Model) -> Iterator[pa.RecordBatch]:
    """All rows of a model, in bounded memory."""
    return ModelRows(connection, model).by_id()
