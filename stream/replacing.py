"""Files that are there as a whole or not at all."""

from __future__ import annotations

import io
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO, TextIO

_UNFINISHED = ".tmp"
#: What SQLite keeps beside a database that it was writing.
_JOURNAL = "-journal"


@contextmanager
def replacing(path: Path) -> Iterator[TextIO]:
    """A text file (UTF-8, line ends as written) that takes the place of `path` when the block ends well.

    It is written beside it, made durable, and renamed; an error leaves what was there. Who may read and write it stays.
    Raises OSError.
    """
    with replacing_bytes(path) as file:
        text = io.TextIOWrapper(file, encoding="utf-8", newline="")
        yield text
        text.detach()
    sync_folder(path.parent)


@contextmanager
def replacing_bytes(path: Path) -> Iterator[BinaryIO]:
    """The same with bytes. That it has the name is durable once `sync_folder` is called: once for many files."""
    unfinished = path.with_name(f".{path.name}.{os.getpid()}{_UNFINISHED}")
    try:
        with unfinished.open("wb") as file:
            with suppress(FileNotFoundError):
                os.fchmod(file.fileno(), path.stat().st_mode & 0o7777)
            yield file
            file.flush()
            os.fsync(file.fileno())
        unfinished.replace(path)
    except BaseException:
        with suppress(OSError):
            unfinished.unlink()
        raise


def clear_unfinished(folder: Path) -> None:
    """Delete what processes that were killed left unfinished in a folder, as far as it can be deleted."""
    for path in left_unfinished(folder):
        with suppress(OSError):
            path.unlink()


def left_unfinished(folder: Path) -> Iterator[Path]:
    """What processes that are no more left unfinished in a folder."""
    for path in [*folder.glob(f".*{_UNFINISHED}"), *folder.glob(f".*{_UNFINISHED}{_JOURNAL}")]:
        process = path.name.removesuffix(_JOURNAL).removesuffix(_UNFINISHED).rpartition(".")[2]
        if process.isdecimal() and not _runs(int(process)):
            yield path


def _runs(process: int) -> bool:
    try:
        os.kill(process, 0)
    except (ProcessLookupError, OverflowError):
        return False
    except PermissionError:
        pass  # somebody else's
    return True


def sync_folder(folder: Path | bytes) -> None:
    """Make the names in a folder durable: a rename is an entry of it. Raises OSError."""
    directory = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(directory)
    finally:
        os.close(directory)
