"""The header of a landing file: where its first record begins, and the names of its columns."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from processors.errors import SourceError
from processors.naming.identifiers import told_apart
from processors.outcome import ROW_ID
from sinks.files import Position
from stream.config import Dataset
from stream.reading.encodings import record_to_utf8, why_no_text
from stream.reading.framing import Dialect, frame
from stream.reading.matching import check_declared
from stream.reading.source import Source

_BOM = b"\xef\xbb\xbf"
_HEADER_BYTES = 4096


@dataclass(frozen=True, slots=True)
class Header:
    """The column names of a file, and where its first record begins."""

    names: tuple[str, ...]
    end: Position


def read_header(source: Source, dataset: Dataset, *, final: bool) -> Header | None:
    """The file's header; None while it is not complete. Raises SourceError where it does not fit the dataset."""
    start = first_line(source, dataset.dialect, final=final)
    if start is None:
        return None
    if not dataset.dialect.header:
        return Header(tuple(column.source for column in dataset.columns), start)
    found = header_record(source, dataset.dialect, start, final=final)
    if found is None:
        return None
    record, end = found
    written = names_written(record, dataset.dialect)
    names = told_apart(written)
    _check(written, names, dataset)
    return Header(tuple(names), end)


def first_line(source: Source, dialect: Dialect, *, final: bool) -> Position | None:
    """The position behind a byte order mark and the lines to be skipped; None while these are not complete."""
    start = len(_BOM) if source.read(0, len(_BOM)) == _BOM else 0
    for _ in range(dialect.skip_lines):
        end = source.line_end(start, final=final)
        if end is None or end == start:
            return None
        start = end
    return Position(0, start, dialect.skip_lines)


def header_record(source: Source, dialect: Dialect, start: Position, *, final: bool) -> tuple[bytes, Position] | None:
    """The first record from `start` on, and the position behind it; None while it is not complete. Raises SourceError
    where it does not end."""
    block = source.read(start.offset, start.offset + _HEADER_BYTES)
    line = block[: block.find(b"\n") + 1]
    if _is_plain(line, dialect):
        return line, Position(0, start.offset + len(line), start.lines + 1)
    limit, length, at = dialect.record_bytes_max, _HEADER_BYTES, start
    while True:
        block = source.read(at.offset, at.offset + length)
        end = at.offset + len(block)
        frames = frame(block, dialect, final=source.ends(end, final=final))
        if frames.faulty[:1] == (0,) or (not frames.consumed and len(block) > limit):
            raise SourceError(f"its header does not end within {limit} bytes; check the dialect's quote and delimiter")
        if len(frames):
            first = frames.slice(0, 1)
            record = block[first.starts[0] : first.ends[0]]
            return record, Position(0, at.offset + first.consumed, at.lines + first.line_count)
        if source.is_end(end):
            return None
        length = _HEADER_BYTES if frames.consumed else 4 * length
        at = Position(0, at.offset + frames.consumed, at.lines + frames.line_count)


def _is_plain(line: bytes, dialect: Dialect) -> bool:
    """Whether the line is a whole record for certain, as nearly every header is: framing it would cost more."""
    signs = (dialect.quote, dialect.escape, dialect.comment)
    return (
        not any(sign is not None and sign.encode() in line for sign in signs)
        and b"\r" not in line[:-2]
        and line.strip(b"\r\n") != b""
        and len(line) <= dialect.record_bytes_max
    )


def names_written(record: bytes, dialect: Dialect) -> list[str]:
    """The names in a header without blanks around, where there are any. Raises SourceError where it is no text."""
    return [name.strip() for name in split(record, dialect)]


def split(record: bytes, dialect: Dialect) -> list[str]:
    """The fields of one record. Raises SourceError where it is no text."""
    try:
        text = record_to_utf8(record, dialect).decode().rstrip("\r\n")
    except UnicodeDecodeError as error:
        why = why_no_text(error, dialect, "its header")
        raise SourceError(f"{why}; declare dialect.encoding in the config, or write it anew as UTF-8") from error
    quoting: Literal[0, 3] = csv.QUOTE_NONE if dialect.quote is None else csv.QUOTE_MINIMAL
    reader = csv.reader(
        [text], delimiter=dialect.delimiter, quotechar=dialect.quote, quoting=quoting, escapechar=dialect.escape
    )
    try:
        return [field for line in reader for field in line]
    except csv.Error as error:
        raise SourceError(f"its header cannot be read: {error}") from error


def _check(written: Sequence[str], names: Sequence[str], dataset: Dataset) -> None:
    if ROW_ID in names:
        raise SourceError(f"its header names a column {ROW_ID}, which is what we name row ids; rename it in the file")
    if any("\0" in name for name in names):
        raise SourceError("its header has a NUL byte; if it is UTF-16, write dialect.encoding: utf-16 in the config")
    if len(names) > dataset.columns_max:
        raise SourceError(
            f"its header has {len(names)} columns, more than the {dataset.columns_max} of limits.columns_max; check "
            "the delimiter, or raise the limit in the config"
        )
    check_declared(written, names, dataset.columns)
