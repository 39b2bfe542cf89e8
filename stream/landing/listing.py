"""What is in the landing folder now. The listing is the truth; file events only say when to look."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path

from sinks.base import FileStat
from stream.config import Dataset

#: Files that are being written, or are no data.
_IGNORED = re.compile(r"^\.|^~\$|\.(tmp|part|filepart|crdownload|swp)$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Found:
    """A regular file that belongs to a dataset. `path`: relative to the landing folder, as the file system has it."""

    dataset: str
    path: bytes
    stat: FileStat


def listing(root: Path, dataset: Dataset) -> list[Found]:
    """The dataset's files, in the order of their paths. Links are not followed; folders that vanish are passed over."""
    base = os.fsencode(root)
    found = (_found(dataset, base, entry) for entry in _walk(os.path.join(base, os.fsencode(dataset.folder))))
    return sorted((file for file in found if file is not None), key=lambda file: file.path)


def look(root: Path, dataset: Dataset, path: bytes) -> Found | None:
    """The file at `path`, if it is there and is one of the dataset's."""
    folder = os.fsencode(dataset.folder) + b"/"
    parts = path.split(b"/")
    if (
        not path.startswith(folder)
        or not is_candidate(dataset, parts[-1])
        or any(part.startswith(b".") for part in parts)
    ):
        return None
    try:
        status = os.lstat(os.path.join(os.fsencode(root), path))
    except OSError:
        return None
    return Found(dataset.name, path, _stat(status)) if _is_regular(status) else None


def is_candidate(dataset: Dataset, name: bytes) -> bool:
    """Whether a file of this name belongs to the dataset."""
    text = os.fsdecode(name)
    return not _IGNORED.search(text) and fnmatchcase(text, dataset.files.pattern)


def _walk(folder: bytes) -> Iterator[os.DirEntry[bytes]]:
    folders = [folder]
    while folders:
        try:
            entries = list(os.scandir(folders.pop()))
        except OSError:
            continue
        for entry in entries:
            if entry.is_file(follow_symlinks=False):
                yield entry
            elif entry.is_dir(follow_symlinks=False) and not entry.name.startswith(b"."):
                folders.append(entry.path)


def _found(dataset: Dataset, base: bytes, entry: os.DirEntry[bytes]) -> Found | None:
    if not is_candidate(dataset, entry.name):
        return None
    try:
        return Found(dataset.name, entry.path[len(base) + 1 :], _stat(entry.stat(follow_symlinks=False)))
    except OSError:
        return None


def _stat(status: os.stat_result) -> FileStat:
    return FileStat(status.st_size, status.st_mtime_ns, status.st_ino)


def _is_regular(status: os.stat_result) -> bool:
    return (status.st_mode & 0o170000) == 0o100000
