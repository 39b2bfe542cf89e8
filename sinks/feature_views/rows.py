"""The rows of a view, read and written: each with its entity and place, its vector, and what windows add up."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import pyarrow as pa
import pyarrow.compute as pc

from processors.feature_views.model import FeatureView
from processors.feature_views.states import needs_history, states
from sinks.database.connection import Connection, Scalar
from sinks.database.identifiers import feature_rows, quote
from sinks.feature_views.columns import (
    DATE,
    EVENT,
    ROWS_AT_ONCE,
    examples,
    kept_types,
    key_types,
    names,
    with_example,
)

FIRST, LAST = "_first_us", "_last_us"
#: The place of the range by which a row was found.
RANGE = "_range"
#: More rows than these are not looked at together.
ROWS_MAX = 4 * ROWS_AT_ONCE

_COUNT = """
INSERT INTO meta_feature_dates (view, date, rows) VALUES (?, ?, ?)
ON CONFLICT (view, date) DO UPDATE SET rows = rows + excluded.rows
"""
_COUNT_OUT = """
UPDATE meta_feature_dates SET rows = rows - 1, changes = changes + 1
WHERE view = ?{} AND date = ?{} AND EXISTS (SELECT 1 FROM {} WHERE {})
"""
_CHANGED = """
INSERT INTO meta_feature_dates (view, date, rows, changes) VALUES (?, ?, 0, 1)
ON CONFLICT (view, date) DO UPDATE SET changes = changes + 1
"""


def is_unbounded(view: FeatureView) -> bool:
    """Whether some window reaches back for ever."""
    return any(each.frame.start_us is None for each in view.aggregates)


@dataclass(frozen=True)
class FeatureRows:
    """The rows of one view. Every method runs inside the caller's transaction."""

    connection: Connection
    view: FeatureView

    @cached_property
    def names(self) -> list[str]:
        """The columns by which vectors are computed."""
        return list(kept_types(self.view))

    @cached_property
    def _key(self) -> list[str]:
        return list(key_types(self.view))

    @cached_property
    def _table(self) -> str:
        return quote(feature_rows(self.view.name))

    def around(self, ranges: pa.RecordBatch) -> pa.RecordBatch:
        """The rows of each entity between two instants, with their states and the place of the range; where windows
        reach back for ever also those at the last instant before."""
        return pa.concat_batches(self._around(ranges)).slice(1)

    def around_unless_many(self, ranges: pa.RecordBatch, rows_max: int) -> pa.RecordBatch | None:
        """The same; None where these are more than `rows_max`."""
        batches, count = list[pa.RecordBatch](), -1
        for batch in self._around(ranges):
            batches.append(batch)
            count += batch.num_rows
            if count > rows_max:
                return None
        return pa.concat_batches(batches).slice(1)

    def _around(self, ranges: pa.RecordBatch) -> Iterator[pa.RecordBatch]:
        """Behind a row that shows the types."""
        places = pa.array(range(ranges.num_rows), pa.int64())
        asked = pa.RecordBatch.from_arrays([*ranges.columns, places], names=[*ranges.schema.names, RANGE])
        return self.connection.batches_of_each(self._around_sql, with_example(asked))

    @cached_property
    def _around_sql(self) -> str:
        first, last, place, is_example = (f"?{len(self.view.keys) + number}" for number in (1, 2, 3, 4))
        if is_unbounded(self.view) and not needs_history(self.view):
            older = f"SELECT max(o.{EVENT}) FROM {self._table} o WHERE {self._of_entity('o')} AND o.{EVENT} < {first}"
            first = f"coalesce(({older}), {first})"
        types = {**kept_types(self.view), **states(self.view)}
        within = f"{self._of_entity('f')} AND f.{EVENT} BETWEEN {first} AND {last}"
        return f"""SELECT {examples({**types, RANGE: pa.int64()})} WHERE {is_example}
            UNION ALL SELECT {names(types, "f.")}, {place} FROM {self._table} f WHERE {within}"""

    def page(self, within: pa.RecordBatch | None, after: pa.RecordBatch | None) -> pa.RecordBatch:
        """The next rows behind the one `after`, by entity and time: of all, or of those of the one entity in `within`
        between two instants."""
        key, values = key_types(self.view), list[Scalar]()
        conditions = ["TRUE"]
        if after is not None:
            values += [after[name][0].as_py() for name in key]
            conditions.append(f"({names(key)}) > ({', '.join('?' for _ in key)})")
        if within is not None:
            values += [column[0].as_py() for column in within.columns]
            conditions += [f"{quote(name)} = ?" for name in self.view.keys] + [f"{EVENT} BETWEEN ? AND ?"]
        types = kept_types(self.view)
        where = f"{' AND '.join(conditions)} ORDER BY {names(key)} LIMIT {ROWS_AT_ONCE}"
        rows = f"SELECT {names(types)} FROM {self._table} WHERE {where}"
        read = self.connection.table(f"SELECT {examples(types)} UNION ALL SELECT * FROM ({rows})", *values)
        return pa.concat_batches(read.to_batches()).slice(1)

    def _of_entity(self, alias: str) -> str:
        return " AND ".join(f"{alias}.{quote(name)} = ?{place}" for place, name in enumerate(self.view.keys, 1))

    def put(self, rows: pa.RecordBatch, *made: pa.RecordBatch) -> None:
        """Store rows with their vectors and states, in the place of what is there of them."""
        columns = {name: each[name] for each in (rows, *made) for name in each.schema.names}
        whole = pa.RecordBatch.from_pydict(columns)
        order = pc.sort_indices(whole, [(name, "ascending") for name in self._key])
        self.connection.insert(self._put_sql(tuple(columns)), whole.take(order))

    def _put_sql(self, columns: tuple[str, ...]) -> str:
        marks = ", ".join("?" for _ in columns)
        return f"INSERT OR REPLACE INTO {self._table} ({names(columns)}) VALUES ({marks})"

    def count(self, rows: pa.RecordBatch) -> None:
        """Count rows that are new."""
        dates = rows[DATE].value_counts()
        columns = [pa.repeat(self.view.name, len(dates)), dates.field("values"), dates.field("counts")]
        self.connection.insert(_COUNT, pa.RecordBatch.from_arrays(columns, names=["view", "date", "rows"]))

    def changed(self, rows: pa.RecordBatch) -> None:
        """Count a change of the date of each of these rows: they have other vectors now."""
        dates = pc.unique(rows[DATE])
        columns = [pa.repeat(self.view.name, len(dates)), dates]
        self.connection.insert(_CHANGED, pa.RecordBatch.from_arrays(columns, names=["view", "date"]))

    def take_out(self, rows: pa.RecordBatch) -> None:
        """Take those of the rows away, and out of the count, that are there already."""
        keys = key_types(self.view)
        same = " AND ".join(f"{quote(name)} = ?{place}" for place, name in enumerate(keys, 1))
        asked = [*(rows[name] for name in keys), pa.repeat(self.view.name, rows.num_rows), rows[DATE]]
        counted = _COUNT_OUT.format(len(keys) + 1, len(keys) + 2, self._table, same)
        self.connection.insert(counted, pa.RecordBatch.from_arrays(asked, names=[*keys, "view", "date"]))
        self.connection.insert(f"DELETE FROM {self._table} WHERE {same}", rows.select(list(keys)))
