"""The writer's lock for a command that changes what is recorded."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sinks.database.lock import Turn, WriterLock
from sinks.reading import WarehouseReader


@contextmanager
def writing(path: Path, turn: Turn) -> Iterator[WriterLock]:
    """The lock of the warehouse at `path`, which must be there. What is read in the block nobody else changes.

    Raises WarehouseError, BusyError among them, and KeyboardInterrupt where `turn` is stopped while it waits.
    """
    with WarehouseReader(path):
        pass  # where there is none, none is made
    with WriterLock(path, turn) as lock:
        yield lock
