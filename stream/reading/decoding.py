"""A compressed or UTF-16 file, read as the plain UTF-8 text that it stands for.

Offsets, and with them the byte ranges of spans and rejects, are those of this text. It is decoded forwards; what was
read last is kept, and reading what lies before that decodes the file again from its beginning.
"""

from __future__ import annotations

import codecs
from collections.abc import Iterable, Iterator

from processors.errors import SourceError, UnreadableError
from sinks.files import FileDialect
from stream.reading.compression import expanded
from stream.reading.encodings import is_utf16
from stream.reading.source import LandingFile, Source

_BLOCK = 1 << 16
_HEAD = 1 << 16


class Decoded(Source):
    """The text of `file`. A unit that is no UTF-16 becomes bytes that are no UTF-8, so that it costs its record.

    `expanded_bytes_max`: a compressed file that holds more is read no further. `final`: no byte will follow.
    """

    def __init__(self, file: LandingFile, dialect: FileDialect, expanded_bytes_max: int, *, final: bool) -> None:
        super().__init__(file.stat)
        self._file = file
        self._dialect = dialect
        self._expanded_bytes_max = expanded_bytes_max
        self._final = final
        self._head = b""
        self._window = bytearray()
        self._begin = self._kept = 0
        self._ended = False
        self._chunks = self._text()

    def read(self, start: int, end: int) -> bytes:
        """The bytes of [start, end), fewer where the text ends before."""
        if end <= len(self._head):
            return self._head[start:end]
        if start < self._begin:
            self._restart()
        self._kept = start
        self._fill(end)
        return bytes(self._window[start - self._begin : end - self._begin])

    def is_end(self, offset: int) -> bool:
        """Whether the text ends at `offset` or before."""
        self._fill(offset + 1)
        return self._begin + len(self._window) <= offset

    @property
    def size(self) -> None:
        """Not known: that the text has become shorter, only its digests can show."""
        return None

    def progress(self, offset: int) -> str:
        """How far reading has come, in words."""
        return f"{offset} bytes of its text are loaded."

    def _restart(self) -> None:
        self._chunks = self._text()
        self._window = bytearray()
        self._begin = self._kept = 0
        self._ended = False

    def _fill(self, end: int) -> None:
        """Decode up to `end`, and forget what lies before the last read."""
        while not self._ended and self._begin + len(self._window) < end:
            chunk = next(self._chunks, None)
            if chunk is None:
                self._ended = True
                return
            if self._begin + len(self._window) == len(self._head):
                self._head += chunk[: _HEAD - len(self._head)]
            self._window += chunk
            passed = min(self._kept - self._begin, len(self._window))
            del self._window[:passed]
            self._begin += passed

    def _text(self) -> Iterator[bytes]:
        if not is_utf16(self._dialect.encoding):
            return self._content()
        return self._transcoded(self._content())

    def _content(self) -> Iterator[bytes]:
        """The bytes that the file holds. Where they cannot be read to their end, `fault` says why."""
        if self._dialect.compression is None:
            for at in range(0, self.stat.size, _BLOCK):
                yield self._file.read(at, at + _BLOCK)
            return
        size = 0
        try:
            for chunk in expanded(self._file.read, self._dialect.compression):
                yield chunk[: self._expanded_bytes_max - size]
                size += len(chunk)
                if size > self._expanded_bytes_max:
                    self.fault = self._too_large()
                    return
        except EOFError:
            self.is_cut_off = True
            self.fault = f"its {self._dialect.compression} stream is cut off at byte {self.stat.size} of the file"
        except UnreadableError:
            raise
        except SourceError as error:
            self.fault = str(error)

    def _too_large(self) -> str:
        return (
            f"it expands to more than {self._expanded_bytes_max} bytes, which is limits.expanded_bytes_max; raise that "
            "in the config if the file is what it should be"
        )

    def _transcoded(self, chunks: Iterable[bytes]) -> Iterator[bytes]:
        decoder = codecs.getincrementaldecoder(self._dialect.encoding)("surrogatepass")
        is_first, last = True, b""
        for chunk in chunks:
            text = decoder.decode(chunk)
            if is_first and text:
                is_first, text = False, text.removeprefix("\ufeff")
            piece = text.encode("utf-8", "surrogatepass")
            last = piece[-1:] or last
            yield piece
        pending = decoder.getstate()[0]
        if self.fault is None and not (last == b"\r" and len(pending) == 1 and not self._final):  # half an LF, perhaps
            yield self._unfinished(pending)

    def _unfinished(self, pending: bytes) -> bytes:
        """Half a character at the end of the file, as bytes that are no UTF-8."""
        units = pending[: len(pending) // 2 * 2].decode(self._dialect.encoding, "surrogatepass")
        return units.encode("utf-8", "surrogatepass") + b"\xff" * (len(pending) % 2)
