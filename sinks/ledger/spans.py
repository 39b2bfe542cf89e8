"""Reading the spans of the ledger: what of a file is committed, and where that ends."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from sinks.base import Span
from sinks.database.connection import Connection
from sinks.files import Position

#: The first span that no other follows directly ends the file's committed prefix.
_POSITION = """
SELECT (span_id & 4294967295) + row_count - 1, byte_end, lines_after FROM meta_spans s
WHERE span_id BETWEEN ?1 << 32 AND (?1 << 32) + 4294967295
AND NOT EXISTS (SELECT 1 FROM meta_spans n WHERE n.span_id = s.span_id + s.row_count)
AND EXISTS (SELECT 1 FROM meta_spans f WHERE f.span_id = (?1 << 32) + 1)
ORDER BY span_id LIMIT 1
"""


_SPANS = """
SELECT span_id, row_count, byte_start, byte_end, lines_after, digest, record_index, parameters_version FROM meta_spans
WHERE span_id BETWEEN ?1 << 32 AND (?1 << 32) + 4294967295 ORDER BY span_id
"""


@dataclass(frozen=True, slots=True)
class SpanEntry:
    """A row of `meta_spans`."""

    span: Span
    lines_after: int
    digest: bytes
    record_index: bytes
    parameters_version: int | None = None


def stored_spans(connection: Connection, file_id: int) -> Iterator[SpanEntry]:
    """The committed spans of a file, in its order."""
    for batch in connection.batches(_SPANS, file_id):
        for row in batch.to_pylist():
            first = row["span_id"] & 0xFFFFFFFF
            span = Span(file_id, first, row["row_count"], row["byte_start"], row["byte_end"])
            version = row["parameters_version"]
            yield SpanEntry(span, row["lines_after"], row["digest"], row["record_index"], version)


def stored_position(connection: Connection, file_id: int) -> Position:
    """Where the committed prefix of a file ends."""
    for records, offset, lines in connection.rows(_POSITION, file_id):
        assert isinstance(records, int)  # noqa: S101 - the columns' own types
        assert isinstance(offset, int)  # noqa: S101
        assert isinstance(lines, int)  # noqa: S101
        return Position(records, offset, lines)
    return Position()
