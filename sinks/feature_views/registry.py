"""The registry of feature views: which version of each is kept, and what a version is.

A version is what it was registered as, for good. Where the SQL or the definition beside it is another, and the version
is not, nothing starts.
"""

from __future__ import annotations

import json
from collections.abc import Mapping

from processors.columns import ColumnType
from processors.errors import ConfigError
from processors.feature_views.model import FeatureView
from sinks.database.connection import Connection
from sinks.database.identifiers import quote
from sinks.feature_views.tables import created, dropped, triggers
from sinks.ledger.clock import NOW
from sinks.table import Table

_VERSIONS = """
SELECT version, dataset, sql_hash, config_hash, schema_hash, sources, status, registered_at
FROM meta_feature_registry WHERE view = ? ORDER BY version
"""
_REGISTER = f"""
INSERT INTO meta_feature_registry (view, version, dataset, config_hash, sql, sql_hash, schema_hash, features, sources,
                                   parent_version, status, registered_at)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 'active', {NOW})
ON CONFLICT (view, version) DO UPDATE SET
    status = 'active', sql = excluded.sql, schema_hash = excluded.schema_hash, features = excluded.features,
    sources = excluded.sources
"""
_RETIRE = "UPDATE meta_feature_registry SET status = 'retired' WHERE view = ? AND status = 'active'"
_ACTIVE = "SELECT view FROM meta_feature_registry WHERE dataset = ? AND status = 'active'"
_SUM_UP = """
UPDATE meta_feature_registry SET (rows, first_date, last_date) = (
    SELECT coalesce(sum(rows), 0), min(date), max(date) FROM meta_feature_dates WHERE view = ?1 AND rows > 0)
WHERE view = ?1 AND status = 'active'
"""
_TRIGGER = "SELECT sql FROM sqlite_schema WHERE type = 'trigger' AND name = ?"


def retire_others(connection: Connection, table: Table) -> None:
    """Views of a dataset that the config has no more lose their tables; what is registered of them stays."""
    kept = {view.name for view in table.views}
    for (view,) in connection.rows(_ACTIVE, table.dataset):
        if view not in kept:
            _retire(connection, str(view), table.dataset)


def _retire(connection: Connection, view: str, dataset: str) -> None:
    for statement in dropped(view, dataset):
        connection.run(statement)
    connection.run(_RETIRE, view)


def bring_in(connection: Connection, view: FeatureView, sources: Mapping[str, ColumnType]) -> bool:
    """Let the view be registered, with tables and triggers; whether its tables are new, and to be filled.

    `sources`: the staged columns that it reads. Raises ConfigError where its version is registered as another.
    """
    versions = connection.table(_VERSIONS, view.name).to_pylist()
    told = json.dumps({name: kind.written for name, kind in sources.items()}, ensure_ascii=False)
    known = next((each for each in versions if each["version"] == view.version), None)
    active = next((each for each in versions if each["status"] == "active"), None)
    if known is not None:
        _refuse_another(view, known, max(each["version"] for each in versions))
    is_same = known is not None and (known["schema_hash"], known["sources"]) == (view.schema_hash, told)
    is_new = not is_same or known is not active
    if is_new:
        if active is not None:
            _retire(connection, view.name, active["dataset"])
        parent = None if active is None or active is known else active["version"]
        _register(connection, view, told, parent)
    _ensure_triggers(connection, view, tuple(sources))
    return is_new


def _refuse_another(view: FeatureView, known: Mapping[str, str], newest: int) -> None:
    others = {"SQL": known["sql_hash"] != view.sql_hash, "definition": known["config_hash"] != view.config_hash}
    changed = " and ".join(what for what, is_other in others.items() if is_other)
    if changed:
        raise ConfigError(
            f"feature view {view.name}: its {changed} changed, and version {view.version} was registered with another "
            f"at {known['registered_at']}. Set `version: {newest + 1}` in its YAML, and its vectors are computed anew; "
            f"or put it back as it was: `ade-stream features show {view.name}` shows that."
        )


def _register(connection: Connection, view: FeatureView, sources: str, parent: int | None) -> None:
    for statement in created(view):
        connection.run(statement)
    features = [{"name": f.name, "type": f.type.written, "sources": list(f.sources)} for f in view.features]
    connection.run(
        _REGISTER,
        *(view.name, view.version, view.dataset, view.config_hash, view.sql, view.sql_hash, view.schema_hash),
        *(json.dumps(features, ensure_ascii=False), sources, parent),
    )


def _ensure_triggers(connection: Connection, view: FeatureView, sources: tuple[str, ...]) -> None:
    """Whatever wrote the dataset's tables anew may have dropped them."""
    for name, statement in triggers(view, sources):
        found = connection.rows(_TRIGGER, name)
        if found != [(statement,)]:
            connection.run(f"DROP TRIGGER IF EXISTS {quote(name)}")
            connection.run(statement)


def sum_up(connection: Connection, view: str) -> None:
    """Say how many vectors the active version has, and of which dates."""
    connection.run(_SUM_UP, view)
