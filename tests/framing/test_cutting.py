"""Cutting a stream anywhere and framing it block by block gives what framing the whole gives."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stream.reading.framing import Dialect, frame
from tests.framing.oracle import BYTES, DIALECTS, Record


def framed_in_blocks(data: bytes, cuts: Iterable[int], dialect: Dialect) -> list[Record]:
    """Each block is what the one before left over, and the bytes up to the next cut."""
    found: list[Record] = []
    begin = lines = 0
    for cut in [*sorted(cuts), len(data)]:
        frames = frame(data[begin:cut], dialect, final=cut == len(data))
        for place, (start, end) in enumerate(zip(frames.starts.tolist(), frames.ends.tolist(), strict=True)):
            line = lines + int(frames.lines_before[place]) + 1
            found.append(Record(begin + start, begin + end, line, place in frames.faulty))
        begin, lines = begin + frames.consumed, lines + frames.line_count
        if cut == len(data):
            break
    return found


@settings(max_examples=100, deadline=None)
@given(data=BYTES, dialect=DIALECTS)
def test_one_cut_at_any_place_changes_nothing(data: bytes, dialect: Dialect) -> None:
    whole = framed_in_blocks(data, (), dialect)
    assert all(framed_in_blocks(data, [cut], dialect) == whole for cut in range(len(data)))


@settings(max_examples=100, deadline=None)
@given(data=BYTES, dialect=DIALECTS, cuts=st.sets(st.integers(0, 200)))
def test_many_cuts_change_nothing(data: bytes, dialect: Dialect, cuts: set[int]) -> None:
    inside = [cut for cut in cuts if cut < len(data)]
    assert framed_in_blocks(data, inside, dialect) == framed_in_blocks(data, (), dialect)


@settings(max_examples=100, deadline=None)
@given(data=BYTES, dialect=DIALECTS, limit=st.sampled_from([3, 5, 8, 20]))
def test_the_same_records_are_given_up_wherever_the_cut_is(data: bytes, dialect: Dialect, limit: int) -> None:
    short = replace(dialect, record_bytes_max=limit)
    whole = framed_in_blocks(data, (), short)
    assert framed_in_blocks(data, range(len(data)), short) == whole
    assert all(framed_in_blocks(data, [cut], short) == whole for cut in range(len(data)))


@pytest.mark.parametrize(
    "data",
    [
        b'1,"a\r\nb"\r\n2,c\r\n',
        b"1,a\r\n\r\n2,b\r\n",
        b"1,a\r\r2,b\r",
        "1,Ø\n2,😀\n3,é".encode(),
        b'"a""b","""\n"""\n"",x\n',
        b'1,a"b"c\n"d"e"f\n',
        b'ok\n1,"never closed\n2,b\n3,c\n',
        b"\xef\xbb\xbf1,a\n\xff\xfe,b\n\x00\n",
    ],
    ids=["quoted CRLF", "CRLF", "CR", "UTF-8", "doubled quotes", "literal quotes", "open quote", "no text"],
)
def test_a_cut_between_any_two_bytes_changes_nothing(data: bytes) -> None:
    whole = framed_in_blocks(data, (), Dialect())
    assert all(framed_in_blocks(data, [cut], Dialect()) == whole for cut in range(len(data)))
    assert framed_in_blocks(data, range(len(data)), Dialect()) == whole


def test_nothing_is_taken_before_its_line_end_has_come() -> None:
    for cut in range(6):
        assert len(frame(b"1,abc\n"[:cut], Dialect(), final=False)) == 0
