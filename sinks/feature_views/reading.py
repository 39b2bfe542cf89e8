"""Reading vectors, the rows that they are made of, and the registry; on any connection, also one that only reads.

Entities are given with the columns that the view's entity has, in their types (`columns.entity_types`); more columns
stand behind them. Where nothing is known of an entity, it has no row in what is read.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal

import pyarrow as pa

from processors.feature_views.inputs import input_types
from processors.feature_views.model import FeatureView
from sinks.database.connection import Connection
from sinks.database.identifiers import feature_rows, latest_features, quote, staged
from sinks.feature_views.columns import (
    EVENT,
    Types,
    examples,
    key_types,
    names,
    pages,
    stored,
    typed,
    vector_types,
    with_example,
    without_example,
)

_REGISTERED = "SELECT * FROM meta_feature_registry WHERE ?1 IS NULL OR view = ?1 ORDER BY view, version"
_OF_DATE = """
(SELECT s.* FROM meta_files m CROSS JOIN {} s ON s._id BETWEEN m.file_id << 32 AND (m.file_id << 32) + 4294967295
WHERE m.dataset = ? AND m.date = ? AND m.state <> 'superseded') s
"""
_ACTIVE = "SELECT view FROM meta_feature_registry WHERE dataset = ? AND status = 'active' ORDER BY view"
_COLUMNS = "SELECT name, pk > 0 FROM pragma_table_info(?)"
_COMMITTED = "(SELECT committed_at FROM meta_spans s WHERE s.span_id <= f._id ORDER BY s.span_id DESC LIMIT 1)"
#: Microseconds since 1970 of a time as the ledger writes it, which has milliseconds.
_MICROSECONDS = f"CAST(round(unixepoch({_COMMITTED}, 'subsec') * 1000) AS INTEGER) * 1000"


@dataclass(frozen=True, slots=True)
class RegisteredFeature:
    """A feature as it is registered. `type`: as a config writes it. `sources`: the staged columns it is made of."""

    name: str
    type: str
    sources: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RegisteredView:
    """A row of `meta_feature_registry`: a version of a view. `parent_version`: the one that it took the place of.

    `rows`, `first_date`, `last_date`: of its vectors, as they are, or were when it was retired.
    """

    view: str
    version: int
    dataset: str
    config_hash: str
    sql: str
    sql_hash: str
    schema_hash: str
    features: tuple[RegisteredFeature, ...]
    parent_version: int | None
    status: Literal["active", "retired"]
    registered_at: datetime
    rows: int
    first_date: str | None
    last_date: str | None


def registered(connection: Connection, view: str | None = None) -> list[RegisteredView]:
    """All versions of all views, or of one, by view and version."""
    return [_registered(dict(row)) for row in connection.table(_REGISTERED, view).to_pylist()]


def _registered(row: dict[str, str]) -> RegisteredView:
    known = {name: row[name] for name in RegisteredView.__slots__ if name not in {"features", "registered_at"}}
    features = [RegisteredFeature(f["name"], f["type"], tuple(f["sources"])) for f in json.loads(row["features"])]
    at = datetime.fromisoformat(row["registered_at"]).astimezone(UTC)
    return RegisteredView(**known, features=tuple(features), registered_at=at)  # type: ignore[arg-type]


def latest(connection: Connection, view: FeatureView, entities: pa.RecordBatch) -> pa.RecordBatch:
    """The vector of the latest row of each of some entities: entity, `_event_us`, `_id`, `_date`, features.

    The latest row has the greatest event time, and of several at that time the greatest id.
    """
    types = vector_types(view)
    matching = " AND ".join(f"{quote(name)} = ?{place}" for place, name in enumerate(view.keys, 1))
    sql = f"SELECT {names(types)} FROM {quote(latest_features(view.name))} WHERE {matching}"
    return _of_each(connection, sql, types, entities.select(list(view.keys)))


def rows_between(
    connection: Connection, view: FeatureView, ranges: pa.RecordBatch, *, with_commits: bool = False
) -> pa.RecordBatch:
    """The rows of some entities with an event time in [`_first_us`, `_last_us`] (behind the entity, int64), as
    the evaluator takes them: entity, `_event_us`, `_id`, inputs.

    `with_commits`: also `_committed_us`, when the row's record was first committed, in microseconds since 1970.
    """
    types: dict[str, pa.DataType] = {**key_types(view), **input_types(view)}
    cells = names(types, "f.")
    if with_commits:
        types["_committed_us"] = pa.int64()
        cells += f", {_MICROSECONDS}"
    matching = " AND ".join(f"f.{quote(name)} = ?{place}" for place, name in enumerate(view.keys, 1))
    last = len(view.keys) + 2
    within = f"f.{EVENT} BETWEEN ?{last - 1} AND ?{last}"
    sql = f"SELECT {cells} FROM {quote(feature_rows(view.name))} f WHERE {matching} AND {within}"
    return _of_each(connection, sql, types, ranges)


def _of_each(connection: Connection, sql: str, types: Types, given: pa.RecordBatch) -> pa.RecordBatch:
    """What a query gives for each row of `given`, whose columns are its parameters."""
    marked = f"SELECT {examples(types)} WHERE ?{given.num_columns + 1} UNION ALL {sql}"
    read = connection.batches_of_each(marked, with_example(stored(given)))
    return typed(without_example(pa.Table.from_batches(read)), types)


def vectors(connection: Connection, view: FeatureView, date: str | None = None) -> Iterator[pa.RecordBatch]:
    """All vectors, or those of the rows of an execution date, in the order of (entity, `_event_us`, `_id`): entity,
    `_event_us`, `_id`, `_date`, features.

    Entities are in the order of their stored values. In bounded memory; a date's rows are sorted by SQLite.
    """
    types, rows = vector_types(view), f"{quote(feature_rows(view.name))} f"
    of_date = _OF_DATE.format(quote(staged(view.dataset)))
    source = rows if date is None else f"{of_date} CROSS JOIN {rows} ON {_same(view)}"
    # LIMIT keeps SQLite from leaving the ORDER BY out.
    ordered = f"SELECT {names(types, 'f.')} FROM {source} ORDER BY {names(key_types(view), 'f.')} LIMIT -1"
    parameters = () if date is None else (view.dataset, date)
    sql = f"SELECT {examples(types)} UNION ALL SELECT * FROM ({ordered})"
    for number, page in enumerate(pages(connection.batches(sql, *parameters))):
        yield typed(page if number else without_example(page), types)


def _same(view: FeatureView) -> str:
    """The vector of a staged row."""
    return " AND ".join(f"f.{quote(name)} = s.{quote(name)}" for name in key_types(view))


def vectors_by_id(connection: Connection, dataset: str) -> Iterator[tuple[str, list[str]]]:
    """Of each view of a dataset: SQL that stands for its vectors with ids from ?1 to ?2, which are found by the staged
    rows; and the columns that people read, by name."""
    for (view,) in connection.rows(_ACTIVE, dataset):
        table = feature_rows(str(view))
        columns = [(str(name), bool(is_key)) for name, is_key in connection.rows(_COLUMNS, table)]
        same = " AND ".join(f"f.{quote(name)} = s.{quote(name)}" for name, is_key in columns if is_key)
        rows = f"SELECT f.* FROM {quote(staged(dataset))} s CROSS JOIN {quote(table)} f ON {same}"
        read = sorted(name for name, _ in columns if not name.startswith(("_input_", "_state_")))
        yield f"({rows} WHERE s._id BETWEEN ?1 AND ?2)", read
