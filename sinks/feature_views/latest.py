"""The latest vector of each entity, in a table of its own, from which it is read by key."""

from __future__ import annotations

import pyarrow as pa

from processors.feature_views.model import FeatureView
from sinks.database.connection import Connection
from sinks.database.identifiers import feature_rows, latest_features, quote
from sinks.feature_views.columns import EVENT, ROW_ID, names, vector_types


def renew(connection: Connection, view: FeatureView, entities: pa.RecordBatch, *, some_gone: bool) -> None:
    """Let the entities have the vector of their latest row. `some_gone`: some of them may have none any more."""
    table, columns = quote(latest_features(view.name)), names(vector_types(view))
    entities = entities.select(list(view.keys))
    same = " AND ".join(f"{quote(name)} = ?{place}" for place, name in enumerate(view.keys, 1))
    if some_gone:
        connection.insert(f"DELETE FROM {table} WHERE {same}", entities)
    last = f"WHERE {same} ORDER BY {EVENT} DESC, {ROW_ID} DESC LIMIT 1"
    rows = f"SELECT {columns} FROM {quote(feature_rows(view.name))} {last}"
    connection.insert(f"INSERT OR REPLACE INTO {table} ({columns}) {rows}", entities)


def fill(connection: Connection, view: FeatureView) -> None:
    """Fill the table, which is empty."""
    table, columns = quote(latest_features(view.name)), names(vector_types(view))
    following = f"lead({ROW_ID}) OVER (PARTITION BY {names(view.keys)} ORDER BY {EVENT}, {ROW_ID})"
    rows = f"SELECT {columns}, {following} AS following FROM {quote(feature_rows(view.name))}"
    connection.run(f"INSERT INTO {table} ({columns}) SELECT {columns} FROM ({rows}) WHERE following IS NULL")
