"""What is in the landing folder now. The listing is the truth; file events only say when to look."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path

from sinks.base import FileStat
from stream.config import Dataset

#: Files that are being written, or are no data.
_IGNORED = re.compile(r"^\.|^~\$|\.(tmp|part|filepart|crdownload|swp)$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Found:
    """A regular file that belongs to a dataset, or a folder that cannot be listed.

    `path`: relative to the landing folder, as the file system has it; a folder's ends with `/`.
    """

    dataset: str
    path: bytes
    stat: FileStat

    @property
    def is_folder(self) -> bool:
        """Whether this is a folder that hides what is in it."""
        return self.path.endswith(b"/")


#: What is known of a folder that cannot be listed.
UNLISTED = FileStat(0, 0, 0)


def listing(root: Path, dataset: Dataset) -> list[Found]:
    """The dataset's files, in the order of their paths, and folders that cannot be listed. Links are not followed;
    folders that vanish are passed over.
    """
    base = os.fsencode(root)
    folders, found = [os.path.join(base, os.fsencode(dataset.folder))], []
    while folders:
        folder = folders.pop()
        try:
            entries = list(os.scandir(folder))
        except (FileNotFoundError, NotADirectoryError):
            continue
        except OSError:
            found.append(Found(dataset.name, folder[len(base) + 1 :] + b"/", UNLISTED))
            continue
        folders += [entry.path for entry in entries if _is_folder(entry)]
        files = (_found(dataset, base, entry) for entry in entries if entry.is_file(follow_symlinks=False))
        found += [file for file in files if file is not None]
    return sorted(found, key=lambda file: file.path)


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
    return Found(dataset.name, path, FileStat.of(status)) if _is_regular(status) else None


def is_candidate(dataset: Dataset, name: bytes) -> bool:
    """Whether a file of this name belongs to the dataset."""
    text = os.fsdecode(name)
    return not _IGNORED.search(text) and fnmatchcase(text, dataset.files.pattern)


def _is_folder(entry: os.DirEntry[bytes]) -> bool:
    return entry.is_dir(follow_symlinks=False) and not entry.name.startswith(b".")


def _found(dataset: Dataset, base: bytes, entry: os.DirEntry[bytes]) -> Found | None:
    if not is_candidate(dataset, entry.name):
        return None
    try:
        return Found(dataset.name, entry.path[len(base) + 1 :], FileStat.of(entry.stat(follow_symlinks=False)))
    except OSError:
        return None


def _is_regular(status: os.stat_result) -> bool:
    return (status.st_mode & 0o170000) == 0o100000
