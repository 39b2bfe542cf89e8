"""Finding the records in a block of CSV bytes, without parsing them.

A record ends at LF, CRLF or a lone CR that is not inside quotes (RFC 4180, with the line ends found in the wild). A
quote opens a quoted field only as the field's first byte; inside, two quotes are one; what follows a closing quote is
literal up to the next delimiter. These are the rules of Arrow's parser too, which reads the records afterwards, so the
two never disagree about where a record ends.

A block may be cut anywhere: what lies behind the last complete record is left for the next block. Blank lines are no
records. A record longer than `record_bytes_max` is given up: its first physical line is set aside as a fault and
reading goes on behind it, so an unterminated quote costs one line and never swallows a file.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Offsets = npt.NDArray[np.int64]

_LF, _CR = 10, 13


@dataclass(frozen=True, slots=True)
class Dialect:
    """How the bytes of a dataset's files are laid out. `quote` is None where the format has no quoting."""

    delimiter: str = ","
    quote: str | None = '"'
    header: bool = True
    record_bytes_max: int = 1 << 20


@dataclass(frozen=True, slots=True)
class Frames:
    """The records of a block, as offsets into it.

    `starts`, `ends`: int64, one entry a record, `ends` behind the record's line end. `lines_before`, `lines_through`:
    the line ends of the block before each record's first byte, and up to its end. `faulty`: the places, in these
    arrays, of records given up. `consumed`: the bytes dealt with, blank lines included; `line_count`: the line ends
    among them.
    """

    starts: Offsets
    ends: Offsets
    lines_before: Offsets
    lines_through: Offsets
    faulty: tuple[int, ...]
    consumed: int
    line_count: int

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
        )


def frame(block: bytes, dialect: Dialect, *, final: bool) -> Frames:
    """The complete records of `block`, which starts at a record's beginning.

    `final` says that no byte will follow: then a last line without a line end is a record too.

    >>> frames = frame(b'1,"a\\nb"\\n2,c', Dialect(), final=False)
    >>> frames.starts.tolist(), frames.ends.tolist(), frames.consumed
    ([0], [8], 8)
    """
    data = np.frombuffer(block, np.uint8)
    line_ends = _line_ends(data, final=final)
    quotes = _quotes(data, dialect)
    starts, ends, faulty, position = [], [], [], 0
    while True:
        found, given_up = _records(data, line_ends, quotes, position, dialect, final=final)
        starts.append(found[:-1])
        ends.append(found[1:])
        position = int(found[-1])
        if given_up is None:
            break
        starts.append(np.array([position]))
        ends.append(np.array([given_up]))
        faulty.append(position)
        position = given_up
    return _collect(data, line_ends, np.concatenate(starts), np.concatenate(ends), faulty, position)


def _records(
    data: npt.NDArray[np.uint8], line_ends: Offsets, quotes: Offsets, start: int, dialect: Dialect, *, final: bool
) -> tuple[Offsets, int | None]:
    """Record borders from `start` on (the first is `start`) and, where the record at the last border is too long or
    never ends, the end of its first physical line."""
    limit = dialect.record_bytes_max
    borders = line_ends[np.searchsorted(line_ends, start, "right") :]
    quotes = _structural(data, quotes[np.searchsorted(quotes, start) :], start, ord(dialect.delimiter))
    outside = borders[np.searchsorted(quotes, borders) % 2 == 0]
    found = np.concatenate([[start], outside])
    if final and (found[-1] < data.size) and len(quotes) % 2 == 0:
        found = np.append(found, data.size)
    too_long = np.flatnonzero(np.diff(found) > limit)
    if too_long.size:
        found = found[: too_long[0] + 1]
    elif data.size - found[-1] <= limit and not (final and found[-1] < data.size):
        return found, None
    return found, _first_line_end(borders, int(found[-1]), data.size, final=final)


def _first_line_end(borders: Offsets, start: int, size: int, *, final: bool) -> int | None:
    behind = borders[np.searchsorted(borders, start, "right") :]
    if behind.size:
        return int(behind[0])
    return size if final else None


def _collect(
    data: npt.NDArray[np.uint8], line_ends: Offsets, starts: Offsets, ends: Offsets, faulty: list[int], consumed: int
) -> Frames:
    filled = ~_blank(data, starts, ends)
    starts, ends = starts[filled], ends[filled]
    return Frames(
        starts,
        ends,
        np.searchsorted(line_ends, starts, "right"),
        np.searchsorted(line_ends, ends, "right"),
        tuple(np.searchsorted(starts, faulty).tolist()),
        consumed,
        int(np.searchsorted(line_ends, consumed, "right")),
    )


def _line_ends(data: npt.NDArray[np.uint8], *, final: bool) -> Offsets:
    """Offsets behind each line end. A CR at the very end of a block may be half a CRLF: it counts only when final."""
    ends = np.flatnonzero(data == _LF) + 1
    returns = np.flatnonzero(data == _CR) + 1
    if not returns.size:
        return ends
    alone = np.append(data, 0)[returns] != _LF
    if not final:
        alone &= returns < data.size
    return np.union1d(ends, returns[alone])


def _quotes(data: npt.NDArray[np.uint8], dialect: Dialect) -> Offsets:
    if dialect.quote is None:
        return np.empty(0, np.int64)
    return np.flatnonzero(data == ord(dialect.quote))


def _structural(data: npt.NDArray[np.uint8], quotes: Offsets, start: int, delimiter: int) -> Offsets:
    """The quotes that open, close or double; literal ones (in the middle of an unquoted field) are left out.

    If every second quote stands where a field begins, or right behind the one before it (a doubled quote), all are
    structural. Only otherwise are they walked through one by one.
    """
    opening = quotes[0::2]
    before = data[opening - 1]
    at_field = (before == delimiter) | (before == _LF) | (before == _CR) | (opening == start)
    at_field[1:] |= opening[1:] - 1 == quotes[1::2][: len(opening) - 1]
    return quotes if at_field.all() else _walk(data, quotes, start, delimiter)


def _walk(data: npt.NDArray[np.uint8], quotes: Offsets, start: int, delimiter: int) -> Offsets:
    field_starts = {delimiter, _LF, _CR}
    kept: list[int] = []
    inside, skip = False, -1
    for quote in quotes.tolist():
        if quote == skip:
            kept.append(quote)
        elif inside:
            doubled = quote + 1 < data.size and data[quote + 1] == data[quote]
            skip, inside = (quote + 1, True) if doubled else (-1, False)
            kept.append(quote)
        elif quote == start or int(data[quote - 1]) in field_starts:
            inside = True
            kept.append(quote)
    return np.array(kept, np.int64)


def _blank(data: npt.NDArray[np.uint8], starts: Offsets, ends: Offsets) -> npt.NDArray[np.bool_]:
    """Records that are nothing but a line end."""
    if not starts.size:
        return np.zeros(0, np.bool_)
    first = data[starts]
    crlf = (ends - starts == 2) & (first == _CR) & (data[ends - 1] == _LF)
    blank: npt.NDArray[np.bool_] = crlf | ((ends - starts == 1) & ((first == _LF) | (first == _CR)))
    return blank


def open_quote(line: bytes, dialect: Dialect) -> int | None:
    """The offset of the quote that a physical line leaves open; None where it leaves none."""
    data = np.frombuffer(line, np.uint8)
    quotes = _structural(data, _quotes(data, dialect), 0, ord(dialect.delimiter))
    return int(quotes[-1]) if len(quotes) % 2 else None
