"""Finding the records in a block of CSV bytes, without parsing them.

A record ends at LF, CRLF or a lone CR that is neither inside quotes nor escaped (RFC 4180, with the line ends found in
the wild). What quotes and escapes mean is what they mean to Arrow's parser, which reads the records afterwards, so the
two never disagree about where a record ends. Stricter than Arrow: a field that goes on behind its closing quote may not
span lines. There a quote was left open, and the opening quote of a later field closes it, good records in between.

A block may be cut anywhere: what lies behind the last complete record is left for the next block. Blank lines are no
records, nor are lines that begin with the dialect's comment character where a record would. A record longer than
`record_bytes_max` is given up: its first physical line is set aside as a fault and reading goes on behind it, so an
unterminated quote costs one line and never swallows a file. The same is done with a record that holds a field of the
kind above.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from stream.reading.lines import by_lines
from stream.reading.quoting import CR, LF, Bytes, Dialect, Marks, Offsets, mark, runaway, structural


@dataclass(frozen=True, slots=True)
class Frames:
    """The records of a block, as offsets into it.

    `starts`, `ends`: int64, one entry a record, `ends` behind the record's line end. `lines_before`, `lines_through`:
    the line ends of the block before each record's first byte, and up to its end. `faulty`: the places, in these
    arrays, of records given up. `consumed`: the bytes dealt with, blank lines included; `line_count`: the line ends
    among them. `has_comments`: there may be comments between the records; else there are blank lines at the most.
    """

    starts: Offsets
    ends: Offsets
    lines_before: Offsets
    lines_through: Offsets
    faulty: tuple[int, ...]
    consumed: int
    line_count: int
    has_comments: bool = False

    def __len__(self) -> int:
        """The number of records."""
        return len(self.starts)

    def slice(self, first: int, last: int) -> Frames:
        """The records [first, last), which must not be none; `consumed` and `line_count` end with the last of them."""
        part = slice(first, last)
        return Frames(
            self.starts[part],
            self.ends[part],
            self.lines_before[part],
            self.lines_through[part],
            tuple(place - first for place in self.faulty if first <= place < last),
            int(self.ends[last - 1]),
            int(self.lines_through[last - 1]),
            self.has_comments,
        )


def frame(block: bytes, dialect: Dialect, *, final: bool) -> Frames:
    """The complete records of `block`, which starts at a record's beginning.

    `final` says that no byte will follow: then a last line without a line end is a record too.

    >>> frames = frame(b'1,"a\\nb"\\n2,c', Dialect(), final=False)
    >>> frames.starts.tolist(), frames.ends.tolist(), frames.consumed
    ([0], [8], 8)
    """
    marks = mark(block, dialect, final=final)
    borders, complete = _borders(marks, dialect, final=final)
    starts, ends, position = borders[:-1], borders[1:], int(borders[-1])
    faulty: list[int] = []
    if not complete:
        lines = by_lines(marks, position, dialect, final=final)
        starts = np.append(starts, np.array(lines.starts, np.int64))
        ends = np.append(ends, np.array(lines.ends, np.int64))
        faulty, position = lines.faulty, lines.consumed
    return _collect(marks, starts, ends, faulty, position, dialect)


def _borders(marks: Marks, dialect: Dialect, *, final: bool) -> tuple[Offsets, bool]:
    """Record borders from the block's first byte on, and whether the rest was dealt with: it was not where the record
    behind the last border is longer than a record may be, or never ends, or where a comment may hold a quote."""
    limit, size = dialect.record_bytes_max, marks.data.size
    quotes = structural(marks)
    ends = marks.record_ends
    found = np.append(0, ends[np.searchsorted(quotes, ends) % 2 == 0] if quotes.size else ends)
    if final and found[-1] < size and len(quotes) % 2 == 0:
        found = np.append(found, size)
    doubt = _doubt(marks, quotes, dialect, int(found[-1]))
    if doubt is not None:
        found = found[: np.searchsorted(found, doubt, "right")]
    too_long = np.flatnonzero(np.diff(found) > limit)
    if too_long.size:
        return found[: too_long[0] + 1], False
    left = size - int(found[-1])
    return found, doubt is None and left <= limit and not (final and left)


def _doubt(marks: Marks, quotes: Offsets, dialect: Dialect, end: int) -> int | None:
    """The first offset up to `end` from which on the quotes may mean something else than they seem to."""
    quote, comment = runaway(marks, quotes), _quoting_comment(marks, dialect)
    doubts = [quote] if quote is not None and quote < end else []
    doubts += [comment] if comment is not None and comment <= end else []
    return min(doubts, default=None)


def _quoting_comment(marks: Marks, dialect: Dialect) -> int | None:
    """Where the first line begins that looks like a comment and holds a quote or an escape. Whether it is one depends
    on what stands before it; and if it is, its quotes mean nothing. Other comments do not change what quotes mean."""
    if dialect.comment is None or dialect.comment.encode() not in marks.text:
        return None
    starts = np.append(0, marks.line_ends)
    starts = starts[starts < marks.data.size]
    starts = starts[marks.data[starts] == ord(dialect.comment)]
    ends = np.append(marks.line_ends, marks.data.size)[np.searchsorted(marks.line_ends, starts, "right")]
    signs = np.union1d(marks.quotes, marks.escapes)
    quoting = starts[np.searchsorted(signs, ends) > np.searchsorted(signs, starts)]
    return int(quoting[0]) if quoting.size else None


def _collect(
    marks: Marks, starts: Offsets, ends: Offsets, faulty: list[int], consumed: int, dialect: Dialect
) -> Frames:
    line_ends = marks.line_ends
    filled = ~_blank(marks.data, starts, ends)
    has_comments = False
    if dialect.comment is not None:
        comments = marks.data[starts] == ord(dialect.comment)
        filled, has_comments = filled & ~comments, bool(comments.any())
    starts, ends = starts[filled], ends[filled]
    if np.array_equal(ends, line_ends):  # a line a record: nearly every block, and no search
        before = np.arange(len(starts))
        through = before + 1
    else:
        before, through = (np.searchsorted(line_ends, borders, "right") for borders in (starts, ends))
    return Frames(
        starts,
        ends,
        before,
        through,
        tuple(np.searchsorted(starts, faulty).tolist()),
        consumed,
        int(np.searchsorted(line_ends, consumed, "right")),
        has_comments,
    )


def _blank(data: Bytes, starts: Offsets, ends: Offsets) -> npt.NDArray[np.bool_]:
    """Records that are nothing but a line end."""
    if not starts.size:
        return np.zeros(0, np.bool_)
    first = data[starts]
    crlf = (ends - starts == 2) & (first == CR) & (data[ends - 1] == LF)
    blank: npt.NDArray[np.bool_] = crlf | ((ends - starts == 1) & ((first == LF) | (first == CR)))
    return blank


__all__ = ["Dialect", "Frames", "frame"]
