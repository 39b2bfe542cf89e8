"""Which dataset, and which version of its schema, a person means."""

from __future__ import annotations

from dataclasses import dataclass

from processors.errors import ConfigError
from sinks.reading import WarehouseReader
from sinks.schemas.history import SchemaDrift, SchemaVersion, Standing


@dataclass(frozen=True, slots=True)
class History:
    """All versions of the schema of a dataset's files, and the files at which it changed. `current`: that of the last
    file, by execution date."""

    dataset: str
    current: int | None
    versions: tuple[SchemaVersion, ...]
    drifts: tuple[SchemaDrift, ...]


def history_of(recorded: WarehouseReader, dataset: str | None) -> History:
    """The history of a dataset, or of the only one. Raises ConfigError where it is not clear which, or unknown."""
    name, standing = _chosen(recorded, dataset)
    versions, drifts = recorded.schemas.versions(name), recorded.schemas.drifts(name)
    return History(name, standing.version, tuple(versions), tuple(drifts))


def version_of(recorded: WarehouseReader, dataset: str | None, version: int | None) -> SchemaVersion:
    """A version of a dataset's schema; without a number that of the last file. Raises ConfigError as `history_of`."""
    name, standing = _chosen(recorded, dataset)
    versions = {each.version: each for each in recorded.schemas.versions(name)}
    wanted = version or standing.version or max(versions)
    if wanted not in versions:
        raise ConfigError(f"{name} has no schema version {wanted}; it has {', '.join(map(str, versions))}.")
    return versions[wanted]


def _chosen(recorded: WarehouseReader, dataset: str | None) -> tuple[str, Standing]:
    standings = recorded.schemas.standings()
    known = f"Schemas are known of {', '.join(standings) or 'no dataset'}."
    if dataset is None and len(standings) != 1:
        raise ConfigError(f"which dataset? {known}")
    name = dataset or next(iter(standings))
    if name not in standings:
        raise ConfigError(f"of dataset {name!r} no schema is known. {known} Its first file brings the first version.")
    return name, standings[name]
