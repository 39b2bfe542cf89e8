"""Frames as the bytes of a file."""

from __future__ import annotations

import hashlib
import io
from pathlib import PurePath
from typing import BinaryIO, Protocol

import polars as pl


class Hashed(io.RawIOBase):
    """A file to be written whose bytes are hashed on their way (SHA-256)."""

    def __init__(self, file: BinaryIO) -> None:
        super().__init__()
        self._file, self._hash = file, hashlib.sha256()

    def writable(self) -> bool:
        """It is."""
        return True

    def write(self, data: bytes | memoryview, /) -> int:  # type: ignore[override]
        """Write all of it. Raises OSError."""
        self._file.write(data)
        self._hash.update(data)
        return len(data)

    def content_hash(self) -> str:
        """Of all bytes so far, in hexadecimal."""
        return self._hash.hexdigest()


class Format(Protocol):
    """Writes frames of one schema, one behind the other."""

    def write(self, frame: pl.DataFrame, /) -> None:
        """Some more rows. Raises OSError."""
        ...

    def end(self) -> None:
        """What stands behind the last row. Raises OSError."""
        ...


def format_of(path: str, file: Hashed) -> Format:
    """The format that a file's name asks for."""
    return _FORMATS[PurePath(path).suffix](file)


class Csv:
    """RFC 4180, in UTF-8, with a header. A null is an empty field and an empty text a quoted one; of a single column
    both are quoted, since an empty line would be no record. Values are data: nothing is done to them for spreadsheets.
    """

    def __init__(self, file: Hashed) -> None:
        self._file, self._is_first = file, True

    def write(self, frame: pl.DataFrame, /) -> None:
        """Some more rows. They are turned to bytes before, so that what fails is the file."""
        text, null = io.BytesIO(), '""' if frame.width == 1 else ""
        frame.write_csv(text, include_header=self._is_first, line_terminator="\r\n", null_value=null)
        self._file.write(text.getbuffer())
        self._is_first = False

    def end(self) -> None:
        """Nothing stands behind the last row."""


_FORMATS = {".csv": Csv}
