"""Where the bytes of records come from: a landing file, opened the way a file of strangers must be."""

from __future__ import annotations

import errno
import hashlib
import os
import re
import stat
from abc import ABC, abstractmethod
from collections.abc import Iterable
from types import TracebackType
from typing import Protocol, Self

from processors.errors import SourceError, UnreadableError
from sinks.files import FileStat
from sinks.ledger.spans import SpanEntry
from stream.landing.links import target

_BLOCK = 1 << 20
FINGERPRINT_BYTES = 1 << 14
_LINE_END = re.compile(rb"\r\n|\n|\r")


class Hash(Protocol):
    """As hashlib has it."""

    def update(self, data: bytes | memoryview, /) -> object:
        """Take these bytes in."""
        ...


class Source(ABC):
    """Bytes in which framing finds records. How many there are may show only when they are read.

    `stat`: of the file when it was opened. `fault`: known at the end of the bytes, why these are not all that the file
    should hold; then no last line counts as finished. `is_cut_off`: because more may still be written.
    """

    def __init__(self, stat: FileStat) -> None:
        self.stat = stat
        self.fault: str | None = None
        self.is_cut_off = False

    @abstractmethod
    def read(self, start: int, end: int) -> bytes:
        """The bytes of [start, end), fewer where they end before."""

    @abstractmethod
    def is_end(self, offset: int) -> bool:
        """Whether the bytes end at `offset` or before."""

    @property
    @abstractmethod
    def size(self) -> int | None:
        """How many bytes there are; None where that shows only when they are read."""

    @abstractmethod
    def progress(self, offset: int) -> str:
        """How far reading has come, in words."""

    def ends(self, offset: int, *, final: bool) -> bool:
        """Whether the bytes end at `offset` for good: `final` says that no byte will follow in the file."""
        return self.is_end(offset) and final and self.fault is None

    def digest(self, start: int, end: int) -> bytes:
        """SHA-256 of [start, end), in bounded memory."""
        hashed = hashlib.sha256()
        self.hash(start, end, hashed)
        return hashed.digest()

    def fingerprint(self) -> bytes:
        """SHA-256 of the first 16 KiB, or of all bytes where there are fewer; empty where there are none."""
        beginning = self.read(0, FINGERPRINT_BYTES)
        return hashlib.sha256(beginning).digest() if beginning else b""

    def hash(self, start: int, end: int, hashed: Hash) -> None:
        """Add [start, end) to what is `hashed`, in bounded memory."""
        for at in range(start, end, _BLOCK):
            hashed.update(self.read(at, min(at + _BLOCK, end)))

    def line_end(self, start: int, *, final: bool, hashed: Hash | None = None) -> int | None:
        """The offset behind the first line end from `start` on, in bounded memory; None where there is none. What lies
        before it is added to what is `hashed`.

        `final`: no byte will follow; then the end of the file ends its last line, and a CR there is no half of a CRLF.
        """
        at = start
        while not self.is_end(at):
            block = self.read(at, at + _BLOCK + 1)
            found = _LINE_END.search(block, 0, min(len(block), _BLOCK))
            size = min(len(block), _BLOCK)
            if found:
                size = found.end() + (found[0] == b"\r" and block[found.end() : found.end() + 1] == b"\n")
            if hashed is not None:
                hashed.update(memoryview(block)[:size])
            at += size
            if found:
                half = found[0] == b"\r" and self.is_end(at) and not self.ends(at, final=final)
                return None if half else at
        return at if self.ends(at, final=final) else None

    def is_blank(self, start: int) -> bool:
        """Whether nothing but line ends follows from `start` on."""
        while block := self.read(start, start + _BLOCK):
            if block.strip(b"\r\n"):
                return False
            start += len(block)
        return True

    def holds(self, spans: Iterable[SpanEntry]) -> bool:
        """Whether the bytes of all these spans are the ones that were committed."""
        return all(self.digest(entry.span.byte_start, entry.span.byte_end) == entry.digest for entry in spans)


def _open(root: bytes, path: bytes, *, follow_links: bool) -> int:
    """Never through a link that leaves the landing folder, unless they may be followed; without waiting for a pipe."""
    flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
    whole = os.path.join(root, path)
    try:
        return os.open(whole, flags)
    except OSError as error:
        real = target(root, path, anywhere=follow_links) if error.errno == errno.ELOOP else None
        if real is None:
            raise
        return os.open(real, flags)


class LandingFile(Source):
    """An open regular file; use it with `with`. Raises UnreadableError where it cannot be read, SourceError where it is
    no file. No byte counts that is written after it was opened."""

    def __init__(self, root: bytes, path: bytes, *, follow_links: bool = False) -> None:
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
        super().__init__(FileStat.of(status))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        os.close(self._fd)

    def read(self, start: int, end: int) -> bytes:
        """The bytes of [start, end), fewer where the file ends before."""
        end = min(end, self.stat.size)
        parts: list[bytes] = []
        try:
            while start < end and (part := os.pread(self._fd, end - start, start)):
                parts.append(part)
                start += len(part)
        except OSError as error:
            raise UnreadableError(f"the file cannot be read at byte {start}: {error.strerror}") from error
        return parts[0] if len(parts) == 1 else b"".join(parts)

    def is_unchanged(self) -> bool:
        """Whether the file is still as it was when it was opened."""
        return FileStat.of(os.fstat(self._fd)) == self.stat

    def is_end(self, offset: int) -> bool:
        """Whether the file ends at `offset` or before."""
        return offset >= self.stat.size

    @property
    def size(self) -> int:
        """How many bytes the file has."""
        return self.stat.size

    def progress(self, offset: int) -> str:
        """How far reading has come, in words."""
        return f"{offset} of {self.stat.size} bytes are loaded."
