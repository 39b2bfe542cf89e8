"""What the bytes of a block mean to framing: line ends, quotes, and what an escape makes literal.

A quote opens a quoted field only as the field's first byte; inside, two quotes are one; what follows a closing quote is
literal up to the next delimiter. An escape makes the byte behind it literal, inside quotes and outside. These are the
rules of Arrow's parser too.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Offsets = npt.NDArray[np.int64]
Bytes = npt.NDArray[np.uint8]

LF, CR = 10, 13
#: What `delimiter` and `encoding` say where each file shows its own, and the delimiters that are looked for.
AUTO = "auto"
DELIMITERS = (",", ";", "\t", "|")
_NONE = np.empty(0, np.int64)


@dataclass(frozen=True, slots=True)
class Dialect:
    """How the bytes of a dataset's files are laid out, and how much of them one record may take.

    `quote`, `escape` and `comment` are None where the format has none. `encoding`: what the bytes of a record are read
    with; `fallback`: what a record that is not UTF-8 is read with. AUTO as delimiter or encoding stands for what a file
    shows by itself, and is settled before framing (`stream.reading.sniffing`).
    """

    delimiter: str = ","
    quote: str | None = '"'
    header: bool = True
    record_bytes_max: int = 1 << 20
    escape: str | None = None
    comment: str | None = None
    skip_lines: int = 0
    encoding: str = "utf-8"
    fallback: str | None = None
    field_bytes_max: int = 1 << 20


@dataclass(frozen=True, slots=True)
class Marks:
    """A block and what stands in it.

    `text`: the block with a letter in place of each byte that an escape makes literal, so that whoever looks for a
    quote, a delimiter or a line end does not find these; `data`: the same as an array. `line_ends`: offsets behind all
    line ends; `record_ends`: behind those that are not escaped. `quotes`: offsets of the quote characters.
    `escapes`: of the escapes.
    """

    block: bytes
    text: bytes
    data: Bytes
    line_ends: Offsets
    record_ends: Offsets
    quotes: Offsets
    escapes: Offsets
    delimiter: int


def mark(block: bytes, dialect: Dialect, *, final: bool) -> Marks:
    """`block`, which begins where a record does; `final`: no byte will follow."""
    data = np.frombuffer(block, np.uint8)
    text, line_ends = block, _line_ends(block, data, final=final)
    record_ends, escapes = line_ends, _escapes(block, data, dialect)
    if escapes.size:
        data = data.copy()
        data[escapes[escapes + 1 < data.size] + 1] = _letter(dialect)
        text = data.tobytes()
        last = data[line_ends - 1]
        record_ends = line_ends[(last == LF) | (last == CR)]
    return Marks(
        block, text, data, line_ends, record_ends, _quotes(text, data, dialect), escapes, ord(dialect.delimiter)
    )


def _line_ends(block: bytes, data: Bytes, *, final: bool) -> Offsets:
    """Offsets behind each line end. A CR at the very end of a block may be half a CRLF: it counts only when final."""
    ends = np.flatnonzero(data == LF) + 1
    if b"\r" not in block:  # twenty times faster than looking for all of them
        return ends
    returns = np.flatnonzero(data == CR) + 1
    alone = np.append(data, 0)[returns] != LF
    if not final:
        alone &= returns < data.size
    return np.union1d(ends, returns[alone])


def _escapes(block: bytes, data: Bytes, dialect: Dialect) -> Offsets:
    """The escapes that are not themselves escaped: of each run of them the first, the third and so on."""
    if dialect.escape is None or dialect.escape.encode() not in block:
        return _NONE
    found = np.flatnonzero(data == ord(dialect.escape))
    places = np.arange(len(found))
    begins = np.append(True, np.diff(found) > 1)
    active: Offsets = found[(places - np.maximum.accumulate(np.where(begins, places, 0))) % 2 == 0]
    return active


def _letter(dialect: Dialect) -> int:
    """A letter that means nothing in the dialect."""
    meaning = (dialect.delimiter, dialect.quote, dialect.escape, dialect.comment)
    return next(ord(letter) for letter in "abcde" if letter not in meaning)


def _quotes(block: bytes, data: Bytes, dialect: Dialect) -> Offsets:
    if dialect.quote is None or dialect.quote.encode() not in block:
        return _NONE
    return np.flatnonzero(data == ord(dialect.quote))


def structural(marks: Marks) -> Offsets:
    """The quotes that open, close or double; literal ones (in the middle of an unquoted field) are left out.

    If every second quote stands where a field begins, or right behind the one before it (a doubled quote), all are
    structural. Only otherwise are they walked through one by one.
    """
    quotes = marks.quotes
    opening = quotes[0::2]
    before = marks.data[opening - 1]
    at_field = (before == marks.delimiter) | (before == LF) | (before == CR) | (opening == 0)
    at_field[1:] |= opening[1:] - 1 == quotes[1::2][: len(opening) - 1]
    if at_field.all():
        return quotes
    return np.array(walk(marks, quotes.tolist(), 0, inside=False)[0], np.int64)


def walk(marks: Marks, quotes: list[int], start: int, *, inside: bool) -> tuple[list[int], bool]:
    """The structural ones of `quotes`, and whether the last of them leaves a field open. `start`: where a record
    begins; `inside`: whether the first of them is within quotes."""
    field_starts = {marks.delimiter, LF, CR}
    text = marks.text
    kept: list[int] = []
    skip = -1
    for quote in quotes:
        if quote == skip:
            kept.append(quote)
        elif inside:
            doubled = text[quote + 1 : quote + 2] == text[quote : quote + 1]
            skip, inside = (quote + 1, True) if doubled else (-1, False)
            kept.append(quote)
        elif quote == start or text[quote - 1] in field_starts:
            inside = True
            kept.append(quote)
    return kept, inside


def runaway(marks: Marks, quotes: Offsets) -> int | None:
    """The offset of the first of the structural `quotes` that opens a field of several lines which goes on behind its
    closing quote."""
    if len(quotes) < 2:
        return None
    data, line_ends = marks.data, marks.line_ends
    opens, closers = quotes[0::2][: len(quotes) // 2], quotes[1::2]
    behind = data[np.minimum(closers + 1, data.size - 1)]
    goes_on = (behind != marks.delimiter) & (behind != LF) & (behind != CR) & (closers + 1 < data.size)
    goes_on[:-1] &= quotes[2::2][: len(closers) - 1] != closers[:-1] + 1  # else the quote is doubled
    if not goes_on.any():
        return None
    begins = np.append(True, opens[1:] != closers[:-1] + 1)
    first = opens[np.maximum.accumulate(np.where(begins, np.arange(len(opens)), 0))]
    spans = np.searchsorted(line_ends, closers, "right") > np.searchsorted(line_ends, first, "right")
    runaways = first[goes_on & spans]
    return int(runaways[0]) if runaways.size else None


def open_quote(line: bytes, dialect: Dialect) -> int | None:
    """The offset of the quote that a physical line leaves open; None where it leaves none."""
    quotes = structural(mark(line, dialect, final=True))
    return int(quotes[-1]) if len(quotes) % 2 else None
