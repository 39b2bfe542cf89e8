"""A file from a position on, as runs of parsed records: the part of a micro-batch that depends on bytes alone."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from processors.errors import SourceError
from sinks.base import RECORDS_MAX, File, Position, Span
from sinks.record_index import RecordIndex
from stream.config import Dataset
from stream.framing import Frames, frame
from stream.records import Records, parse
from stream.source import Source


@dataclass(frozen=True, slots=True)
class Piece:
    """Some complete records of a file, and the position behind them."""

    span: Span
    records: Records
    index: RecordIndex
    digest: bytes
    end: Position


def read(
    source: Source, dataset: Dataset, file: File, claimed: Position, start: Position, *, final: bool
) -> Iterator[Piece]:
    """The complete records from `start` on, up to the size that the file had when it was opened.

    `claimed`: where the previous span ended; the first piece's span covers what lies between (the header, blank lines),
    so that the spans of a file are contiguous. `final`: a last line without a line end is a record. Memory is bounded
    by the dataset's batch_bytes and record_bytes_max, whatever the file holds.
    """
    limit, offset, lines, block_bytes = dataset.dialect.record_bytes_max, start.offset, start.lines, dataset.batch_bytes
    while offset < source.stat.size:
        block = source.read(offset, min(offset + block_bytes, source.stat.size))
        at_end = offset + block_bytes >= source.stat.size
        frames = frame(block, dataset.dialect, final=final and at_end)
        for part in _slices(frames, dataset.batch_rows):
            piece = _piece(source, dataset, file, block, part, claimed, Position(claimed.records, offset, lines))
            yield piece
            claimed = piece.end
        if frames.consumed:
            offset, lines, block_bytes = offset + frames.consumed, lines + frames.line_count, dataset.batch_bytes
        elif len(block) > limit:
            end = source.line_end(offset, final=final)
            if end is None:
                return
            piece = _overlong(
                source, dataset, file, block[: limit + 1], claimed, Position(claimed.records, offset, lines), end
            )
            yield piece
            claimed = piece.end
            offset, lines, block_bytes = end, piece.end.lines, dataset.batch_bytes
        elif at_end:
            return
        else:
            block_bytes = max(2 * block_bytes, limit + 2)


def _slices(frames: Frames, rows: int) -> Iterator[Frames]:
    for first in range(0, len(frames), rows):
        yield frames.slice(first, min(first + rows, len(frames)))


def _piece(
    source: Source, dataset: Dataset, file: File, block: bytes, frames: Frames, claimed: Position, at: Position
) -> Piece:
    """`at`: where `block` begins in the file."""
    count = len(frames)
    if claimed.records + count > RECORDS_MAX:
        raise SourceError(
            f"the file has more than {RECORDS_MAX} records, which is more than a row id can number; split it"
        )
    span = Span(file.file_id, claimed.records + 1, count, claimed.offset, at.offset + int(frames.ends[-1]))
    records = parse(block, frames, file.header, dataset.dialect, span.id_first, at.offset)
    index = RecordIndex(
        at.lines + frames.lines_before + 1,
        at.offset + frames.starts,
        at.offset + frames.ends,
        at.lines + frames.line_count,
    )
    first = int(frames.starts[0])
    digest = source.digest(claimed.offset, at.offset + first, memoryview(block)[first : int(frames.ends[-1])])
    end = Position(claimed.records + count, span.byte_end, index.lines_after)
    return Piece(span, records, index, digest, end)


def _overlong(
    source: Source, dataset: Dataset, file: File, beginning: bytes, claimed: Position, at: Position, end: int
) -> Piece:
    """A single line that is longer than a record may be: rejected with its beginning, its range in the index."""
    ended = int(source.read(end - 1, end) in {b"\n", b"\r"})
    zero, size = np.array([0]), len(beginning)
    whole = Frames(zero, np.array([size]), zero, np.array([ended]), (0,), size, ended)
    piece = _piece(source, dataset, file, beginning, whole, claimed, at)
    return Piece(
        replace(piece.span, byte_end=end),
        piece.records,
        replace(piece.index, ends=np.array([end])),
        source.digest(claimed.offset, end),
        replace(piece.end, offset=end),
    )
