"""The tables of feature views: the registry, and for each view its vectors, the latest of them, and what changed.

The vectors are clustered by entity and time, and carry what windows add up, so they are the only index that computing
them needs.
"""

from __future__ import annotations

from collections.abc import Iterator

from processors.feature_views.inputs import input_types
from processors.feature_views.model import FeatureView
from processors.feature_views.states import states
from sinks.database.identifiers import feature_changes, feature_rows, latest_features, literal, quote
from sinks.feature_views.columns import (
    EVENT,
    PLACE,
    ROW_ID,
    declared,
    entity_types,
    feature_types,
    key_types,
    names,
)
from sinks.rows.tables import row_tables

#: `sources`: the staged columns that a version was made of, with their types. `meta_feature_dates`: how many vectors
#: the active version of a view has of each execution date, and how often any of them changed, in all versions.
FEATURES = """
CREATE TABLE meta_feature_registry (
    view TEXT NOT NULL,
    version INTEGER NOT NULL,
    dataset TEXT NOT NULL,
    config_hash TEXT NOT NULL,
    sql TEXT NOT NULL,
    sql_hash TEXT NOT NULL,
    schema_hash TEXT NOT NULL,
    features TEXT NOT NULL,
    sources TEXT NOT NULL,
    parent_version INTEGER,
    status TEXT NOT NULL CHECK (status IN ('active', 'retired')),
    registered_at TEXT NOT NULL,
    rows INTEGER NOT NULL DEFAULT 0,
    first_date TEXT,
    last_date TEXT,
    PRIMARY KEY (view, version)
) STRICT, WITHOUT ROWID;

CREATE UNIQUE INDEX meta_feature_registry_active ON meta_feature_registry (view) WHERE status = 'active';

CREATE TABLE meta_feature_dates (
    view TEXT NOT NULL,
    date TEXT NOT NULL,
    rows INTEGER NOT NULL,
    changes INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (view, date)
) STRICT, WITHOUT ROWID
"""


def created(view: FeatureView) -> Iterator[str]:
    """Statements that make the tables of a view."""
    key, columns = names(key_types(view)), [*_required(view), *declared(feature_types(view))]
    within = [*columns, *declared(states(view)), *declared(input_types(view))]
    yield _table(feature_rows(view.name), [*within, f"PRIMARY KEY ({key})"])
    yield _table(latest_features(view.name), [*columns, f"PRIMARY KEY ({names(view.keys)})"])
    yield _table(feature_changes(view.name), [*declared(key_types(view), required=True), f"PRIMARY KEY ({key})"])


def _required(view: FeatureView) -> list[str]:
    return declared({**entity_types(view), **PLACE}, required=True)


def _table(name: str, columns: list[str]) -> str:
    return f"CREATE TABLE {quote(name)} ({', '.join(columns)}) STRICT, WITHOUT ROWID"


def dropped(view: str, dataset: str) -> Iterator[str]:
    """Statements that drop the tables of a view and its triggers."""
    for name in trigger_names(view, dataset):
        yield f"DROP TRIGGER IF EXISTS {quote(name)}"
    for name in (feature_rows(view), latest_features(view), feature_changes(view)):
        yield f"DROP TABLE IF EXISTS {quote(name)}"
    yield f"UPDATE meta_feature_dates SET rows = 0, changes = changes + 1 WHERE view = {literal(view)}"


def trigger_names(view: str, dataset: str) -> tuple[str, ...]:
    """The names of a view's triggers, not quoted."""
    rows, losers = row_tables(dataset)
    return (
        f"{feature_rows(view)}.{rows}.deleted",
        f"{feature_rows(view)}.{rows}.updated",
        f"{feature_rows(view)}.{losers}",
    )


def triggers(view: FeatureView, sources: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    """The name of each trigger and its SQL.

    A row that is no longer staged as it was takes its vector with it, and is written down; so is one that leaves those
    that lost, since it may be staged now. A row that is staged for the first time fires none: whoever stages it tells.
    """
    rows, losers = (quote(name) for name in row_tables(view.dataset))
    deleted, updated, returned = trigger_names(view.name, view.dataset)
    body = f"BEGIN {_gone(view)} {_written_down(view, 'OLD')} END"
    whole = _is_whole(view, "OLD")
    yield deleted, f"CREATE TRIGGER {quote(deleted)} AFTER DELETE ON {rows} WHEN {whole} {body}"
    body = f"BEGIN {_gone(view)} {_written_down(view, 'OLD')} {_written_down(view, 'NEW')} END"
    of = names(dict.fromkeys([*view.keys, EVENT, *sources]))
    yield updated, f"CREATE TRIGGER {quote(updated)} AFTER UPDATE OF {of} ON {rows} {body}"
    body = f"BEGIN {_written_down(view, 'OLD')} END"
    yield returned, f"CREATE TRIGGER {quote(returned)} AFTER DELETE ON {losers} WHEN {whole} {body}"


def _gone(view: FeatureView) -> str:
    rows = quote(feature_rows(view.name))
    same = " AND ".join(f"{quote(name)} = OLD.{quote(name)}" for name in key_types(view))
    counted = f"view = {literal(view.name)} AND date = OLD._date AND EXISTS (SELECT 1 FROM {rows} WHERE {same})"
    count = f"UPDATE meta_feature_dates SET rows = rows - 1, changes = changes + 1 WHERE {counted}"
    return f"{count}; DELETE FROM {rows} WHERE {same};"


def _written_down(view: FeatureView, row: str) -> str:
    """There is no OR IGNORE in here, for which a trigger takes what the statement that fired it says."""
    changes, key = quote(feature_changes(view.name)), key_types(view)
    cells = names(key, f"{row}.")
    return f"INSERT INTO {changes} ({names(key)}) SELECT {cells} WHERE {_is_whole(view, row)} ON CONFLICT DO NOTHING;"


def _is_whole(view: FeatureView, row: str) -> str:
    """The condition that a staged row is of some entity, at some time."""
    return " AND ".join(f"{row}.{quote(name)} IS NOT NULL" for name in (*view.keys, EVENT))


def noted(view: FeatureView, rows: str) -> str:
    """The statement that writes down staged rows, `rows` being a condition, as if they had changed."""
    changes, key = quote(feature_changes(view.name)), key_types(view)
    staged = quote(row_tables(view.dataset)[0])
    return (
        f"INSERT OR IGNORE INTO {changes} ({names(key)}) SELECT {names(key, 's.')} FROM {staged} s "
        f"WHERE {_is_whole(view, 's')} AND s.{ROW_ID} {rows}"
    )
