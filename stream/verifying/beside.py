"""Files beside the warehouse, held against the hashes that it keeps of them: trained models, and exports."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from processors.errors import StateError
from sinks.database.connection import Connection
from sinks.exports.records import Stored, current_exports
from sinks.models.registry import RegisteredModel, versions
from sinks.reading import WarehouseReader
from stream.learning.artifacts import check_files, folder_of


@dataclass(frozen=True, slots=True)
class FileDifference:
    """A file that is not what was written."""

    table: str
    dataset: str
    date: str | None
    path: str
    told: str


def of_artifacts(
    connection: Connection, warehouse: Path, only: str | None, left: list[str]
) -> Iterator[FileDifference | None]:
    """Each trained version, with what is wrong with its files; None where nothing is. One without files goes to
    `left`."""
    for stored in versions(connection):
        if stored.kind != "batch" or only not in {None, stored.dataset}:
            continue
        if folder_of(warehouse, stored.model, stored.version).exists():
            yield _of_version(warehouse, stored)
        else:
            left.append(f"version {stored.version} of {stored.model}: its files are not there ({stored.artifact}).")


def _of_version(warehouse: Path, stored: RegisteredModel) -> FileDifference | None:
    try:
        check_files(folder_of(warehouse, stored.model, stored.version), stored)
    except StateError as error:
        told = f"version {stored.version} of {stored.model}: {error}"
        return FileDifference("meta_models", stored.dataset, None, stored.artifact, told)
    return None


def of_exports(connection: Connection, warehouse: Path, only: str | None) -> Iterator[FileDifference | None]:
    """Each export that is there and of today's state of its date, likewise. One that is not there is no proof of
    anything: the next run writes it anew."""
    for stored in current_exports(connection):
        hashed = _hash(warehouse.parent / stored.path) if only in {None, stored.dataset} else None
        if hashed is None:
            continue
        if hashed != stored.content_hash and _is_still(warehouse, stored):
            told = "the file is not what was exported"
            yield FileDifference("meta_exports", stored.dataset, stored.date, stored.path, told)
        else:
            yield None


def _is_still(warehouse: Path, stored: Stored) -> bool:
    """Whether it was not written anew meanwhile, by a watch that goes on."""
    with WarehouseReader(warehouse) as recorded:
        return stored in current_exports(recorded.connection)


def _hash(path: Path) -> str | None:
    """Of the bytes of a file, in bounded memory; None where there is none."""
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError:
        return None
