"""A file from a position on, as runs of parsed records: the part of a micro-batch that depends on bytes alone."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from processors.errors import SourceError
from sinks.base import Span
from sinks.files import RECORDS_MAX, File, Position
from sinks.ledger.record_index import RecordIndex
from stream.config import Dataset
from stream.reading.framing import Frames, frame
from stream.reading.records import Records, parse
from stream.reading.source import Source


@dataclass(frozen=True, slots=True)
class Piece:
    """Some complete records of a file, and the position behind them."""

    span: Span
    records: Records
    index: RecordIndex
    digest: bytes
    end: Position


class Reader:
    """An iterator over the complete records of a file from `start` on, up to the size that the file had when it was
    opened.

    `claimed`: where the previous span ended; the first piece's span covers what lies between (the header, blank lines),
    so that the spans of a file are contiguous. `final`: a last line without a line end is a record. Memory is bounded
    by the dataset's batch_bytes and record_bytes_max, whatever the file holds. Nothing is read twice, since compressed
    files can be read forwards only: what no span claims yet is hashed as it goes by.
    """

    def __init__(
        self, source: Source, dataset: Dataset, file: File, claimed: Position, start: Position, *, final: bool
    ) -> None:
        self._source = source
        self._dataset = dataset
        self._file = file
        self._claimed = claimed
        self._final = final
        self._unclaimed = hashlib.sha256()
        source.hash(claimed.offset, start.offset, self._unclaimed)
        #: Behind all that has been dealt with: records, blank lines and comments.
        self.at = replace(start, records=claimed.records)

    def __iter__(self) -> Iterator[Piece]:
        """The pieces. When they end, nothing follows behind `at` but a record that is not complete."""
        source, dataset = self._source, self._dataset
        limit, block_bytes = dataset.dialect.record_bytes_max, dataset.batch_bytes
        while not source.is_end(self.at.offset):
            block = source.read(self.at.offset, self.at.offset + block_bytes)
            end = self.at.offset + block_bytes
            frames = frame(block, dataset.dialect, final=source.ends(end, final=self._final))
            if frames.consumed:
                yield from self._framed(block, frames)
                block_bytes = dataset.batch_bytes
            elif len(block) > limit:
                before = self.at
                yield from self._overlong(block[: limit + 1])
                if self.at == before:
                    return
                block_bytes = dataset.batch_bytes
            elif source.is_end(end):
                return
            else:
                block_bytes = max(2 * block_bytes, limit + 2)

    def _framed(self, block: bytes, frames: Frames) -> Iterator[Piece]:
        """What stands in a block that begins at `at`."""
        begin, done = self.at, 0
        for first in range(0, len(frames), self._dataset.batch_rows):
            part = frames.slice(first, min(first + self._dataset.batch_rows, len(frames)))
            self._unclaimed.update(memoryview(block)[done : part.consumed])
            yield self._claim(block, part, begin)
            done = part.consumed
        self._unclaimed.update(memoryview(block)[done : frames.consumed])
        self.at = Position(self._claimed.records, begin.offset + frames.consumed, begin.lines + frames.line_count)

    def _claim(self, block: bytes, frames: Frames, begin: Position) -> Piece:
        """The records of `frames`, all bytes up to whose end have been hashed; `begin`: where `block` begins."""
        span = self._span(len(frames), begin.offset + int(frames.ends[-1]))
        records = parse(block, frames, self._file.header, self._dataset.dialect, _ids(span), begin.offset)
        index = RecordIndex(
            begin.lines + frames.lines_before + 1,
            begin.offset + frames.starts,
            begin.offset + frames.ends,
            begin.lines + frames.line_count,
        )
        return self._claimed_by(span, records, index)

    def _span(self, count: int, end: int) -> Span:
        claimed = self._claimed
        if claimed.records + count > RECORDS_MAX:
            raise SourceError(
                f"the file has more than {RECORDS_MAX} records, which is more than a row id can number; split it"
            )
        return Span(self._file.file_id, claimed.records + 1, count, claimed.offset, end)

    def _claimed_by(self, span: Span, records: Records, index: RecordIndex) -> Piece:
        """The next piece; what comes from now on belongs to the one behind it."""
        self._claimed = self.at = Position(span.row_first + span.row_count - 1, span.byte_end, index.lines_after)
        digest, self._unclaimed = self._unclaimed.digest(), hashlib.sha256()
        return Piece(span, records, index, digest, self._claimed)

    def _overlong(self, beginning: bytes) -> Iterator[Piece]:
        """A single line that is longer than a record may be: rejected with its beginning, its range in the index; a
        comment is passed over. Nothing happens as long as it does not end."""
        source, dialect, at = self._source, self._dataset.dialect, self.at
        end = source.line_end(at.offset, final=self._final, hashed=self._unclaimed)
        if end is None:
            return
        ended = int(source.read(end - 1, end) in {b"\n", b"\r"})
        if dialect.comment is not None and beginning.startswith(dialect.comment.encode()):
            self.at = Position(at.records, end, at.lines + ended)
            return
        zero, size = np.array([0]), len(beginning)
        whole = Frames(zero, np.array([size]), zero, np.array([ended]), (0,), size, ended)
        span = self._span(1, end)
        records = parse(beginning, whole, self._file.header, dialect, _ids(span), at.offset)
        index = RecordIndex(np.array([at.lines + 1]), np.array([at.offset]), np.array([end]), at.lines + ended)
        yield self._claimed_by(span, records, index)


def _ids(span: Span) -> npt.NDArray[np.int64]:
    return span.id_first + np.arange(span.row_count, dtype=np.int64)
