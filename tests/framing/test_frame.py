"""Where records begin and end, against an independent reading of the rules."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from stream.reading.framing import Dialect, Frames, frame
from stream.reading.quoting import open_quote
from tests.framing.oracle import BYTES, DIALECTS, Record, line_ends, records

LIMITS = st.sampled_from([3, 5, 8, 20])


def framed(frames: Frames) -> list[Record]:
    """`frames` in the oracle's words; `consumed` apart."""
    places = zip(frames.starts.tolist(), frames.ends.tolist(), frames.lines_before.tolist(), strict=True)
    return [Record(start, end, line + 1, place in frames.faulty) for place, (start, end, line) in enumerate(places)]


def texts(data: bytes, dialect: Dialect | None = None, *, final: bool = True) -> list[bytes]:
    """The records of `data`, with their line ends."""
    frames = frame(data, dialect or Dialect(), final=final)
    return [data[start:end] for start, end in zip(frames.starts, frames.ends, strict=True)]


@settings(max_examples=300, deadline=None)
@given(data=BYTES, dialect=DIALECTS, final=st.booleans())
@example(data=b'a"b"\n"c\nd"e"\n,"""\n"\n', dialect=Dialect(), final=True)
@example(data=b'"\r\n"\r\r\n\r', dialect=Dialect(), final=False)
def test_records_are_where_the_rules_say(data: bytes, dialect: Dialect, final: bool) -> None:
    frames = frame(data, dialect, final=final)
    assert (framed(frames), frames.consumed) == records(data, dialect, final=final)


@settings(max_examples=200, deadline=None)
@given(data=BYTES, dialect=DIALECTS, limit=LIMITS, final=st.booleans())
def test_what_is_too_long_or_never_ends_costs_its_first_line(
    data: bytes, dialect: Dialect, limit: int, final: bool
) -> None:
    short = replace(dialect, record_bytes_max=limit)
    frames = frame(data, short, final=final)
    assert (framed(frames), frames.consumed) == records(data, short, final=final)


@settings(max_examples=100, deadline=None)
@given(data=BYTES, dialect=DIALECTS, limit=LIMITS)
def test_every_byte_of_a_finished_file_is_in_a_record_a_comment_or_a_blank_line(
    data: bytes, dialect: Dialect, limit: int
) -> None:
    frames = frame(data, replace(dialect, record_bytes_max=limit), final=True)
    assert frames.consumed == len(data)
    gaps = zip([0, *frames.ends.tolist()], [*frames.starts.tolist(), len(data)], strict=True)
    between = [line for start, end in gaps for line in data[start:end].splitlines()]
    assert all(line == b"" or chr(line[0]) == dialect.comment for line in between)


@settings(max_examples=100, deadline=None)
@given(data=BYTES, dialect=DIALECTS, limit=LIMITS, final=st.booleans())
def test_line_ends_are_counted_up_to_every_border(data: bytes, dialect: Dialect, limit: int, final: bool) -> None:
    frames = frame(data, replace(dialect, record_bytes_max=limit), final=final)
    assert frames.lines_before.tolist() == [line_ends(data[:start]) for start in frames.starts]
    assert frames.lines_through.tolist() == [line_ends(data[:end]) for end in frames.ends]
    assert frames.line_count == line_ends(data[: frames.consumed])


