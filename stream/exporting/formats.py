"""Rows as the bytes of a file."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Callable, Mapping
from pathlib import PurePath
from typing import TYPE_CHECKING, BinaryIO, Protocol

import polars as pl
import pyarrow as pa

if TYPE_CHECKING:
    from pyarrow.parquet import ParquetWriter

#: How the warehouse writes moments (`sinks.database.encoding`).
_TIMESTAMP = "%Y-%m-%dT%H:%M:%S%.6fZ"


class Hashed(io.RawIOBase):
    """A file to be written whose bytes are hashed on their way (SHA-256)."""

    def __init__(self, file: BinaryIO) -> None:
        super().__init__()
        self._file, self._hash, self._length = file, hashlib.sha256(), 0

    def writable(self) -> bool:
        """It is."""
        return True

    def tell(self) -> int:
        """How many bytes there are so far."""
        return self._length

    def write(self, data: bytes | memoryview, /) -> int:  # type: ignore[override]
        """Write all of it; nothing once the file is closed, which a format that was given up may try to complete.
        Raises OSError."""
        if not self._file.closed:
            self._file.write(data)
            self._hash.update(data)
            self._length += len(data)
        return len(data)

    def content_hash(self) -> str:
        """Of all bytes so far, in hexadecimal."""
        return self._hash.hexdigest()


class Format(Protocol):
    """Writes rows of one schema, some at a time."""

    def write(self, rows: pa.Table, /) -> None:
        """Some more of them. Raises OSError."""
        ...

    def end(self) -> None:
        """What stands behind the last one. Raises OSError."""
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

    def write(self, rows: pa.Table, /) -> None:
        """Some more rows. They are turned to bytes before, so that what fails is the file."""
        text, null = io.BytesIO(), '""' if rows.num_columns == 1 else ""
        pl.DataFrame(pl.from_arrow(rows)).write_csv(
            text, include_header=self._is_first, line_terminator="\r\n", null_value=null, datetime_format=_TIMESTAMP
        )
        self._file.write(text.getbuffer())
        self._is_first = False

    def end(self) -> None:
        """Nothing stands behind the last row."""


class Parquet:
    """Parquet, compressed by Zstandard, with a row group for each of the tables that are written. The same version of
    the library gives the same bytes."""

    def __init__(self, file: Hashed) -> None:
        self._file = file
        self._writer: ParquetWriter | None = None

    def write(self, rows: pa.Table, /) -> None:
        """Some more rows."""
        from pyarrow.parquet import ParquetWriter

        if self._writer is None:
            self._writer = ParquetWriter(self._file, rows.schema, compression="zstd")
        self._writer.write_table(rows)

    def end(self) -> None:
        """The footer."""
        if self._writer is not None:
            self._writer.close()


_FORMATS: Mapping[str, Callable[[Hashed], Format]] = {".csv": Csv, ".parquet": Parquet}
