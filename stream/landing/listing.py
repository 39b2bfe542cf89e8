"""What is in the landing folder now. The listing is the truth; file events only say when to look."""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fnmatch import fnmatchcase

from sinks.files import FileStat
from stream.config import Dataset
from stream.landing.links import target

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


@dataclass(frozen=True, slots=True)
class Hint:
    """What an event says of a path. `proof`: as in `files.ready`, or empty. `source`: the path that it had before,
    where it was renamed within the landing folder."""

    proof: str = ""
    source: bytes | None = None


#: What is known of a folder that cannot be listed.
UNLISTED = FileStat(0, 0, 0)


def listing(root: bytes, dataset: Dataset, known: Callable[[bytes, os.DirEntry[bytes]], bool]) -> Iterator[Found]:
    """The dataset's files, and folders that cannot be listed; those left out of which it is `known`, by path and entry,
    that there is nothing new: nearly all, most of the time. Folders that vanish are passed over."""
    base = root
    seen: set[tuple[int, int]] = set()
    folders = [os.fsencode(dataset.folder)]
    while folders:
        folder = folders.pop()
        try:
            with os.scandir(os.path.join(base, folder)) as found:
                names = list(found)
        except (FileNotFoundError, NotADirectoryError):
            continue
        except OSError:
            yield Found(dataset.name, folder + b"/", UNLISTED)
            continue
        prefix = folder + b"/"
        for each in names:
            path = prefix + each.name
            if known(path, each):
                continue
            if _is_folder(each, dataset, seen):
                folders.append(path)
            elif file := _found(root, dataset, path, each):
                yield file


def _found(root: bytes, dataset: Dataset, path: bytes, entry: os.DirEntry[bytes]) -> Found | None:
    """The file of an entry, which is none of the dataset's where it has another name, or is no file."""
    if not is_candidate(dataset, entry.name):
        return None
    try:
        if entry.is_file(follow_symlinks=False):
            return Found(dataset.name, path, FileStat.of(entry.stat(follow_symlinks=False)))
    except OSError:  # it has gone
        return None
    return look(root, dataset, path)


def look(root: bytes, dataset: Dataset, path: bytes) -> Found | None:
    """The file at `path`, if it is there and is one of the dataset's."""
    folder = os.fsencode(dataset.folder) + b"/"
    parts = path.split(b"/")
    if (
        not path.startswith(folder)
        or not is_candidate(dataset, parts[-1])
        or any(part.startswith(b".") for part in parts)
    ):
        return None
    whole = os.path.join(root, path)
    try:
        status = os.lstat(whole)
        if stat.S_ISLNK(status.st_mode):
            real = target(root, path, anywhere=dataset.files.follow_links)
            status = os.lstat(real) if real else status
    except OSError:
        return None
    return Found(dataset.name, path, FileStat.of(status)) if stat.S_ISREG(status.st_mode) else None


def is_candidate(dataset: Dataset, name: bytes) -> bool:
    """Whether a file of this name belongs to the dataset."""
    text = os.fsdecode(name)
    return not _IGNORED.search(text) and any(fnmatchcase(text, pattern) for pattern in dataset.files.patterns)


def _is_folder(entry: os.DirEntry[bytes], dataset: Dataset, seen: set[tuple[int, int]]) -> bool:
    """Whether to go into it. A linked folder within the landing folder has its files under their own names already."""
    if entry.name.startswith(b"."):
        return False
    if entry.is_dir(follow_symlinks=False):
        return not dataset.files.follow_links or _is_first_visit(entry, seen)
    return dataset.files.follow_links and entry.is_symlink() and entry.is_dir() and _is_first_visit(entry, seen)


def _is_first_visit(entry: os.DirEntry[bytes], seen: set[tuple[int, int]]) -> bool:
    """Links may lead in circles."""
    status = entry.stat()
    known = (status.st_dev, status.st_ino) in seen
    seen.add((status.st_dev, status.st_ino))
    return not known
