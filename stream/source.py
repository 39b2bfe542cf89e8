"""One landing file, opened the way a file of strangers must be, and read in blocks at any offset."""

from __future__ import annotations

import csv
import errno
import hashlib
import os
import re
import stat
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

from processors.errors import SourceError, UnreadableError
from processors.outcome import ROW_ID
from sinks.base import FileStat, Position
from sinks.ledger import SpanEntry
from stream.config import Dataset
from stream.framing import frame
from stream.landing.links import target
from stream.matching import check_declared, listed

_BOM = b"\xef\xbb\xbf"
_BLOCK = 1 << 20
FINGERPRINT_BYTES = 1 << 16
_HEADER_BYTES = 4096
_COLUMNS_MAX = 2000
_LINE_END = re.compile(rb"\r\n|\n|\r")


@dataclass(frozen=True, slots=True)
class Header:
    """The column names of a file, and where its first record begins."""

    names: tuple[str, ...]
    end: Position


def _open(root: Path, path: bytes, *, follow_links: bool) -> int:
    """Never through a link that leaves the landing folder, unless they may be followed; without waiting for a pipe."""
    flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
    whole = os.path.join(os.fsencode(root), path)
    try:
        return os.open(whole, flags)
    except OSError as error:
        real = target(root, path, anywhere=follow_links) if error.errno == errno.ELOOP else None
        if real is None:
            raise
        return os.open(real, flags)


class Source:
    """An open regular file; use it with `with`. Raises SourceError where it is not there, not readable, or not a
    file.
    """

    def __init__(self, root: Path, path: bytes, *, follow_links: bool = False) -> None:
        try:
            self._fd = _open(root, path, follow_links=follow_links)
        except FileNotFoundError:
            raise
        except OSError as error:
            raise UnreadableError(f"the file cannot be opened: {error.strerror}") from error
        status = os.fstat(self._fd)
        if not stat.S_ISREG(status.st_mode):
            os.close(self._fd)
            raise SourceError("the file is not a regular file")
        self.stat = FileStat.of(status)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        os.close(self._fd)

    def read(self, start: int, end: int) -> bytes:
        """The bytes of [start, end), fewer where the file ends before."""
        parts: list[bytes] = []
        try:
            while start < end and (part := os.pread(self._fd, end - start, start)):
                parts.append(part)
                start += len(part)
        except OSError as error:
            raise UnreadableError(f"the file cannot be read at byte {start}: {error.strerror}") from error
        return parts[0] if len(parts) == 1 else b"".join(parts)

    def digest(self, start: int, end: int, rest: bytes | memoryview = b"") -> bytes:
        """SHA-256 of [start, end) and of `rest`, which follows, in bounded memory."""
        hashed = hashlib.sha256()
        for at in range(start, end, _BLOCK):
            hashed.update(self.read(at, min(at + _BLOCK, end)))
        hashed.update(rest)
        return hashed.digest()

    def fingerprint(self) -> bytes:
        """SHA-256 of the first 64 KiB, or of all bytes where there are fewer; empty where there are none."""
        beginning = self.read(0, min(FINGERPRINT_BYTES, self.stat.size))
        return hashlib.sha256(beginning).digest() if beginning else b""

    def is_unchanged(self) -> bool:
        """Whether the file is still as it was when it was opened."""
        return FileStat.of(os.fstat(self._fd)) == self.stat

    def line_end(self, start: int, *, final: bool) -> int | None:
        """The offset behind the first line end from `start` on, in bounded memory; None where there is none.

        `final`: no byte will follow; then the end of the file ends its last line, and a CR there is no half of a CRLF.
        """
        at, size = start, self.stat.size
        while at < size:
            block = self.read(at, min(at + _BLOCK + 1, size))
            found = _LINE_END.search(block, 0, min(len(block), _BLOCK))
            if found:
                end = found.end() + (found[0] == b"\r" and block[found.end() : found.end() + 1] == b"\n")
                return at + end if final or found[0] != b"\r" or at + end < size else None
            at += min(len(block), _BLOCK)
        return size if final else None

    def is_blank(self, start: int) -> bool:
        """Whether nothing but line ends follows from `start` on."""
        while block := self.read(start, min(start + _BLOCK, self.stat.size)):
            if block.strip(b"\r\n"):
                return False
            start += len(block)
        return True

    def holds(self, spans: Iterable[SpanEntry]) -> bool:
        """Whether the bytes of all these spans are the ones that were committed."""
        return all(self.digest(entry.span.byte_start, entry.span.byte_end) == entry.digest for entry in spans)


