"""The statements on schema versions and drifts. Every method runs inside the caller's transaction."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from processors.schemas.comparing import Comparison
from processors.schemas.model import Schema
from sinks.database.connection import Connection
from sinks.ledger.clock import NOW
from sinks.schemas.text import changes_text, schema_of, schema_text
from sinks.schemas.timeline import Place

_OTHERS = "schema_version IS NOT NULL AND state <> 'superseded'"
_TIMELINE = f"""
SELECT date, file_id, schema_version FROM meta_files WHERE dataset = ? AND {_OTHERS} ORDER BY date, file_id
"""
_FOLLOWING = f"""
SELECT date, file_id, path, schema_version FROM meta_files
WHERE dataset = ? AND (date, file_id) > (?, ?) AND {_OTHERS} ORDER BY date, file_id LIMIT 1
"""
_GIVE = "UPDATE meta_files SET schema_version = ?1 WHERE file_id = ?2 AND schema_version IS NOT ?1"
_VERSIONS = "SELECT version, status, columns, contract FROM meta_schema_versions WHERE dataset = ? ORDER BY version"
_STORE = f"""
INSERT INTO meta_schema_versions
(dataset, version, status, columns, contract, compatibility, changes, compared_with, created_at)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, {NOW})
ON CONFLICT (dataset, version) DO UPDATE SET status = excluded.status, columns = excluded.columns,
    contract = excluded.contract, compatibility = excluded.compatibility, changes = excluded.changes,
    compared_with = excluded.compared_with
"""
_OBSERVE = "UPDATE meta_schema_versions SET columns = ? WHERE dataset = ? AND version = ?"
_DRIFT = f"""
INSERT INTO meta_schema_drifts
(dataset, file_id, from_version, to_version, compatibility, changes, run_id, drifted_at)
VALUES (?, ?, ?, ?, ?, ?, ?, {NOW})
ON CONFLICT (dataset, file_id) DO UPDATE SET from_version = excluded.from_version, to_version = excluded.to_version,
    compatibility = excluded.compatibility, changes = excluded.changes,
    run_id = iif(to_version = excluded.to_version, run_id, excluded.run_id),
    drifted_at = iif(to_version = excluded.to_version, drifted_at, excluded.drifted_at)
"""
_DRIFTED = "SELECT to_version FROM meta_schema_drifts WHERE dataset = ? AND file_id = ?"


@dataclass(frozen=True, slots=True)
class Version:
    """A schema version in memory. `contract`: the text of the contract that it was last compared with."""

    number: int
    is_accepted: bool
    schema: Schema
    contract: str


@dataclass(frozen=True, slots=True)
class PlacedFile:
    """A file among the others of its dataset."""

    date: str
    file_id: int
    path: str
    version: int

    @property
    def place(self) -> Place:
        """Its place among them."""
        return self.date, self.file_id


class SchemaRows:
    """The rows of one dataset."""

    def __init__(self, connection: Connection, dataset: str) -> None:
        self._connection, self.dataset = connection, dataset

    def versions(self) -> Iterator[Version]:
        """All versions, by number."""
        for number, status, columns, contract in self._connection.rows(_VERSIONS, self.dataset):
            yield Version(int(str(number)), status == "accepted", schema_of(str(columns)), str(contract))

    def store(self, version: Version, comparison: Comparison, compared_with: int | None) -> None:
        """A new version, or a known one as today's contract sees it."""
        status = "accepted" if version.is_accepted else "open"
        stored = self.dataset, version.number, status, schema_text(version.schema), version.contract
        self._connection.run(_STORE, *stored, comparison.compatibility, changes_text(comparison), compared_with)

    def observe(self, version: Version) -> None:
        """What is known of a version's columns."""
        self._connection.run(_OBSERVE, schema_text(version.schema), self.dataset, version.number)

    def timeline(self) -> Iterator[tuple[Place, int]]:
        """The place and version of each file that has one, in order."""
        for batch in self._connection.batches(_TIMELINE, self.dataset):
            dates, ids, versions = (column.to_pylist() for column in batch.columns)
            yield from zip(zip(dates, ids, strict=True), versions, strict=True)

    def newest_file(self) -> int:
        """The largest id of a file of any dataset."""
        return self._connection.integer("SELECT max(file_id) FROM meta_files")

    def version_of(self, file_id: int) -> int | None:
        """The version that a file has."""
        return self._connection.integer("SELECT schema_version FROM meta_files WHERE file_id = ?", file_id) or None

    def date_of(self, file_id: int) -> str:
        """The execution date of a file."""
        return str(self._connection.rows("SELECT date FROM meta_files WHERE file_id = ?", file_id)[0][0])

    def following(self, place: Place) -> PlacedFile | None:
        """The next file behind a place that has a version."""
        for date, file_id, path, version in self._connection.rows(_FOLLOWING, self.dataset, *place):
            return PlacedFile(str(date), int(str(file_id)), str(path), int(str(version)))
        return None

    def give(self, versions: Mapping[int, int]) -> None:
        """Versions to files, by their ids."""
        for file_id, version in versions.items():
            self._connection.run(_GIVE, version, file_id)

    def drifted_to(self, file_id: int) -> int | None:
        """The version to which the schema drifted at a file, if it did."""
        return self._connection.integer(_DRIFTED, self.dataset, file_id) or None

    def drift(self, file_id: int, versions: tuple[int | None, int], comparison: Comparison, run_id: int | None) -> None:
        """The schema drifted at a file."""
        changed = comparison.compatibility, changes_text(comparison)
        self._connection.run(_DRIFT, self.dataset, file_id, *versions, *changed, run_id)

    def forget_drift(self, file_id: int) -> None:
        """There is no drift at this file (any more)."""
        self._connection.run("DELETE FROM meta_schema_drifts WHERE dataset = ? AND file_id = ?", self.dataset, file_id)
