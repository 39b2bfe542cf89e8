"""What is known of one landing file."""

from __future__ import annotations

import os
import time
from collections.abc import Mapping
from dataclasses import dataclass

from sinks.base import Span
from sinks.files import INODE_MASK, File, FileStat, FileState, Position

UNSEEN = FileStat(-1, -1, -1)


@dataclass(slots=True, eq=False)
class Tracked:
    """A file, as far as this process has handed it on.

    `path`: the file's, as the file system has it. `end`: behind its last record; None until the ledger was asked.
    `first`, `last`: its first and its last span, each with its digest, where they were read in this process. `looked`:
    whether this process has opened it. `seen`: the stat it was last found with, since `unchanged_since` (monotonic
    seconds). `attempts`: how often in a row it could not be read. `put_back`: a person has asked,
    at `asked_at`, to take it whatever keeps it. `busy`: it is being read.
    """

    file: File
    path: bytes
    stat: FileStat
    state: FileState
    reason: str
    end: Position | None
    first: tuple[Span, bytes] | None = None
    last: tuple[Span, bytes] | None = None
    looked: bool = False
    seen: FileStat = UNSEEN
    unchanged_since: float = 0.0
    attempts: int = 0
    put_back: bool = False
    busy: bool = False
    asked_at: str = ""


def notice(known: Tracked, stat: FileStat) -> None:
    known.seen, known.unchanged_since = stat, time.monotonic()


def at_rest(files: Mapping[bytes, Tracked], path: bytes, entry: os.DirEntry[bytes]) -> bool:
    """Whether the file is loaded, and looks as it did when it was looked at."""
    known = files.get(path)
    if known is None or known.state != "committed":
        return False
    try:
        status = entry.stat(follow_symlinks=False)
    except OSError:  # it has gone
        return True
    stat = known.stat
    return (
        status.st_mtime_ns == stat.mtime_ns
        and status.st_ctime_ns == stat.ctime_ns
        and status.st_size == stat.size
        and status.st_ino & INODE_MASK == stat.inode
    )
