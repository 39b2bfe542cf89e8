"""The registry of trained models: versions, metrics, aliases. Every function that writes runs inside the caller's
transaction."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

from sinks.database.connection import Connection
from sinks.ledger.clock import NOW

Kind: TypeAlias = Literal["batch", "online"]
Alias: TypeAlias = Literal["champion", "challenger"]

_ADD = f"INSERT INTO meta_models VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, {NOW})"
_STORED = """
SELECT * FROM meta_models WHERE (?1 IS NULL OR model = ?1) AND (?2 IS NULL OR version = ?2)
AND (?3 IS NULL OR alias = ?3) ORDER BY model, version
"""
_MEASURE = "INSERT OR REPLACE INTO meta_model_metrics VALUES (?, ?, ?, ?, ?, ?)"
_MEASURED = "SELECT part, metric, value, rows FROM meta_model_metrics WHERE model = ? AND version = ? ORDER BY 1, 2"
_NEXT = "SELECT coalesce(max(version), 0) + 1 FROM meta_models WHERE model = ?"


@dataclass(frozen=True, slots=True)
class RegisteredModel:
    """A version of a model. `libraries`: their names and versions. `split_id`: of the manifest in
    `meta_dataset_splits`. `rows`, `row_hash`: of those that it was trained on. `artifact`: the file, below the folder
    of the warehouse. `created_at`: empty before it is stored."""

    model: str
    version: int
    kind: Kind
    algorithm: str
    libraries: Mapping[str, str]
    dataset: str
    view: str | None
    view_version: int | None
    schema_hash: str
    definition: str
    definition_hash: str
    split_id: int | None
    rows: int
    row_hash: str
    artifact: str
    artifact_hash: str
    alias: Alias | None = None
    created_at: str = ""


@dataclass(frozen=True, slots=True)
class ModelMetric:
    """A figure of a version, of `rows` rows of a part: train, validation or test; prequential, mean and no_change have
    parts behind a full stop. None where it cannot be told."""

    part: str
    metric: str
    value: float | None
    rows: int


def next_version(connection: Connection, model: str) -> int:
    """The number of the version that comes next."""
    return connection.integer(_NEXT, model)


def add_version(connection: Connection, model: RegisteredModel) -> None:
    """Register a version; its alias is taken from the one that has it."""
    _free(connection, model.model, model.alias)
    named = (model.model, model.version, model.kind, model.algorithm, json.dumps(model.libraries, sort_keys=True))
    made_of = (model.dataset, model.view, model.view_version, model.schema_hash, model.definition)
    trained_on = (model.definition_hash, model.split_id, model.rows, model.row_hash)
    connection.run(_ADD, *named, *made_of, *trained_on, model.artifact, model.artifact_hash, model.alias)


def versions(connection: Connection, model: str | None = None) -> list[RegisteredModel]:
    """All versions of all models, or of one, by name and version."""
    return _found(connection, model, None, None)


def version_of(connection: Connection, model: str, version: int | Alias) -> RegisteredModel | None:
    """A version of a model, by its number or its alias; None where there is none."""
    number, alias = (version, None) if isinstance(version, int) else (None, version)
    return next(iter(_found(connection, model, number, alias)), None)


def _found(connection: Connection, model: str | None, version: int | None, alias: str | None) -> list[RegisteredModel]:
    rows = connection.table(_STORED, model, version, alias).to_pylist()
    return [_registered(row) for row in rows]


def _registered(row: Mapping[str, Any]) -> RegisteredModel:
    return RegisteredModel(**{**row, "libraries": json.loads(row["libraries"])})


def set_alias(connection: Connection, model: str, version: int, alias: Alias | None) -> None:
    """Give a version an alias, which is taken from the one that has it; or take its own away."""
    _free(connection, model, alias)
    connection.run("UPDATE meta_models SET alias = ? WHERE model = ? AND version = ?", alias, model, version)


def make_champion(connection: Connection, model: str, version: int) -> None:
    """Let a version be the champion; the newest one behind it is the challenger, which still has its chance."""
    set_alias(connection, model, version, "champion")
    behind = [each.version for each in versions(connection, model) if each.version > version and each.kind == "batch"]
    if behind:
        set_alias(connection, model, max(behind), "challenger")


def _free(connection: Connection, model: str, alias: Alias | None) -> None:
    if alias is not None:
        connection.run("UPDATE meta_models SET alias = NULL WHERE model = ? AND alias = ?", model, alias)


def measure(connection: Connection, model: str, version: int, metrics: Iterable[ModelMetric]) -> None:
    """Keep figures of a version, in the place of those of the same name."""
    for each in metrics:
        connection.run(_MEASURE, model, version, each.part, each.metric, each.value, each.rows)


def metrics_of(connection: Connection, model: str, version: int) -> list[ModelMetric]:
    """The figures of a version, by part and name."""
    return [ModelMetric(**row) for row in connection.table(_MEASURED, model, version).to_pylist()]
