"""What the warehouse knows of the schemas of a dataset's files: the versions, and the files at which they changed."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

from processors.schemas.comparing import Comparison
from processors.schemas.model import Schema
from sinks.database.connection import Connection
from sinks.schemas.text import comparison_of, schema_of

#: open: something in it is unknown to the contract, and a person has not decided on it.
VersionStatus: TypeAlias = Literal["accepted", "open"]

_OF_VERSION = "f.dataset = v.dataset AND f.schema_version = v.version AND f.state <> 'superseded'"
_END = f"""(SELECT json_array(f.file_id, f.path, f.date) FROM meta_files f
        WHERE {_OF_VERSION} ORDER BY f.date {{0}}, f.file_id {{0}} LIMIT 1)"""
_VERSIONS = f"""
SELECT version, status, columns, compatibility, changes, compared_with, created_at,
       (SELECT count(*) FROM meta_files f WHERE {_OF_VERSION}) AS files,
       {_END.format("ASC")} AS first, {_END.format("DESC")} AS last
FROM meta_schema_versions v WHERE dataset = ? ORDER BY version
"""
_DRIFTS = """
SELECT json_array(d.file_id, f.path, f.date) AS file, f.state, d.from_version, d.to_version, d.compatibility, d.changes,
       d.run_id, d.drifted_at
FROM meta_schema_drifts d JOIN meta_files f USING (file_id) WHERE d.dataset = ? ORDER BY f.date, d.file_id
"""
_STANDINGS = """
SELECT dataset, (SELECT schema_version FROM meta_files f
                 WHERE f.dataset = n.dataset AND f.schema_version IS NOT NULL AND f.state <> 'superseded'
                 ORDER BY f.date DESC, f.file_id DESC LIMIT 1) AS version,
       (SELECT count(*) FROM meta_schema_drifts d WHERE d.dataset = n.dataset) AS drifts,
       (SELECT count(*) FROM meta_schema_versions o WHERE o.dataset = n.dataset AND o.status = 'open') AS open
FROM (SELECT DISTINCT dataset FROM meta_schema_versions) n ORDER BY dataset
"""


@dataclass(frozen=True, slots=True)
class FileName:
    """A file, as a person is told of it."""

    file_id: int
    path: str
    date: str


@dataclass(frozen=True, slots=True)
class SchemaVersion:
    """A row of `meta_schema_versions`, and the files that have it, those left out whose place a newer generation took.

    `comparison`: with the version `compared_with`, the last accepted one before; None: with the contract. `first` and
    `last`: by execution date, then by id; None where no file has this version any more.
    """

    dataset: str
    version: int
    status: VersionStatus
    schema: Schema
    comparison: Comparison
    compared_with: int | None
    created_at: str
    files: int
    first: FileName | None
    last: FileName | None


@dataclass(frozen=True, slots=True)
class SchemaDrift:
    """A row of `meta_schema_drifts`: a file whose schema is not that of the one before it, by execution date and id.

    `from_version`: None where it is the first of its dataset.
    """

    dataset: str
    file: FileName
    state: str
    from_version: int | None
    to_version: int
    comparison: Comparison
    run_id: int | None
    drifted_at: str


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a dataset stands. `version`: of its last file, by execution date. `open`: how many versions a person has
    not decided on."""

    version: int | None
    drifts: int
    open: int


class SchemaHistory:
    """Reads schema versions and drifts."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def standings(self) -> dict[str, Standing]:
        """Each dataset of which a schema was seen, by name."""
        rows = self._connection.table(_STANDINGS).to_pylist()
        return {row["dataset"]: Standing(row["version"], row["drifts"], row["open"]) for row in rows}

    def versions(self, dataset: str) -> list[SchemaVersion]:
        """The versions of a dataset, in the order of their numbers."""
        return [_version(dataset, row) for row in self._connection.table(_VERSIONS, dataset).to_pylist()]

    def drifts(self, dataset: str) -> list[SchemaDrift]:
        """The files of a dataset at which its schema changed, by execution date and id."""
        return [_drift(dataset, row) for row in self._connection.table(_DRIFTS, dataset).to_pylist()]


def _version(dataset: str, row: dict[str, Any]) -> SchemaVersion:
    return SchemaVersion(
        dataset,
        row["version"],
        row["status"],
        schema_of(row["columns"]),
        comparison_of(row["changes"], row["compatibility"]),
        row["compared_with"],
        row["created_at"],
        row["files"],
        _file(row["first"]),
        _file(row["last"]),
    )


def _drift(dataset: str, row: dict[str, Any]) -> SchemaDrift:
    return SchemaDrift(
        dataset,
        FileName(*json.loads(row["file"])),
        row["state"],
        row["from_version"],
        row["to_version"],
        comparison_of(row["changes"], row["compatibility"]),
        row["run_id"],
        row["drifted_at"],
    )


def _file(stored: str | None) -> FileName | None:
    return None if stored is None else FileName(*json.loads(stored))
