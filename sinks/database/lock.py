"""One writer at a time: an advisory lock on a file beside the warehouse, which the kernel drops when its owner dies."""

from __future__ import annotations

import fcntl
import os
from contextlib import suppress
from pathlib import Path

from processors.errors import BusyError, WarehouseError


class WriterLock:
    """Held from construction to `release`. Raises WarehouseError where another process holds it."""

    def __init__(self, warehouse: Path) -> None:
        real = warehouse.resolve()  # the same warehouse under the name of a link has the same lock
        self.path = real.with_name(real.name + ".lock")
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            self._file = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
        except OSError as error:
            raise WarehouseError(
                f"{self.path}: cannot be created: {error.strerror}. The warehouse needs a folder that can be written; "
                "name another with --warehouse."
            ) from error
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            owner = os.pread(self._file, 64, 0).decode("ascii", "replace").strip() or "unknown"
            os.close(self._file)
            raise BusyError(
                f"{warehouse}: process {owner} is writing to this warehouse already, and there can be only one writer. "
                "Stop that process first, or name another warehouse with --warehouse."
            ) from error
        self._sign()

    def _sign(self) -> None:
        """Say who we are, to whoever is refused. The lock holds also where the disk has no byte left for this."""
        with suppress(OSError):
            os.ftruncate(self._file, 0)
            os.pwrite(self._file, f"{os.getpid()}\n".encode(), 0)

    def release(self) -> None:
        """Give the lock back."""
        os.close(self._file)


def writer(warehouse: Path, locks: Path = Path("/proc/locks")) -> int | None:
    """The process that holds the lock of a warehouse; None where none does, or the system does not say.

    `locks`: what the kernel tells of all locks. To try the lock would refuse a writer that starts at that moment.
    """
    real = warehouse.resolve()
    with suppress(OSError):
        inode = real.with_name(real.name + ".lock").stat().st_ino
        for line in locks.read_text("ascii").splitlines():
            _, kind, *_, process, place, _, _ = line.split()
            if kind == "FLOCK" and int(place.rpartition(":")[2]) == inode:
                return int(process)
    return None
