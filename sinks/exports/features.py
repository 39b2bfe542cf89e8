"""The vectors of an execution date as they are exported, and how often each date's have changed."""

from __future__ import annotations

from collections.abc import Iterator

import pyarrow as pa

from processors.feature_views.model import FeatureView
from sinks.database.connection import Connection
from sinks.database.identifiers import feature_rows, quote, staged
from sinks.exports.clean import OF_DATE
from sinks.exports.pages import pages
from sinks.feature_views.columns import examples, key_types, names, typed, vector_types

_CHANGES = "SELECT date, changes FROM meta_feature_dates WHERE view = ? ORDER BY date"
_STANDS = """
SELECT EXISTS (SELECT 1 FROM meta_feature_registry WHERE view = ? AND version = ? AND schema_hash = ?
AND status = 'active')
"""


def stands(connection: Connection, view: FeatureView) -> bool:
    """Whether what is stored is this version of the view."""
    return connection.integer(_STANDS, view.name, view.version, view.schema_hash) == 1


def vector_changes(connection: Connection, view: FeatureView) -> dict[str, int]:
    """How often vectors of each date have changed, in the order of the dates."""
    return {str(date): int(str(changes)) for date, changes in connection.rows(_CHANGES, view.name)}


def vectors_of_date(connection: Connection, view: FeatureView, date: str) -> Iterator[pa.Table]:
    """Entity, `_event_us`, `_id`, `_date` and features in their types, in the order of the row ids, in bounded memory.

    It is one statement, so a reader sees one state of the date. What the view is stands in the metadata of the schema.
    """
    types = vector_types(view)
    same = " AND ".join(f"f.{quote(name)} = s.{quote(name)}" for name in key_types(view))
    of_date = OF_DATE.format(quote(staged(view.dataset)), f"CROSS JOIN {quote(feature_rows(view.name))} f ON {same}")
    sql = f"SELECT {examples(types)} UNION ALL SELECT * FROM (SELECT {names(types, 'f.')} {of_date})"
    for page in pages(connection.batches(sql, view.dataset, date)):
        yield pa.Table.from_batches([typed(page, types)]).replace_schema_metadata(_said(view))


def _said(view: FeatureView) -> dict[str, str]:
    said = {
        "view": view.name,
        "version": str(view.version),
        "sql_hash": view.sql_hash,
        "config_hash": view.config_hash,
        "schema_hash": view.schema_hash,
    }
    return {f"ade_stream.{name}": value for name, value in said.items()}
