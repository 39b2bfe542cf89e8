"""Where a loaded file goes: into the archive, or away. Whatever happens on the way, its bytes are somewhere.

The ledger says `archived` first, and only when that is durable is the file moved; a file that is found in the landing
folder as it was archived was not moved yet, and is moved then.
"""

from __future__ import annotations

import errno
import filecmp
import os
import shutil
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path

from sinks.files import FileStat
from stream.config import Dataset
from stream.config.files import FilesConfig
from stream.landing.listing import Found
from stream.landing.names import original
from stream.replacing import sync_folder


def put_away(root: bytes, found: Found, files: FilesConfig) -> None:
    """Move the file as the config says. One that has changed since it was `found`, or has gone, stays as it is.

    Raises OSError.
    """
    whole = os.path.join(root, found.path)
    try:
        unchanged = FileStat.of(os.lstat(whole)) == found.stat
    except FileNotFoundError:
        return
    if not unchanged:
        return
    if files.after == "archive":
        _archive(whole, os.path.join(root, os.fsencode(files.archive), found.path))
    os.unlink(whole)
    sync_folder(os.path.dirname(whole))


def delete(root: bytes, paths: Iterable[bytes]) -> None:
    """Files of the landing folder, or of the archive, go for good. Raises OSError."""
    folders = set[bytes]()
    for whole in (os.path.join(root, path) for path in paths):
        with suppress(FileNotFoundError):
            os.unlink(whole)
        folders.add(os.path.dirname(whole))
    for folder in folders:
        sync_folder(folder)


def kept_at(root: bytes, dataset: Dataset, path: str) -> Iterator[bytes]:
    """Where a file of the ledger may be, from the landing folder `root`: in its place, or in the archive, where there
    may be several of its name."""
    landed = original(path)
    yield landed
    if dataset.files.after == "archive":
        archived = os.fsencode(dataset.files.archive) + b"/" + landed
        yield archived
        number = 2
        while os.path.lexists(os.path.join(root, numbered := archived + b".%d" % number)):
            yield numbered
            number += 1


def _archive(whole: bytes, target: bytes) -> None:
    """A second name for the file in the archive, or a copy there where that is another file system. What is in the
    archive is never overwritten."""
    os.makedirs(os.path.dirname(target), exist_ok=True)
    place, number = target, 1
    while os.path.lexists(place) and not filecmp.cmp(whole, place, shallow=False):
        number += 1
        place = target + b".%d" % number
    if not os.path.lexists(place):
        _add(whole, place)
    sync_folder(os.path.dirname(target))


def _add(whole: bytes, place: bytes) -> None:
    """Complete under its name, or not there."""
    try:
        os.link(whole, place, follow_symlinks=False)
    except OSError as error:
        if error.errno not in {errno.EXDEV, errno.EPERM, errno.EOPNOTSUPP, errno.EMLINK}:
            raise
    else:
        return
    unfinished = place + b".part"
    shutil.copy2(whole, unfinished)
    with Path(os.fsdecode(unfinished)).open("rb") as file:
        os.fsync(file.fileno())
    os.rename(unfinished, place)