def read_header(source: Source, dataset: Dataset, *, final: bool) -> Header | None:
    """The file's header; None while it is not complete. Raises SourceError where it does not fit the dataset."""
    beginning = source.read(0, _HEADER_BYTES)
    start = len(_BOM) if beginning.startswith(_BOM) else 0
    if not dataset.dialect.header:
        return Header(tuple(column.source for column in dataset.columns), Position(0, start, 0))
    line = beginning[start : beginning.find(b"\n") + 1]
    if _is_plain(line, dataset):
        return Header(_names(line, dataset), Position(0, start + len(line), 1))
    limit, length = dataset.dialect.record_bytes_max, _HEADER_BYTES
    while True:
        block = source.read(start, start + length)
        at_end = start + len(block) >= source.stat.size
        frames = frame(block, dataset.dialect, final=final and at_end)
        if len(frames) or at_end or length > limit:
            break
        length *= 4
    if frames.faulty[:1] == (0,) or (not len(frames) and len(block) > limit):
        raise SourceError(f"its header does not end within {limit} bytes; check the dialect's quote and delimiter")
    if not len(frames):
        return None
    first = frames.slice(0, 1)
    record = block[first.starts[0] : first.ends[0]]
    return Header(_names(record, dataset), Position(0, start + first.consumed, first.line_count))


def _is_plain(line: bytes, dataset: Dataset) -> bool:
    """Whether the line is a whole record for certain, as nearly every header is: framing it would cost more."""
    dialect = dataset.dialect
    quoted = dialect.quote is not None and dialect.quote.encode() in line
    return (
        not quoted and b"\r" not in line[:-2] and line.strip(b"\r\n") != b"" and len(line) <= dialect.record_bytes_max
    )


def _names(record: bytes, dataset: Dataset) -> tuple[str, ...]:
    try:
        text = record.decode("utf-8").rstrip("\r\n")
    except UnicodeDecodeError as error:
        raise SourceError(f"its header is not UTF-8 (byte 0x{record[error.start]:02x})") from error
    dialect = dataset.dialect
    if dialect.quote is None:
        reader = csv.reader([text], delimiter=dialect.delimiter, quoting=csv.QUOTE_NONE)
    else:
        reader = csv.reader([text], delimiter=dialect.delimiter, quotechar=dialect.quote)
    try:
        fields = [name.strip() for line in reader for name in line]
    except csv.Error as error:
        raise SourceError(f"its header cannot be read: {error}") from error
    names = tuple(name or f"column_{place}" for place, name in enumerate(fields, 1))
    _check(names, dataset)
    return names


def _check(names: Sequence[str], dataset: Dataset) -> None:
    if ROW_ID in names:
        raise SourceError(f"its header names a column {ROW_ID}, which is what we name row ids; rename it in the file")
    if any("\0" in name for name in names):
        raise SourceError("its header has a NUL byte; it may be UTF-16 or no text at all")
    if len(names) > _COLUMNS_MAX:
        raise SourceError(f"its header has {len(names)} columns; more than {_COLUMNS_MAX} are not taken")
    repeated = sorted(name for name, count in Counter(names).items() if count > 1)
    if repeated:
        raise SourceError(f"its header names {listed(repeated)} more than once")
    check_declared(names, dataset.columns)
