"""How one file is laid out: what its config says, and what the file shows where that says `auto`.

A file shows how it is compressed by its first bytes, and its encoding by a byte order mark or by the NULs that UTF-16
puts beside each ASCII character. Its delimiter is the one under which its header names most of the declared columns.
Where several do equally well, or there is no header, it is the one that splits the first records most evenly.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace

import numpy as np

from processors.errors import SourceError
from processors.naming.matching import declared
from sinks.files import FileDialect
from stream.config import Dataset
from stream.reading.compression import MAGIC_BYTES, compression_of
from stream.reading.decoding import Decoded
from stream.reading.encodings import is_utf16
from stream.reading.formats import FORMAT_BYTES, other_format
from stream.reading.framing import Dialect, frame
from stream.reading.header import first_line, header_record, names_written, split
from stream.reading.quoting import AUTO, DELIMITERS
from stream.reading.source import LandingFile, Source

_SAMPLE_BYTES = 1 << 16
_SAMPLE_RECORDS = 100
_UTF16_MARKS = {b"\xff\xfe": "utf-16-le", b"\xfe\xff": "utf-16-be"}
_NULS_SHARE = (
    0.25  # of the bytes of one half of each unit; text in Latin letters has nearly 1 in one half, 0 in the other
)


@dataclass(frozen=True, slots=True)
class LaidOut:
    """A file as it is to be read: its text, the dataset with the file's own dialect, and that for the ledger."""

    file: LandingFile
    source: Source
    dataset: Dataset
    dialect: FileDialect


def lay_out(file: LandingFile, dataset: Dataset, recorded: FileDialect | None, *, final: bool) -> LaidOut:
    """The file, read as `recorded` says where that is known. Raises SourceError where the file is no text, or not what
    its config says."""
    compression = compression_of(file.read(0, MAGIC_BYTES))
    settled = recorded or FileDialect(dataset.dialect.delimiter, dataset.dialect.encoding, dataset.dialect.fallback)
    found = replace(settled, compression=compression) if compression != settled.compression else settled
    if recorded is None:
        sample = _text(file, dataset, replace(found, encoding="utf-8"), final=final).read(0, _sample_size(found))
        if other := other_format(sample):
            raise SourceError(other)
        found = _with_encoding(found, sample)
    source, adapted = _text(file, dataset, found, final=final), _adapted(dataset, found)
    if found.delimiter == AUTO:
        found = replace(found, delimiter=_delimiter(source, adapted, final=final))
        adapted = _adapted(dataset, found)
    return LaidOut(file, source, adapted, found)


def _text(file: LandingFile, dataset: Dataset, found: FileDialect, *, final: bool) -> Source:
    if found.compression is None and not is_utf16(found.encoding):
        return file
    return Decoded(file, found, dataset.expanded_bytes_max, final=final)


def _adapted(dataset: Dataset, found: FileDialect) -> Dataset:
    own = dataset.dialect
    if (found.delimiter, found.encoding, found.fallback) == (own.delimiter, own.encoding, own.fallback):
        return dataset
    own = replace(own, delimiter=found.delimiter, encoding=found.encoding, fallback=found.fallback)
    return replace(dataset, dialect=own)


def _sample_size(declared: FileDialect) -> int:
    return _SAMPLE_BYTES if declared.encoding in {AUTO, "utf-16"} else FORMAT_BYTES


def _with_encoding(declared: FileDialect, sample: bytes) -> FileDialect:
    """`declared`, with the encoding in which a file is read that begins with `sample`."""
    marked = _UTF16_MARKS.get(sample[:2])
    if declared.encoding == AUTO:
        wide = marked or _utf16(sample)
        return replace(declared, encoding=wide or "utf-8", fallback=None if wide else declared.fallback or "cp1252")
    if is_utf16(declared.encoding):
        given = "utf-16-le" if declared.encoding == "utf-16" else declared.encoding
        guessed = _utf16(sample) if declared.encoding == "utf-16" else None
        return replace(declared, encoding=marked or guessed or given)
    if marked:
        raise SourceError(
            f"it begins with the byte order mark of UTF-16 and its config reads it as {declared.encoding}; write "
            "dialect.encoding: utf-16 (or auto) in the config"
        )
    return declared


def _utf16(sample: bytes) -> str | None:
    """The encoding of UTF-16 without a byte order mark, by its NULs; None where there are not enough of them."""
    units = np.frombuffer(sample[: len(sample) // 2 * 2], np.uint8).reshape(-1, 2)
    if not len(units):
        return None
    first, second = (units == 0).mean(axis=0).tolist()
    if max(first, second) < _NULS_SHARE or min(first, second) > max(first, second) / 2:
        return None
    return "utf-16-le" if second > first else "utf-16-be"


def _delimiter(source: Source, dataset: Dataset, *, final: bool) -> str:
    """The first of the best delimiters."""
    dialects = [replace(dataset.dialect, delimiter=delimiter) for delimiter in DELIMITERS]
    named = [_columns_named(source, dataset, dialect, final=final) for dialect in dialects]
    best = [dialect for dialect, count in zip(dialects, named, strict=True) if count == max(named)]
    if len(best) == 1:
        return best[0].delimiter
    return max(best, key=lambda dialect: _evenness(source, dialect, final=final)).delimiter


def _columns_named(source: Source, dataset: Dataset, dialect: Dialect, *, final: bool) -> int:
    """How many of the dataset's columns a file's header names."""
    start = first_line(source, dialect, final=final)
    if start is None or not dialect.header:
        return 0
    try:
        found = header_record(source, dialect, start, final=final)
        names = names_written(found[0], dialect) if found else []
    except SourceError:
        return 0
    return len({column.name for column in declared(names, dataset.columns).values()})


def _evenness(source: Source, dialect: Dialect, *, final: bool) -> tuple[bool, float, int]:
    """How well a delimiter splits the first records: whether most have several fields, which share of them has the most
    frequent number of fields, and that number."""
    start = first_line(source, dialect, final=final)
    if start is None:
        return False, 0.0, 0
    sample = source.read(start.offset, start.offset + _SAMPLE_BYTES)
    frames = frame(sample, dialect, final=source.ends(start.offset + len(sample), final=final))
    counts: Counter[int] = Counter()
    for first, end in zip(
        frames.starts[:_SAMPLE_RECORDS].tolist(), frames.ends[:_SAMPLE_RECORDS].tolist(), strict=True
    ):
        try:
            counts[len(split(sample[first:end], dialect))] += 1
        except SourceError:
            counts[0] += 1
    fields, records = max(counts.items(), key=lambda item: item[::-1], default=(0, 1))
    return fields > 1, records / max(1, counts.total()), fields
