"""Records found line by line, where one of them has to be given up: the slow way, in time proportional to the bytes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from stream.reading.quoting import CR, LF, Dialect, Marks, Offsets, mark, runaway, structural, walk


@dataclass(slots=True)
class Lines:
    """Records, comments and blank lines in their order; `faulty`: the starts of those given up."""

    starts: list[int]
    ends: list[int]
    faulty: list[int]
    consumed: int


def by_lines(marks: Marks, start: int, dialect: Dialect, *, final: bool) -> Lines:
    """What stands in the block from `start` on.

    Where a record ends that begins with a physical line is worked out for every line, from the last to the first. So
    after a record that is given up, the next one may begin with any line.
    """
    starts, ends = _lines(marks, start, final=final)
    lasts = _lasts(marks, starts, ends, dialect, final=final)
    count, limit, line = len(lasts), dialect.record_bytes_max, 0
    found = Lines([], [], [], start)
    while line < count:
        first, last = int(starts[line]), lasts[line]
        if last == count and not final and len(marks.block) - first <= limit:
            break
        if not is_comment(marks, first, dialect) and (
            last == count
            or ends[last] - first > limit
            or (last > line and _runs_away(marks.block[first : ends[last]], dialect))
        ):
            last = line
            found.faulty.append(first)
        found.starts.append(first)
        found.ends.append(int(ends[last]))
        found.consumed, line = int(ends[last]), last + 1
    return found


def is_comment(marks: Marks, start: int, dialect: Dialect) -> bool:
    """Whether a record that begins at `start` is none, but a comment."""
    return dialect.comment is not None and int(marks.data[start]) == ord(dialect.comment)


def _lines(marks: Marks, start: int, *, final: bool) -> tuple[Offsets, Offsets]:
    """Where the physical lines from `start` on begin and end."""
    ends = marks.line_ends[np.searchsorted(marks.line_ends, start, "right") :]
    size = len(marks.block)
    if final and (ends[-1] if ends.size else start) < size:
        ends = np.append(ends, size)
    return np.append(start, ends)[:-1], ends


def _lasts(marks: Marks, starts: Offsets, ends: Offsets, dialect: Dialect, *, final: bool) -> list[int]:
    """For each line the one with which a record ends that begins with it; the number of lines where it does not end.

    Outside quotes a line ends its record, unless its line end is escaped; then the record goes on `within` a field.
    Inside quotes the record goes on `inside`. Both are the line with which such a record ends.
    """
    count = within = inside = len(starts)
    last = marks.data[ends - 1]
    escaped = (last != LF) & (last != CR)
    if final:
        escaped[-1:] = False
    firsts, lasts = (np.searchsorted(marks.quotes, borders).tolist() for borders in (starts, ends))
    found = [count] * count
    for line in reversed(range(count)):
        outside = within if escaped[line] else line
        start = int(starts[line])
        found[line], within, inside = _where(
            marks, marks.quotes[firsts[line] : lasts[line]].tolist(), start, outside, inside
        )
        if is_comment(marks, start, dialect):
            found[line] = line
    return found


def _where(marks: Marks, quotes: list[int], start: int, outside: int, inside: int) -> tuple[int, int, int]:
    """Where a record ends that begins at `start`, is within a field there, or is inside quotes there; `outside` and
    `inside`: where it ends if the line leaves it so."""
    if not quotes:
        return outside, outside, inside
    begins = ((start, False), (-1, False), (-1, True))
    fresh, within, open_ = (
        inside if walk(marks, quotes, at, inside=is_inside)[1] else outside for at, is_inside in begins
    )
    return fresh, within, open_


def _runs_away(record: bytes, dialect: Dialect) -> bool:
    """Whether the record holds a field of several lines which goes on behind its closing quote."""
    marks = mark(record, dialect, final=True)
    return runaway(marks, structural(marks)) is not None
