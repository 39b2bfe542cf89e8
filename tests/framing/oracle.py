"""Framing once more, a byte at a time and as slow as that is: what `stream.reading.framing` has to agree with.

A field is in one of three states: at its first byte, inside quotes, or in literal text. Only at its first byte does a
quote open it; inside, two quotes are one; behind a closing quote all is literal up to the next delimiter or line end.
In each state an escape makes the next byte literal. A line that begins with the comment character where a record would
is none.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from hypothesis import strategies as st

from stream.reading.framing import Dialect

LINE_END = re.compile(rb"\r\n|\n|\r")
BLANK = (b"\n", b"\r", b"\r\n")
#: Bytes that matter to framing, and few others.
PIECES = [bytes([byte]) for byte in b'ab,"\r\n;\\#'] + [b"\r\n", b'""', b',"', b'"\n', b"\\\n", b'\n#"', b"\n#\\\n"]
BYTES = st.lists(st.sampled_from(PIECES)).map(b"".join)
DIALECTS = st.builds(
    Dialect,
    delimiter=st.sampled_from(",,;"),
    quote=st.sampled_from(['"', '"', '"', None]),
    escape=st.sampled_from([None, "\\"]),
    comment=st.sampled_from([None, "#"]),
)


@dataclass(frozen=True)
class Record:
    """A record's place, its line (from 1), and whether it was given up."""

    start: int
    end: int
    line: int
    faulty: bool = False


def records(data: bytes, dialect: Dialect, *, final: bool) -> tuple[list[Record], int]:
    """The records of `data`, blank lines and comments left out, and how many bytes were dealt with."""
    found, start, limit = [], 0, dialect.record_bytes_max
    while start < len(data):
        if chr(data[start]) == dialect.comment:
            end = line_end(data, start, final=final)
            if end is None:
                break
            start = end
            continue
        end = record_end(data, start, dialect, final=final)
        faulty = end is None or end - start > limit or runs_away(data[start:end], dialect)
        if faulty and (end is not None or final or len(data) - start > limit):
            end = line_end(data, start, final=final)
        if end is None:
            break
        if data[start:end] not in BLANK:
            found.append(Record(start, end, line_ends(data[:start]) + 1, faulty))
        start = end
    return found, start


def runs_away(record: bytes, dialect: Dialect) -> bool:
    """Whether a field of the record spans lines and goes on behind its closing quote."""
    at, state, opened = 0, "first", 0
    while at < len(record):
        if state != "inside" and record[at : at + 1] in (b"\r", b"\n"):
            return False
        was, here = state, at
        at, state = step(record, at, state, dialect)
        if was == "first" and state == "inside":
            opened = here
        closed = was == "inside" and state != "inside"
        goes_on = record[at : at + 1] not in (b"", b"\r", b"\n", dialect.delimiter.encode())
        if closed and goes_on and LINE_END.search(record, opened, here):
            return True
    return False


def record_end(data: bytes, start: int, dialect: Dialect, *, final: bool) -> int | None:
    """The offset behind the record that begins at `start`; None where it does not end."""
    at, state = start, "first"
    while at < len(data):
        if state != "inside" and data[at : at + 1] in (b"\r", b"\n"):
            return line_end(data, at, final=final)
        at, state = step(data, at, state, dialect)
    return len(data) if final and state != "inside" else None


def step(data: bytes, at: int, state: str, dialect: Dialect) -> tuple[int, str]:
    """One byte on, or two where a quote is doubled or a byte is escaped."""
    byte = chr(data[at])
    if byte == dialect.escape:
        return min(at + 2, len(data)), "inside" if state == "inside" else "literal"
    if state == "inside":
        if byte != dialect.quote:
            return at + 1, "inside"
        doubled = data[at + 1 : at + 2] == data[at : at + 1]
        return (at + 2, "inside") if doubled else (at + 1, "literal")
    if byte == dialect.delimiter:
        return at + 1, "first"
    return at + 1, "inside" if byte == dialect.quote and state == "first" else "literal"


def line_end(data: bytes, start: int, *, final: bool) -> int | None:
    """The offset behind the first line end from `start` on. A CR that comes last may be half a CRLF, unless final."""
    match = LINE_END.search(data, start)
    if match is None or (match[0] == b"\r" and match.end() == len(data) and not final):
        return len(data) if final else None
    return match.end()


def line_ends(data: bytes) -> int:
    """How many line ends there are."""
    return len(LINE_END.findall(data))


def fields(record: bytes, dialect: Dialect) -> list[bytes]:
    """The fields of one record, unquoted and without escapes. An escape that nothing follows means nothing."""
    cells, at, state = [b""], 0, "first"
    while at < len(record) and not (state != "inside" and record[at : at + 1] in (b"\r", b"\n")):
        then, after = step(record, at, state, dialect)
        escaped = chr(record[at]) == dialect.escape
        if after == "first":
            cells.append(b"")
        elif escaped:
            cells[-1] += record[at + 1 : then]
        elif state == after or (state, after) == ("first", "literal"):
            cells[-1] += record[then - 1 : then]
        at, state = then, after
    return cells
