"""`backup`: a copy of one moment of a warehouse, while `watch` writes to it; whole under its name, or not there."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from processors.errors import ConfigError, WarehouseError
from sinks.database.connection import Connection
from sinks.database.copying import copy, is_warehouse
from sinks.ledger.files import balance
from stream.replacing import clear_unfinished, replacing_bytes, sync_folder


@dataclass(frozen=True, slots=True)
class Contents:
    """What a warehouse holds: its size, the balance of all its files, and when the last of them was committed."""

    path: str
    bytes: int
    datasets: int
    files: int
    records: int
    accepted: int
    rejected: int
    last_commit: str | None


def back_up(path: Path, target: Path, *, overwrite: bool = False) -> Contents:
    """Write a copy of the warehouse at `path` to `target`; what it holds.

    Raises ConfigError where there is a file already and it is not to `overwrite`, WarehouseError, and OSError.
    """
    if not path.exists() or not is_warehouse(path):
        raise WarehouseError(f"{path}: there is no warehouse. Name another with --warehouse.")
    if target.exists() and target.samefile(path):
        raise ConfigError(f"{target}: is the warehouse itself; name another file.")
    if target.exists() and not (overwrite and target.is_file()):
        raise ConfigError(f"{target}: exists; name another file, or take its place with --overwrite.")
    if not target.parent.is_dir():
        raise ConfigError(f"{target.parent}: there is no such folder.")
    clear_unfinished(target.parent)
    with replacing_bytes(target) as file:
        copy(path, Path(file.name))
    sync_folder(target.parent)
    return contents(target)


def contents(path: Path) -> Contents:
    """What a warehouse holds, also one that an older program wrote. Raises WarehouseError."""
    with Connection(path, read_only=True) as connection:
        [sums] = balance(connection)
    return Contents(str(path), path.stat().st_size, **sums)
