"""Compressed files as streams of bytes, in bounded memory: gzip, bzip2 and Zstandard, recognised by how they begin.

Members that follow each other are one stream, as `cat a.gz b.gz` makes them; zeros behind the last one, which tapes and
some writers leave, are passed over. What breaks off is told apart from what is damaged: the first may still be written.
"""

from __future__ import annotations

import bz2
import io
import re
import zlib
from collections.abc import Callable, Iterator
from itertools import chain, pairwise
from typing import TYPE_CHECKING, Protocol

import pyarrow as pa

from processors.errors import SourceError

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

#: RFC 1952 (method 8 is the only one); a block or an empty stream behind bzip2's head; RFC 8878, skippable frames too.
_MAGIC = {
    "gzip": re.compile(rb"\x1f\x8b\x08"),
    "bzip2": re.compile(rb"BZh[1-9](1AY&SY|\x17rE8P\x90)"),
    "zstd": re.compile(rb"\x28\xb5\x2f\xfd|[\x50-\x5f]\x2a\x4d\x18"),
}
#: How each member of a file begins.
_MEMBER = {"gzip": b"\x1f\x8b", "bzip2": b"BZh"}
MAGIC_BYTES = 10
_INPUT, _OUTPUT = 1 << 16, 1 << 18
_ZSTD_OUTPUT = 1 << 15

_DAMAGES = (zlib.error, OSError, ValueError)

Read = Callable[[int, int], bytes]


def compression_of(beginning: bytes) -> str | None:
    """How a file is compressed that begins with these bytes (MAGIC_BYTES of them, if it has as many).

    >>> compression_of(b"\\x1f\\x8b\\x08\\x00"), compression_of(b"BZhours,x\\n")
    ('gzip', None)
    """
    return next((name for name, magic in _MAGIC.items() if magic.match(beginning)), None)


def expanded(read: Read, compression: str) -> Iterator[bytes]:
    """What the file holds, in chunks of some hundred kB at the most; `read(start, end)` gives bytes of the file.

    Raises EOFError, behind all that is there, where the stream breaks off, and SourceError where it is damaged.
    """
    if compression == "zstd":
        return _zstd(read)
    return _members(read, compression, bz2.BZ2Decompressor if compression == "bzip2" else _Gunzip)


class _Decompressor(Protocol):
    """As `bz2.BZ2Decompressor` has it."""

    def decompress(self, data: bytes, max_length: int) -> bytes: ...

    @property
    def eof(self) -> bool: ...

    @property
    def needs_input(self) -> bool: ...

    @property
    def unused_data(self) -> bytes: ...


class _Gunzip:
    """A gzip member, with the interface of `bz2.BZ2Decompressor`."""

    def __init__(self) -> None:
        self._inflate = zlib.decompressobj(wbits=31)
        self.needs_input = True

    def decompress(self, data: bytes, max_length: int) -> bytes:
        chunk = self._inflate.decompress(self._inflate.unconsumed_tail + data, max_length)
        self.needs_input = not self._inflate.unconsumed_tail and len(chunk) < max_length
        return chunk

    @property
    def eof(self) -> bool:
        return self._inflate.eof

    @property
    def unused_data(self) -> bytes:
        return self._inflate.unused_data


class _Input(io.RawIOBase):
    """The compressed bytes, from the first on; `is_exhausted`: more were asked for than there are."""

    def __init__(self, read: Read) -> None:
        super().__init__()
        self._read = read
        self.offset = 0
        self.is_exhausted = False

    def next(self, size: int = _INPUT) -> bytes:
        """The next bytes; none where there are no more."""
        data = self._read(self.offset, self.offset + size)
        self.offset += len(data)
        self.is_exhausted = not data
        return data

    def again(self, start: int, end: int) -> bytes:
        """Bytes that were read before."""
        return self._read(start, end)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: WriteableBuffer) -> int:
        view = memoryview(buffer).cast("B")
        data = self.next(len(view))
        view[: len(data)] = data
        return len(data)


def _members(read: Read, compression: str, new: Callable[[], _Decompressor]) -> Iterator[bytes]:
    """A decompressor forgets what it has decoded in a call that fails: then that is asked for byte by byte."""
    source = _Input(read)
    data = source.next()
    while data:
        decompressor, start, given = new(), source.offset - len(data), 0
        while not decompressor.eof:
            if decompressor.needs_input and not (data := data or source.next()):
                raise EOFError
            try:
                chunk = decompressor.decompress(data, _OUTPUT)
            except _DAMAGES as error:
                yield from _member_rest(source, start, given, new())
                raise _damaged(compression, source, error) from error
            data = b""
            given += len(chunk)
            yield chunk
        data = _next_member(decompressor.unused_data, source, compression)


def _member_rest(source: _Input, start: int, given: int, decompressor: _Decompressor) -> Iterator[bytes]:
    """What can be decoded, behind its first `given` bytes, of the member that begins at `start` and is damaged in the
    last chunk that was read."""
    last = max(start, source.offset - _INPUT)
    steps = chain(pairwise([*range(start, last, _INPUT), last]), pairwise(range(last, source.offset + 1)))
    for begin, end in steps:
        data = source.again(begin, end)
        while data or not decompressor.needs_input:
            try:
                chunk = decompressor.decompress(data, _OUTPUT)
            except _DAMAGES:
                return
            data = b""
            yield chunk[given:]
            given = max(0, given - len(chunk))


def _next_member(data: bytes, source: _Input, compression: str) -> bytes:
    """The first bytes of the member that follows; none where the file ends. `data`: what was read of it already."""
    begins = _MEMBER[compression]
    data = data.lstrip(b"\0")
    while len(data) < len(begins) and (more := source.next()):
        data = (data + more).lstrip(b"\0")
    if data and begins.startswith(data):
        raise EOFError
    if data and not data.startswith(begins):
        raise _damaged(compression, source, "something else follows behind its end")
    return data


def _zstd(read: Read) -> Iterator[bytes]:
    """Arrow's stream forgets what it has decoded in a call that fails: then that is asked for byte by byte."""
    source = _Input(read)
    stream = pa.CompressedInputStream(source, "zstd")
    done = 0
    try:
        while chunk := stream.read(_ZSTD_OUTPUT):
            yield chunk
            done += len(chunk)
    except OSError as error:
        yield _zstd_rest(read, done)
        if source.is_exhausted:
            raise EOFError from error
        raise _damaged("zstd", source, error) from error


def _zstd_rest(read: Read, done: int) -> bytes:
    """What can be decoded of a stream that fails less than a chunk behind its first `done` bytes."""
    stream = pa.CompressedInputStream(_Input(read), "zstd")
    for at in range(0, done, _ZSTD_OUTPUT):
        stream.read(min(_ZSTD_OUTPUT, done - at))
    rest = bytearray()
    try:
        while byte := stream.read(1):
            rest += byte
    except OSError:
        return bytes(rest)
    raise RuntimeError("a stream that could not be read in one go can be read byte by byte")


def _damaged(compression: str, source: _Input, why: object) -> SourceError:
    return SourceError(
        f"its {compression} stream is damaged before byte {source.offset} of the file: {why}; let it be written anew"
    )
