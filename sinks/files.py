"""A landing file as the ledger knows it, and where reading it goes on.

A record is named everywhere by one 64-bit integer, `_id = file_id << 32 | record number`; record numbers count from 1.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import Literal, Self, TypeAlias

RECORD_BITS = 32


RECORDS_MAX = (1 << RECORD_BITS) - 1


#: What a database keeps of an inode number.
INODE_MASK = (1 << 63) - 1


FileState: TypeAlias = Literal[
    "discovered",
    "settling",
    "ready",
    "processing",
    "committed",
    "held",
    "failed",
    "superseded",
    "archived",
]


def row_id(file_id: int, record: int) -> int:
    """The name of a record.

    >>> row_id(3, 1)
    12884901889
    """
    return file_id << RECORD_BITS | record


@dataclass(frozen=True, slots=True)
class FileDialect:
    """How one file is laid out, as it was found when its first record was loaded, and as it is read from then on.

    `encoding`: utf-8, latin-1, cp1252, utf-16-le or utf-16-be; `fallback`: what a record that is not UTF-8 is read
    with; `compression`: gzip, bzip2 or zstd.
    """

    delimiter: str = ","
    encoding: str = "utf-8"
    fallback: str | None = None
    compression: str | None = None


@dataclass(frozen=True, slots=True)
class File:
    """A generation of a landing file. `path` is relative to the landing folder, printable, with `/`.

    `fingerprint`: SHA-256 of the first 16 KiB of its text, empty before it was read. `dialect`: None before it was
    found. `acknowledged`: a person wants it however many of its records are rejected.
    """

    file_id: int
    dataset: str
    path: str
    generation: int
    date: str
    header: tuple[str, ...]
    fingerprint: bytes = b""
    dialect: FileDialect | None = None
    acknowledged: bool = False


@dataclass(frozen=True, slots=True)
class FileStat:
    """What the file system said when the file was last looked at: bytes, nanoseconds since 1970, inode number.

    `ctime_ns` moves with every change of the file, and a program cannot set it back as it can `mtime_ns`.
    """

    size: int
    mtime_ns: int
    inode: int
    ctime_ns: int = 0

    @classmethod
    def of(cls, status: os.stat_result) -> Self:
        """Some file systems number inodes with 64 bits; a database keeps 63 of them."""
        return cls(status.st_size, status.st_mtime_ns, status.st_ino & INODE_MASK, status.st_ctime_ns)


@dataclass(frozen=True, slots=True)
class Position:
    """Where reading goes on: after `records` records, at byte `offset`, which is `lines` line ends into the file."""

    records: int = 0
    offset: int = 0
    lines: int = 0
