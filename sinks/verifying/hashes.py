"""Definitions that are stored with their hash: one that was altered has another."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from hashlib import sha256
from typing import Literal

from processors.assessing.expectations import digest
from processors.feature_views.model import FeatureView
from processors.kpis.model import described_hash
from sinks.database.connection import Connection
from sinks.verifying.books import Contradiction


def _whole(text: str) -> str:
    return sha256(text.encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class _Hashed:
    """Texts of a table with their hashes. `named`: SQL that says which one it is. `dataset`: SQL for whose. `is_read`:
    records are judged by them, which is no use then."""

    table: str
    text: str
    hash: str
    named: str
    hashed: Callable[[str], str] = _whole
    dataset: str = "dataset"
    is_read: bool = False


_KEPT = (
    _Hashed("meta_suites", "rules", "hash", "'suite ' || suite_id", digest),
    _Hashed("meta_parameters", "fitted", "hash", "'version ' || version", is_read=True),
    _Hashed("meta_configs", "definition", "hash", "'config ' || config_id"),
    _Hashed("meta_kpis", "definition", "hash", "'KPI ' || kpi", lambda text: described_hash(json.loads(text))),
    _Hashed("meta_dataset_splits", "definition", "definition_hash", "'split ' || split_id", dataset="NULL"),
)


def of_definitions(connection: Connection) -> Iterator[Contradiction]:
    """The first of each table that has not the hash of its text."""
    for each in _KEPT:
        sql = f"SELECT {each.dataset}, {each.named}, {each.text}, {each.hash} FROM {each.table} ORDER BY 2"
        for dataset, named, text, hashed in connection.rows(sql):
            if _hash_of(each, str(text)) != hashed:
                told = f"the {each.text} of {named!s} have not the hash that they had when they were recorded"
                spoils: Literal["nothing", "all"] = "all" if each.is_read else "nothing"
                yield Contradiction(each.table, told, None if dataset is None else str(dataset), spoils=spoils)
                break


def _hash_of(each: _Hashed, text: str) -> str | None:
    try:
        return each.hashed(text)
    except (ValueError, AttributeError):  # it is no JSON any more, or says something else
        return None


def view_hashes(connection: Connection, today: Iterable[FeatureView]) -> Iterator[Contradiction]:
    """Registered versions of views that have the SQL of today's config, and not its hash."""
    compiled = {(view.name, view.version): view for view in today}
    sql = "SELECT view, version, dataset, sql, sql_hash FROM meta_feature_registry ORDER BY 1, 2"
    for name, version, dataset, text, hashed in connection.rows(sql):
        known = compiled.get((str(name), int(str(version))))
        if known is not None and known.sql == text and known.sql_hash != hashed:
            told = f"the SQL of {name!s} version {version!s} has not the hash that it had when it was registered"
            yield Contradiction("meta_feature_registry", told, str(dataset), spoils="all")
