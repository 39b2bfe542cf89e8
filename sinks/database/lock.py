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
        self.path = lock_file(warehouse)
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


def lock_file(warehouse: Path) -> Path:
    """The file beside a warehouse; the same warehouse under the name of a link has the same."""
    real = warehouse.resolve()
    return real.with_name(real.name + ".lock")


def owner(warehouse: Path) -> int | None:
    """The process that writes to the warehouse, without touching its lock; None where none does."""
    try:
        pid = int(lock_file(warehouse).read_text("ascii").split()[0])
    except (OSError, ValueError, IndexError):
        return None
    try:
        os.kill(pid, 0)
    except PermissionError:  # it is somebody else's
        return pid
    except OSError:
        return None
    return pid
