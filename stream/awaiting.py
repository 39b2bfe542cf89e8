"""Until a file is loaded, or all that has landed: what scripts wait for."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from processors.errors import WarehouseError
from sinks.closing.dates import open_dates
from sinks.database.lock import owner
from sinks.live import set_aside
from sinks.reading import WarehouseReader
from stream.config import Dataset
from stream.landing.names import original
from stream.landing.naming import recorded_path
from stream.landing.pending import UNFINISHED, pending
from stream.running.standing import Pace

_LOOK_SECONDS, _LOOK_SHARE = 0.25, 0.1
_TOLD = 5


@dataclass(frozen=True, slots=True)
class Verdict:
    """The end of waiting: whether it `is_loaded`, and what there is to say."""

    is_loaded: bool
    told: str


def wait_until(
    ask: Callable[[], Verdict | None], timeout_seconds: float | None, stop: threading.Event
) -> Verdict | None:
    """The first verdict; None where there was none in time, or `stop` was set."""
    until = None if timeout_seconds is None else time.monotonic() + timeout_seconds
    pace = Pace(_LOOK_SECONDS, _LOOK_SHARE)
    while not stop.is_set():
        if pace.is_due():
            if (verdict := ask()) is not None:
                return verdict
            pace.done()
        if until is not None and time.monotonic() >= until:
            return None
        stop.wait(_LOOK_SECONDS / 5)
    return None


def _reader(warehouse: Path) -> WarehouseReader | None:
    """None where there is no warehouse yet, or a process that has just started makes it what it is to be. Raises
    WarehouseError."""
    if not warehouse.exists():
        return None
    try:
        return WarehouseReader(warehouse)
    except WarehouseError:
        if owner(warehouse) is None:
            raise
        return None


def file_verdict(warehouse: Path, landing: Path, file: Path) -> Verdict | None:
    """Whether a file is loaded as it is now, or set aside; None where neither is said yet, of a file that may still be
    to come, too. Raises WarehouseError."""
    if (reader := _reader(warehouse)) is None:
        return None
    with reader as recorded:
        path = recorded_path(recorded, landing, file)
        entries = [each for each in recorded.files("path = ?", path) if each.state != "superseded"]
    if not entries:
        return None
    entry = entries[-1]
    told = f"{path}: {entry.state}. {entry.reason}"
    if entry.state in {"held", "failed"}:
        return Verdict(False, told)
    is_loaded = entry.state == "archived" or (
        entry.state == "committed" and not _has_news(landing, path, entry.stat.size, entry.stat.mtime_ns)
    )
    return Verdict(True, told) if is_loaded else None


def _has_news(landing: Path, path: str, size: int, mtime_ns: int) -> bool:
    """Whether the file was written to since it was read. One that is gone was not."""
    try:
        status = os.stat(landing / os.fsdecode(original(path)))  # noqa: PTH116 - links are followed as reading does
    except OSError:
        return False
    return (status.st_size, status.st_mtime_ns) != (size, mtime_ns)


def caught_up(warehouse: Path, landing: Path, datasets: Mapping[str, Dataset]) -> Verdict | None:
    """Whether all files in the landing folder are loaded, and their dates summed up, but for what waits for a person;
    None where something is still to be done. Raises WarehouseError."""
    if (reader := _reader(warehouse)) is None:
        return None
    with reader as recorded:
        held = {each.dataset: each.reason for each in recorded.dataset_states() if each.is_held}
        flowing = {name: dataset for name, dataset in datasets.items() if name not in held}
        waiting = pending(recorded.connection, landing, flowing, UNFINISHED)
        if any(waiting.values()) or any(name in flowing for name in open_dates(recorded.connection)):
            return None
        aside = [each for each in set_aside(recorded.connection, 1_000) if each.dataset in datasets]
    told = [f"dataset {name} is held. {reason}" for name, reason in held.items() if name in datasets]
    told += [f"{each.path}: {each.state}. {each.reason}" for each in aside[:_TOLD]]
    if len(aside) > _TOLD:
        told.append(f"{len(aside) - _TOLD} more files are set aside; `ade-stream status` names them.")
    return Verdict(not told, "\n".join(told) or "All that has landed is loaded.")
