"""One writer at a time: an advisory lock on a file beside the warehouse, which the kernel drops when its owner dies.

Who waits for it holds a second lock, on NAME.wanted. A writer that goes on for ever looks there, and lends its lock to
whoever waits, between two commits: so both locks say what is so, whoever is killed.
"""

from __future__ import annotations

import fcntl
import os
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Self

from processors.errors import BusyError, WarehouseError
from sinks.ledger.clock import now

_LOOK_SECONDS = 0.05
#: Whoever waits takes a lock that is free within so many seconds, unless it hangs: then the lender takes it back.
_TAKEN_SECONDS_MAX = 10.0
_SIGNATURE_BYTES = 256


@dataclass(frozen=True, slots=True)
class Turn:
    """Who wants to write. `command`: as a person calls it; `wait_seconds`: so long, until `stop` is set, it waits for
    another to be done, or to lend its lock; None where the command cannot wait."""

    command: str
    wait_seconds: float | None = None
    stop: threading.Event = field(default_factory=threading.Event)


class WriterLock:
    """Held from construction to `release`, or by `with`. Raises BusyError where another process holds it, for longer
    than its `turn` waits; KeyboardInterrupt where it is stopped while it waits; WarehouseError."""

    def __init__(self, warehouse: Path, turn: Turn | None = None) -> None:
        self._turn = turn or Turn("writing")
        self.path = lock_file(warehouse)
        self._wanted = self.path.with_suffix(".wanted")
        self._file = _opened(self.path)
        try:
            if not _taken(self._file):
                self._wait_for(warehouse)
        except BaseException:
            self.release()
            raise
        self._sign(self._file)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.release()

    def release(self) -> None:
        """Give the lock back."""
        os.close(self._file)

    def wanted_by(self) -> str | None:
        """Who waits for this lock, as a person is told; None where nobody does."""
        try:
            wanted = os.open(self._wanted, os.O_RDONLY | os.O_CLOEXEC)
        except FileNotFoundError:
            return None
        try:
            return None if _taken(wanted, fcntl.LOCK_SH) else _signature(wanted)
        finally:
            os.close(wanted)

    def lend(self, stop: threading.Event, turned: Callable[[], None] = lambda: None) -> bool:
        """Let those who wait have the lock, and take it back when they are done; False where `stop` was set before.
        `turned` is called each time that it is looked for."""
        fcntl.flock(self._file, fcntl.LOCK_UN)
        free_since = time.monotonic()
        while not stop.wait(_LOOK_SECONDS):
            turned()
            if not _taken(self._file):
                free_since = time.monotonic()
            elif self.wanted_by() is None or time.monotonic() > free_since + _TAKEN_SECONDS_MAX:
                self._sign(self._file)
                return True
            else:
                fcntl.flock(self._file, fcntl.LOCK_UN)
        return False

    def _wait_for(self, warehouse: Path) -> None:
        seconds = self._turn.wait_seconds
        if not seconds:
            raise BusyError(_refusal(warehouse, _signature(self._file), seconds))
        wanted = _opened(self._wanted)
        try:
            if not self._comes(wanted, seconds):
                raise BusyError(_refusal(warehouse, _signature(self._file), seconds))
        finally:
            os.close(wanted)

    def _comes(self, wanted: int, seconds: float) -> bool:
        """Whether the lock is taken within so many seconds. One of those who wait says so."""
        until, says = time.monotonic() + seconds, False
        while not _taken(self._file):
            if not says and _taken(wanted):
                says = True
                self._sign(wanted)
            if self._turn.stop.wait(_LOOK_SECONDS):
                raise KeyboardInterrupt
            if time.monotonic() > until:
                return False
        return True

    def _sign(self, file: int) -> None:
        """Say who we are, to whoever is refused. The lock holds also where the disk has no byte left for this."""
        with suppress(OSError):
            os.ftruncate(file, 0)
            os.pwrite(file, f"{os.getpid()} ({self._turn.command}, since {now()})\n".encode(), 0)


def _opened(path: Path) -> int:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        return os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    except OSError as error:
        raise WarehouseError(
            f"{path}: cannot be created: {error.strerror}. The warehouse needs a folder that can be written; "
            "name another with --warehouse."
        ) from error


def _taken(file: int, kind: int = fcntl.LOCK_EX) -> bool:
    """Whether the lock on an open file is ours now."""
    try:
        fcntl.flock(file, kind | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _signature(file: int) -> str:
    told = os.pread(file, _SIGNATURE_BYTES, 0).decode("utf-8", "replace").strip()
    return f"process {told or 'unknown'}"


def _refusal(warehouse: Path, owner: str, waited: float | None) -> str:
    told = f"{warehouse}: {owner} is writing to this warehouse already, and there can be only one writer. "
    if waited is None:
        return f"{told}Stop that process first, or name another warehouse with --warehouse."
    if waited:
        return f"{told}It did not hand over within {waited:g} seconds. Try again later, or stop that process."
    return f"{told}With --wait a running watch hands over between two commits; or stop that process first."


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
