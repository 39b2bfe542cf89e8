"""How a sample file is laid out: delimiter, encoding, fallback, quote, and whether its first record names columns."""

from __future__ import annotations

import os
import re
import unicodedata
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from processors.columns import Column, ColumnType
from processors.errors import SourceError
from sinks.files import FileDialect, Position
from stream.config import Dataset, DatasetConfig, compile_dataset
from stream.reading.encodings import is_utf16
from stream.reading.header import Header, first_line, header_record, read_header, split
from stream.reading.quoting import AUTO
from stream.reading.sniffing import LaidOut, lay_out
from stream.reading.source import LandingFile, Source

Fallback = Literal["cp1252", "latin-1"] | None

_BLOCK = 1 << 20
_BEGINNING_BYTES = 1 << 16
#: A number, a date or a time.
_VALUE = re.compile(r"\s*[-+(]?\s*[$€£]?\s*\.?[0-9][0-9.,:/T -]*[Z)]?\s*")
#: Bytes that cp1252 has no characters for.
_NO_CP1252 = frozenset(b"\x81\x8d\x8f\x90\x9d")


@dataclass(frozen=True, slots=True)
class OpenSample:
    """A sample that is open, its text, the dataset that reads it, its header, and where its first record begins."""

    laid_out: LaidOut
    header: Header

    @property
    def source(self) -> Source:
        """The text."""
        return self.laid_out.source

    @property
    def dataset(self) -> Dataset:
        """What reads it."""
        return self.laid_out.dataset


@contextmanager
def opened(path: Path) -> Iterator[OpenSample | None]:
    """The sample; None where it holds nothing. Raises SourceError where it is no text, or no table."""
    dataset, found = _sniffed(path, _anything())
    with _file(path) as file:
        found = replace(found, fallback=_fallback(lay_out(file, dataset, found, final=True)))
    with _file(path) as file:
        yield _with_header(lay_out(file, dataset, found, final=True))


def _file(path: Path) -> LandingFile:
    return LandingFile(os.fsencode(path.parent), os.fsencode(path.name), follow_links=True)


def _anything() -> Dataset:
    """A dataset that declares nothing, and takes each file as it shows itself."""
    limits = {
        "batch_rows": 1 << 16,
        "batch_bytes": 1 << 22,
        "columns_max": 10_000,
        "expanded_bytes_max": 1 << 50,
    }
    config = {
        "dataset": "sample",
        "dialect": {"delimiter": AUTO, "encoding": AUTO},
        "columns": {"any": {"type": "string"}},
        "processors": [{"schema": {}}],
        "limits": limits,
    }
    dataset, _ = compile_dataset(DatasetConfig.model_validate(config))
    return replace(dataset, columns=())


def _sniffed(path: Path, dataset: Dataset) -> tuple[Dataset, FileDialect]:
    """The dataset with the file's quote, and the rest of the file's dialect."""
    with _file(path) as file:
        laid_out = lay_out(file, dataset, None, final=True)
        quote = _quote(laid_out.source.read(0, _BEGINNING_BYTES), laid_out.dialect.delimiter)
    if quote == dataset.dialect.quote:
        return dataset, laid_out.dialect
    return _sniffed(path, replace(dataset, dialect=replace(dataset.dialect, quote=quote)))


def _quote(beginning: bytes, delimiter: str) -> str:
    """A single quote, where fields at the beginning of a file stand in those and none in double ones."""
    sign = re.escape(delimiter.encode())
    single, double = (
        len(re.findall(rb"(?m)(?:^|%b)%b[^%b\r\n]*%b(?=%b|\r?$)" % (sign, mark, mark, mark, sign), beginning))
        for mark in (b"'", b'"')
    )
    return "'" if single > 1 and not double else '"'


def _fallback(laid_out: LaidOut) -> Fallback:
    """What the lines that are not UTF-8 can be read with; None where there are none, or the text is UTF-16."""
    found: Fallback = None
    for line in () if is_utf16(laid_out.dialect.encoding) else _strange_lines(laid_out.source):
        if _NO_CP1252 & set(line):
            return "latin-1"
        found = "cp1252"
    return found


def _strange_lines(source: Source) -> Iterator[bytes]:
    """The lines that are not UTF-8; of one that is longer than a block, its parts."""
    at, rest = 0, b""
    while block := source.read(at, at + _BLOCK):
        at += len(block)
        whole, end, rest = (rest + block).rpartition(b"\n")
        if not end and len(rest) > _BLOCK:
            whole, rest = rest, b""
        if not _is_utf8(whole):
            yield from (line for line in whole.split(b"\n") if not _is_utf8(line))
    if not _is_utf8(rest):
        yield rest


def _is_utf8(text: bytes) -> bool:
    try:
        text.decode()
    except UnicodeDecodeError:
        return False
    return True


def _with_header(laid_out: LaidOut) -> OpenSample | None:
    """The sample with its header, or with numbered columns where the first record names none."""
    source, dialect = laid_out.source, laid_out.dataset.dialect
    start = first_line(source, dialect, final=True)
    found = header_record(source, dialect, start, final=True) if start is not None else None
    if start is None or found is None:
        return None
    fields = split(found[0], dialect)
    _check_text(fields)
    if not _names_columns(fields):
        return _headless(laid_out, start, len(fields))
    header = read_header(source, laid_out.dataset, final=True)
    return None if header is None else OpenSample(laid_out, header)


def _names_columns(fields: list[str]) -> bool:
    """Whether a first record can be a header: it has letters, and at most half of its fields are numbers or dates."""
    values = sum(bool(_VALUE.fullmatch(field)) for field in fields)
    return any(char.isalpha() for field in fields for char in field) and values <= len(fields) / 2


def _headless(laid_out: LaidOut, start: Position, width: int) -> OpenSample:
    names = tuple(f"column_{place}" for place in range(1, width + 1))
    columns = tuple(Column(name, name, ColumnType("string")) for name in names)
    dialect = replace(laid_out.dataset.dialect, header=False)
    dataset = replace(laid_out.dataset, dialect=dialect, columns=columns)
    return OpenSample(replace(laid_out, dataset=dataset), Header(names, start))


def _check_text(names: Sequence[str]) -> None:
    """Raises SourceError where the names hold what stands in no text."""
    if any(unicodedata.category(char) == "Cc" and char not in "\t\r\n" for name in names for char in name):
        raise SourceError("its header holds control characters, so it is no text; give a sample that is a CSV")


def check_readable(sample: OpenSample) -> None:
    """Raises SourceError where the text broke off, or what is in it is no text."""
    if sample.source.fault is not None:
        raise SourceError(sample.source.fault)
