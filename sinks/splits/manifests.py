"""The manifests of splits: each is written once, and the same split of the same rows is the one that is there."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from itertools import groupby
from pathlib import Path
from typing import Any

from processors.splitting.manifest import PartManifest
from processors.splitting.model import Exclusion, PartName
from sinks.database.connection import Connection
from sinks.ledger.clock import NOW

_NEXT = "SELECT coalesce(max(split_id), 0) + 1 FROM meta_dataset_splits"
_INSERT = f"INSERT INTO meta_dataset_splits VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, {NOW})"
_STORED = "SELECT * FROM meta_dataset_splits WHERE ?1 IS NULL OR split_id = ?1 ORDER BY split_id, time_min, part"
_ORDER: tuple[PartName, ...] = ("train", "validation", "test")


@dataclass(frozen=True, slots=True)
class StoredPart:
    """One part of a split. Times as the warehouse writes them, null where it has no rows."""

    part: PartName
    rows: int
    row_hash: str
    time_min: str | None
    time_max: str | None
    excluded: Mapping[Exclusion, int]


@dataclass(frozen=True, slots=True)
class StoredSplit:
    """A split of a version of a view. `definition`: what it is, with its borders, as `stream.splits` writes it."""

    split_id: int
    name: str
    view: str
    view_version: int
    definition: Mapping[str, Any]
    parts: tuple[StoredPart, ...]
    made_at: str


def record_split(
    warehouse: Path, name: str, view: str, version: int, definition: Mapping[str, Any], parts: Sequence[PartManifest]
) -> tuple[int, bool]:
    """The id of the split, and whether it is new: the same definition of the same rows is there once.

    A tiny transaction, beside a writer too. Raises WarehouseError where a long one is in the way.
    """
    said = json.dumps(definition, sort_keys=True)
    hashed = sha256(said.encode()).hexdigest()
    with Connection(warehouse) as connection, connection.transaction():
        for known in splits(connection):
            if (known.view, known.view_version, known.definition) == (view, version, definition) and [
                (part.part, part.rows, part.row_hash) for part in known.parts
            ] == [(part.part, part.rows, part.row_hash) for part in parts]:
                return known.split_id, False
        split_id = connection.integer(_NEXT)
        for part in parts:
            connection.run(
                *(_INSERT, split_id, part.part, name, view, version, said, hashed, part.rows, part.row_hash),
                *(_moment(part.first_us), _moment(part.last_us), json.dumps(part.excluded)),
            )
    return split_id, True


def _moment(us: int | None) -> str | None:
    if us is None:
        return None
    return (datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=us)).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def splits(connection: Connection, split_id: int | None = None) -> list[StoredSplit]:
    """All splits, or that of an id, by id."""
    rows = connection.table(_STORED, split_id).to_pylist()
    return [_stored(list(parts)) for _, parts in groupby(rows, key=lambda row: row["split_id"])]


def _stored(rows: Iterable[dict[str, Any]]) -> StoredSplit:
    parts = sorted(rows, key=lambda row: _ORDER.index(row["part"]))
    [first, *_] = parts
    named = {name: first[name] for name in ("split_id", "name", "view", "view_version", "made_at")}
    return StoredSplit(**named, definition=json.loads(first["definition"]), parts=tuple(map(_part, parts)))


def _part(row: Mapping[str, Any]) -> StoredPart:
    named = {name: row[name] for name in ("part", "rows", "row_hash", "time_min", "time_max")}
    return StoredPart(**named, excluded=json.loads(row["excluded"]))
