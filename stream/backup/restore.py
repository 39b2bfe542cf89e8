"""`restore`: a backup takes the place of a warehouse, once it is proven sound; what it replaces stays beside it.

The old file is closed first: what stands in its log is brought into it, and the log goes, or else SQLite would take it
for that of the file which comes. Then it gets a second name, and the new one is renamed over it. So a kill at any point
leaves the old warehouse, or the new one, whole.
"""

from __future__ import annotations

import os
import threading
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from processors.errors import ConfigError, WarehouseError
from sinks.database.copying import copy, faults, is_warehouse, settle
from sinks.database.lock import Turn, WriterLock
from stream.backup.backup import Contents, contents
from stream.replacing import clear_unfinished, replacing_bytes, sync_folder
from stream.verifying.verify import Request, Verdict, verify

_LOGS = ("-wal", "-shm")


@dataclass(frozen=True, slots=True)
class Restored:
    """What is in place now; `kept`: where the warehouse is that was there before. None of it where the `verdict` on the
    backup was that it differs; no verdict where none was asked for."""

    contents: Contents | None
    kept: str | None
    verdict: Verdict | None


def restore(
    configs: Path, landing: Path, path: Path, source: Path, stop: threading.Event, *, unverified: bool = False
) -> Restored:
    """Put a copy of the backup `source` in the place of the warehouse at `path`.

    `unverified`: though its rows be others than its records come to. Raises ConfigError, WarehouseError (BusyError
    where somebody writes), OSError, and KeyboardInterrupt when `stop` is set before it is in place.
    """
    _refuse(path, source)
    with WriterLock(path, Turn("restore")):
        kept = _aside(path)
        verdict = None if unverified else verify(configs, landing, source, Request(), stop)
        if verdict is not None and not verdict.is_verified:
            return Restored(None, None, verdict)
        clear_unfinished(path.parent)
        _replace(path, source, kept)
    return Restored(contents(path), str(kept) if kept.exists() else None, verdict)


def _refuse(path: Path, source: Path) -> None:
    """What is no sound backup."""
    if not source.is_file():
        raise ConfigError(f"{source}: there is no such file.")
    if path.exists() and path.samefile(source):
        raise ConfigError(f"{source}: is the warehouse itself; name a backup of it.")
    if not is_warehouse(source):
        raise WarehouseError(f"{source}: is a database, but no backup of a warehouse.")
    if found := faults(source):
        raise WarehouseError(f"{source}: is damaged, and was not restored: {'; '.join(found)}. Take another backup.")


def _aside(path: Path) -> Path:
    """Where the warehouse that is there will be kept. Raises ConfigError where another is kept already."""
    kept = path.with_name(f"{path.name}.replaced")
    if path.exists() and kept.exists():
        if kept.samefile(path):  # a restore was killed before the new one was in place
            kept.unlink()
            return kept
        raise ConfigError(f"{kept}: an earlier restore kept a warehouse there; move it away or delete it first.")
    return kept


def _replace(path: Path, source: Path, kept: Path) -> None:
    with replacing_bytes(path) as file:
        copy(source, Path(file.name))
        if path.exists():
            _keep(path, kept)
    sync_folder(path.parent)


def _keep(path: Path, kept: Path) -> None:
    """The warehouse has a second name, and no log, when this ends well. One that is damaged keeps its log beside it."""
    if _is_sound(path):
        settle(path)
        os.link(path, kept)
    else:
        os.link(path, kept)
        for log in _LOGS:
            with suppress(FileNotFoundError):
                path.with_name(path.name + log).rename(kept.with_name(kept.name + log))
    sync_folder(path.parent)


def _is_sound(path: Path) -> bool:
    try:
        return not faults(path)
    except WarehouseError:
        return False
