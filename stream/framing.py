"""Finding the records in a block of CSV bytes, without parsing them.

A record ends at LF, CRLF or a lone CR that is not inside quotes (RFC 4180, with the line ends found in the wild). A
quote opens a quoted field only as the field's first byte; inside, two quotes are one; what follows a closing quote is
literal up to the next delimiter. These are the rules of Arrow's parser too, which reads the records afterwards, so the
two never disagree about where a record ends. Stricter than Arrow: a field that goes on behind its closing quote may not
span lines. There a quote was left open, and the opening quote of a later field closes it, good records in between.

A block may be cut anywhere: what lies behind the last complete record is left for the next block. Blank lines are no
records. A record longer than `record_bytes_max` is given up: its first physical line is set aside as a fault and
reading goes on behind it, so an unterminated quote costs one line and never swallows a file. The same is done with a
record that holds a field of the kind above.
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
    line_ends = _line_ends(block, data, final=final)
    quotes = _quotes(block, data, dialect)
    borders, complete = _borders(data, line_ends, quotes, dialect, final=final)
    starts, ends, position = borders[:-1], borders[1:], int(borders[-1])
    faulty: list[int] = []
    if not complete:
        lines = _by_lines(block, line_ends, quotes, position, dialect, final=final)
        starts = np.append(starts, np.array(lines.starts, np.int64))
        ends = np.append(ends, np.array(lines.ends, np.int64))
        faulty, position = lines.faulty, lines.consumed
    return _collect(data, line_ends, starts, ends, faulty, position)


def _borders(
    data: npt.NDArray[np.uint8], line_ends: Offsets, quotes: Offsets, dialect: Dialect, *, final: bool
) -> tuple[Offsets, bool]:
    """Record borders from the block's first byte on, and whether the rest was dealt with: it was not where the record
    behind the last border is longer than a record may be, or never ends."""
    limit = dialect.record_bytes_max
    quotes = _structural(data, quotes, 0, ord(dialect.delimiter))
    outside = line_ends[np.searchsorted(quotes, line_ends) % 2 == 0] if quotes.size else line_ends
    found = np.append(0, outside)
    if final and found[-1] < data.size and len(quotes) % 2 == 0:
        found = np.append(found, data.size)
    runaway = _runaway(data, line_ends, quotes, ord(dialect.delimiter))
    complete = runaway is None or runaway >= found[-1]
    if runaway is not None and not complete:
        found = found[: np.searchsorted(found, runaway, "right")]
    too_long = np.flatnonzero(np.diff(found) > limit)
    if too_long.size:
        return found[: too_long[0] + 1], False
    left = data.size - int(found[-1])
    return found, complete and left <= limit and not (final and left)


def _runaway(data: npt.NDArray[np.uint8], line_ends: Offsets, quotes: Offsets, delimiter: int) -> int | None:
    """The offset of the first structural quote that opens a field of several lines which goes on behind its closing
    quote."""
    if len(quotes) < 2:
        return None
    opens, closers = quotes[0::2][: len(quotes) // 2], quotes[1::2]
    behind = data[np.minimum(closers + 1, data.size - 1)]
    goes_on = (behind != delimiter) & (behind != _LF) & (behind != _CR) & (closers + 1 < data.size)
    goes_on[:-1] &= quotes[2::2][: len(closers) - 1] != closers[:-1] + 1  # else the quote is doubled
    if not goes_on.any():
        return None
    begins = np.append(True, opens[1:] != closers[:-1] + 1)
    first = opens[np.maximum.accumulate(np.where(begins, np.arange(len(opens)), 0))]
    spans = np.searchsorted(line_ends, closers, "right") > np.searchsorted(line_ends, first, "right")
    runaways = first[goes_on & spans]
    return int(runaways[0]) if runaways.size else None


@dataclass(slots=True)
class _Lines:
    """Records found line by line; `faulty`: the starts of those given up."""

    starts: list[int]
    ends: list[int]
    faulty: list[int]
    consumed: int


def _by_lines(
    block: bytes, line_ends: Offsets, quotes: Offsets, start: int, dialect: Dialect, *, final: bool
) -> _Lines:
    """The records from `start` on, where a record is given up: the slow way, in time proportional to the bytes.

    What a physical line makes of the quoting is worked out twice, as if it began outside quotes and as if it began
    inside. A record that its first line leaves open ends with the next line that, begun inside, ends outside.
    """
    ends = line_ends[np.searchsorted(line_ends, start, "right") :]
    if final and (not ends.size or ends[-1] < len(block)):
        ends = np.append(ends, len(block))
    starts = np.append(start, ends)[:-1]
    opens, closers = _effects(block, starts, ends, quotes, ord(dialect.delimiter))
    limit, line, found = dialect.record_bytes_max, 0, _Lines([], [], [], start)
    while line < len(starts):
        first, last = int(starts[line]), line
        if opens[line]:
            later = np.searchsorted(closers, line + 1)
            last = int(closers[later]) if later < closers.size else len(starts)
        if last == len(starts) and not final and len(block) - first <= limit:
            break
        if (
            last == len(starts)
            or ends[last] - first > limit
            or (last > line and _runs_away(block[first : ends[last]], dialect))
        ):
            last = line
            found.faulty.append(first)
        found.starts.append(first)
        found.ends.append(int(ends[last]))
        found.consumed, line = int(ends[last]), last + 1
    return found


def _runs_away(record: bytes, dialect: Dialect) -> bool:
    """Whether the record holds a field of several lines which goes on behind its closing quote."""
    data = np.frombuffer(record, np.uint8)
    quotes = _structural(data, _quotes(record, data, dialect), 0, ord(dialect.delimiter))
    return _runaway(data, _line_ends(record, data, final=True), quotes, ord(dialect.delimiter)) is not None


def _effects(
    block: bytes, starts: Offsets, ends: Offsets, quotes: Offsets, delimiter: int
) -> tuple[npt.NDArray[np.bool_], Offsets]:
    """Which lines, begun outside quotes, end inside; and the places of those that, begun inside, end outside."""
    opens = np.zeros(len(starts), np.bool_)
    closers: list[int] = []
    firsts, lasts = np.searchsorted(quotes, starts), np.searchsorted(quotes, ends)
    for line in np.flatnonzero(firsts < lasts).tolist():
        inside = quotes[firsts[line] : lasts[line]].tolist()
        opens[line] = _walk(block, inside, int(starts[line]), delimiter, inside=False)[1]
        if not _walk(block, inside, int(starts[line]), delimiter, inside=True)[1]:
            closers.append(line)
    return opens, np.array(closers, np.int64)


def _collect(
    data: npt.NDArray[np.uint8], line_ends: Offsets, starts: Offsets, ends: Offsets, faulty: list[int], consumed: int
) -> Frames:
    filled = ~_blank(data, starts, ends)
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
    )


def _line_ends(block: bytes, data: npt.NDArray[np.uint8], *, final: bool) -> Offsets:
    """Offsets behind each line end. A CR at the very end of a block may be half a CRLF: it counts only when final."""
    ends = np.flatnonzero(data == _LF) + 1
    if b"\r" not in block:  # twenty times faster than looking for all of them
        return ends
    returns = np.flatnonzero(data == _CR) + 1
    alone = np.append(data, 0)[returns] != _LF
    if not final:
        alone &= returns < data.size
    return np.union1d(ends, returns[alone])


def _quotes(block: bytes, data: npt.NDArray[np.uint8], dialect: Dialect) -> Offsets:
    if dialect.quote is None or dialect.quote.encode() not in block:
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
    if at_field.all():
        return quotes
    return np.array(_walk(data.tobytes(), quotes.tolist(), start, delimiter, inside=False)[0], np.int64)


def _walk(block: bytes, quotes: list[int], start: int, delimiter: int, *, inside: bool) -> tuple[list[int], bool]:
    """The structural ones of `quotes`, and whether the last of them leaves a field open; `inside`: whether `start` is
    within quotes."""
    field_starts = {delimiter, _LF, _CR}
    kept: list[int] = []
    skip = -1
    for quote in quotes:
        if quote == skip:
            kept.append(quote)
        elif inside:
            doubled = block[quote + 1 : quote + 2] == block[quote : quote + 1]
            skip, inside = (quote + 1, True) if doubled else (-1, False)
            kept.append(quote)
        elif quote == start or block[quote - 1] in field_starts:
            inside = True
            kept.append(quote)
    return kept, inside


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
    quotes = _structural(data, _quotes(line, data, dialect), 0, ord(dialect.delimiter))
    return int(quotes[-1]) if len(quotes) % 2 else None
