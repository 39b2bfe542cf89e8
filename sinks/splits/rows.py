"""The rows of a feature view in the order of their ids, which is how splits count them."""

from __future__ import annotations

from collections.abc import Iterator

import pyarrow as pa

from processors.feature_views.model import FeatureView
from sinks.database.connection import Connection
from sinks.database.identifiers import feature_rows, quote
from sinks.feature_views.columns import (
    EVENT,
    ROW_ID,
    Types,
    entity_types,
    examples,
    names,
    pages,
    typed,
    vector_types,
    without_example,
)


def time_range(connection: Connection, view: FeatureView) -> tuple[int, int] | None:
    """The first and the last event time, microseconds since 1970; None where there are no rows."""
    [(first, last)] = connection.rows(f"SELECT min({EVENT}), max({EVENT}) FROM {quote(feature_rows(view.name))}")
    return None if first is None else (int(str(first)), int(str(last)))


def keys_by_id(connection: Connection, view: FeatureView) -> Iterator[pa.RecordBatch]:
    """`_id`, `_event_us` and the entity of all rows, by ascending id, in bounded memory: SQLite sorts them."""
    return _by_id(connection, view, {ROW_ID: pa.int64(), EVENT: pa.int64(), **entity_types(view)})


def vectors_by_id(connection: Connection, view: FeatureView) -> Iterator[pa.RecordBatch]:
    """All vectors, likewise: entity, `_event_us`, `_id`, `_date`, features."""
    return _by_id(connection, view, vector_types(view))


def _by_id(connection: Connection, view: FeatureView, types: Types) -> Iterator[pa.RecordBatch]:
    # LIMIT keeps SQLite from leaving the ORDER BY out.
    ordered = f"SELECT {names(types)} FROM {quote(feature_rows(view.name))} ORDER BY {ROW_ID} LIMIT -1"
    sql = f"SELECT {examples(types)} UNION ALL SELECT * FROM ({ordered})"
    for number, page in enumerate(pages(connection.batches(sql))):
        yield typed(page if number else without_example(page), types)