@settings(max_examples=100, deadline=None)
@given(data=BYTES, limit=LIMITS, cut=st.data())
def test_a_slice_holds_its_records_and_ends_with_the_last(data: bytes, limit: int, cut: st.DataObject) -> None:
    frames = frame(data + b"\na", Dialect(record_bytes_max=limit), final=True)
    first = cut.draw(st.integers(0, len(frames) - 1))
    last = cut.draw(st.integers(first + 1, len(frames)))
    part = frames.slice(first, last)
    assert framed(part) == framed(frames)[first:last]
    assert (part.consumed, part.line_count) == (frames.ends[last - 1], frames.lines_through[last - 1])


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"1,a\n2,b\n", [b"1,a\n", b"2,b\n"]),
        (b"1,a\r\n2,b\r\n", [b"1,a\r\n", b"2,b\r\n"]),
        (b"1,a\r2,b\r", [b"1,a\r", b"2,b\r"]),
        (b"1\n2\r3\r\n4", [b"1\n", b"2\r", b"3\r\n", b"4"]),
        (b'1,"a\nb"\n2,c\n', [b'1,"a\nb"\n', b"2,c\n"]),
        (b'1,"a\r\nb"\r\n', [b'1,"a\r\nb"\r\n']),
        (b'1,"a""\nb"\n2\n', [b'1,"a""\nb"\n', b"2\n"]),
        (b'1,""\n2\n', [b'1,""\n', b"2\n"]),
        (b'"""\n"\n2\n', [b'"""\n"\n', b"2\n"]),
        (b'1,a"b\n2"\n', [b'1,a"b\n', b'2"\n']),
        (b'1, "a\n2"\n', [b'1, "a\n', b'2"\n']),
        (b'1,"a"b"\n2\n', [b'1,"a"b"\n', b"2\n"]),
        (b'1,"a"b,"c\nd"\n', [b'1,"a"b,"c\nd"\n']),
    ],
)
def test_a_record_ends_at_a_line_end_outside_quotes(data: bytes, expected: list[bytes]) -> None:
    assert texts(data) == expected


def test_without_a_quote_character_every_line_is_a_record() -> None:
    assert texts(b'1,"a\nb"\n', Dialect(quote=None)) == [b'1,"a\n', b'b"\n']


def test_another_delimiter_decides_where_a_field_begins() -> None:
    data = b'1,"a\nb"\n'
    assert texts(data, Dialect(delimiter=";")) == [b'1,"a\n', b'b"\n']


@pytest.mark.parametrize("data", [b"", b"\n", b"\r", b"\r\n", b"\n\n\r\n\r\r\n"])
def test_blank_lines_are_no_records_and_are_consumed(data: bytes) -> None:
    frames = frame(data, Dialect(), final=True)
    assert (len(frames), frames.consumed, frames.line_count) == (0, len(data), line_ends(data))


def test_a_line_of_blanks_is_a_record() -> None:
    assert texts(b"a\n  \n\t\nb\n") == [b"a\n", b"  \n", b"\t\n", b"b\n"]


def test_blank_lines_count_as_lines() -> None:
    assert [record.line for record in framed(frame(b"\r\n\n1\n\r\n2\n", Dialect(), final=True))] == [3, 5]


def test_a_last_line_without_line_end_waits_until_nothing_follows() -> None:
    assert texts(b"1\n2", final=False) == [b"1\n"]
    assert texts(b"1\n2", final=True) == [b"1\n", b"2"]


def test_a_carriage_return_at_the_end_waits_for_its_line_feed() -> None:
    assert texts(b"1\r", final=False) == []
    assert texts(b"1\r", final=True) == [b"1\r"]


def test_an_open_quote_waits_until_nothing_follows_and_costs_one_line_then() -> None:
    data = b'1,"a\n2,b\n3'
    assert texts(data, final=False) == []
    assert [(record.line, record.faulty) for record in framed(frame(data, Dialect(), final=True))] == [
        (1, True),
        (2, False),
        (3, False),
    ]


def test_a_record_may_be_as_long_as_the_limit_line_end_included() -> None:
    data = b"1234567\n12345678\n"
    assert frame(data, Dialect(record_bytes_max=8), final=True).faulty == (1,)


@pytest.mark.timeout(4)
def test_framing_takes_time_in_proportion_to_the_bytes_even_where_every_line_leaves_a_quote_open() -> None:
    """Whether the line begins inside quotes or outside, it ends inside: no record ever ends."""
    lines = 6_000
    assert len(frame(b'a","b\n' * lines, Dialect(), final=True).faulty) == lines


@pytest.mark.parametrize(
    ("line", "offset"),
    [(b'1,"a\n', 2), (b'"', 0), (b'1,"a"\n', None), (b'1,"a""\n', 5), (b'a"b\n', None), (b'"a","b\n', 4), (b"", None)],
)
def test_the_quote_that_a_line_leaves_open_is_found(line: bytes, offset: int | None) -> None:
    assert open_quote(line, Dialect()) == offset
