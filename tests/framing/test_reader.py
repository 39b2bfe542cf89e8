"""A file read in small pieces gives what reading it whole gives: ids, rows, rejects, lines, bytes and digests."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sinks.files import Position
from sinks.ledger.record_index import RecordIndex, unpack
from tests.framing.landings import Reading, dataset, read_all, read_in_stages
from tests.framing.oracle import line_ends

PIECES = [b"a", b"b", b",", b",", b'"', b"\r", b"\n", b"\n", b"\r\n", "é".encode(), "😀".encode(), b"\0", b'"\n"']
BODIES = st.lists(st.sampled_from(PIECES), max_size=60).map(b"".join)
BEGINNINGS = st.sampled_from([b"x,y\n", b"x,y\r\n", b"x,y\r", b"\n\r\nx,y\n", b"\xef\xbb\xbfx,y\n", b'"x",\n"y"\n'])
FILES = st.tuples(BEGINNINGS, BODIES).map(b"".join)
SIZES = st.sampled_from([1, 2, 3, 5, 8, 30])
ROW_ID = 1 << 32


def whole(data: bytes, *, final: bool = True) -> Reading:
    """`data` read in one piece."""
    return read_all(data, dataset(), final=final)


@settings(max_examples=80, deadline=None)
@given(data=FILES, batch_bytes=SIZES, batch_rows=SIZES, final=st.booleans())
def test_small_pieces_hold_what_the_whole_holds(data: bytes, batch_bytes: int, batch_rows: int, final: bool) -> None:
    small = read_all(data, replace(dataset(), batch_bytes=batch_bytes, batch_rows=batch_rows), final=final)
    large = whole(data, final=final)
    assert small.rows == large.rows
    assert small.malformed == large.malformed
    assert small.events == large.events
    assert small.places == large.places
    assert small.end == large.end


@settings(max_examples=40, deadline=None)
@given(data=FILES, cuts=st.sets(st.integers(0, 80), max_size=4))
def test_a_file_that_grows_gives_what_the_finished_file_gives(data: bytes, cuts: set[int]) -> None:
    grown = read_in_stages([*(data[:cut] for cut in sorted(cuts)), data], dataset())
    assert (grown.rows, grown.malformed, grown.events) == (whole(data).rows, whole(data).malformed, whole(data).events)
    assert grown.places == whole(data).places


@settings(max_examples=40, deadline=None)
@given(data=FILES, batch_bytes=SIZES, batch_rows=SIZES)
def test_spans_follow_each_other_from_the_first_byte_and_record(data: bytes, batch_bytes: int, batch_rows: int) -> None:
    pieces = read_all(data, replace(dataset(), batch_bytes=batch_bytes, batch_rows=batch_rows)).pieces
    spans = [piece.span for piece in pieces]
    assert [(span.row_first, span.byte_start) for span in spans[:1]] in ([(1, 0)], [])
    for one, next_one in pairwise(spans):
        assert (one.row_first + one.row_count, one.byte_end) == (next_one.row_first, next_one.byte_start)
    assert all(0 < span.row_count <= batch_rows for span in spans)


@settings(max_examples=40, deadline=None)
@given(data=FILES, batch_bytes=SIZES, batch_rows=SIZES)
def test_a_digest_is_of_the_bytes_of_its_span(data: bytes, batch_bytes: int, batch_rows: int) -> None:
    for piece in read_all(data, replace(dataset(), batch_bytes=batch_bytes, batch_rows=batch_rows)).pieces:
        assert piece.digest == hashlib.sha256(data[piece.span.byte_start : piece.span.byte_end]).digest()


@settings(max_examples=40, deadline=None)
@given(data=FILES, batch_bytes=SIZES)
def test_the_index_gives_the_bytes_and_the_line_of_every_record(data: bytes, batch_bytes: int) -> None:
    reading = read_all(data, replace(dataset(), batch_bytes=batch_bytes))
    for line, start, _ in reading.places:
        assert line == line_ends(data[:start]) + 1
    kept = dict(reading.events)
    for row_id, (_, start, end) in enumerate(reading.places, ROW_ID + 1):
        if row_id in kept:
            assert kept[row_id] == data[start:end].rstrip(b"\r\n")
        else:
            alone = whole(b"x,y\n" + data[start:end])
            assert [alone.rows[0]["x"], alone.rows[0]["y"]] == row_of(reading, row_id)


def row_of(reading: Reading, row_id: int) -> list[str]:
    """The cells of one row."""
    return [cell for row in reading.rows if row["_id"] == row_id for name, cell in row.items() if name != "_id"]


@settings(max_examples=40, deadline=None)
@given(data=FILES, batch_bytes=SIZES)
def test_a_packed_index_is_unpacked_as_it_was(data: bytes, batch_bytes: int) -> None:
    for piece in read_all(data, replace(dataset(), batch_bytes=batch_bytes)).pieces:
        index, copy = piece.index, unpack(piece.index.pack(), len(piece.index), piece.index.lines_after)
        assert [copy.lines.tolist(), copy.starts.tolist(), copy.ends.tolist(), copy.lines_after] == [
            index.lines.tolist(),
            index.starts.tolist(),
            index.ends.tolist(),
            index.lines_after,
        ]


@pytest.mark.parametrize("offset", [0, 2**31 - 2, 2**31 + 1, 2**40])
def test_an_index_reaches_as_far_as_files_do(offset: int) -> None:
    lines, starts, ends = [offset + 2, offset + 5], [offset + 9, offset + 40], [offset + 30, 2**41]
    index = RecordIndex(np.array(lines), np.array(starts), np.array(ends), offset + 6)
    copy = unpack(index.pack(), 2, index.lines_after)
    assert [copy.lines.tolist(), copy.starts.tolist(), copy.ends.tolist()] == [lines, starts, ends]


@settings(max_examples=40, deadline=None)
@given(data=FILES, batch_bytes=SIZES)
def test_the_position_behind_a_piece_counts_its_records_bytes_and_lines(data: bytes, batch_bytes: int) -> None:
    records = 0
    for piece in read_all(data, replace(dataset(), batch_bytes=batch_bytes)).pieces:
        records += piece.span.row_count
        assert piece.end == Position(records, piece.span.byte_end, line_ends(data[: piece.span.byte_end]))
        assert piece.index.lines_after == piece.end.lines


def test_ids_count_from_one_within_the_file() -> None:
    assert [row["_id"] - ROW_ID for row in whole(b"x,y\n1,a\n\n2,b\n3\n4,c\n").rows] == [1, 2, 4]


@pytest.mark.parametrize("data", [b"x,y", b"x,y\n", b"x,y\r\n\r\n\n"])
def test_a_header_alone_has_no_records(data: bytes) -> None:
    reading = whole(data)
    assert reading.header is not None
    assert (reading.header.names, reading.pieces) == (("x", "y"), [])


def test_a_last_line_without_line_end_is_taken_only_when_the_file_is_finished() -> None:
    assert [row["x"] for row in whole(b"x,y\n1,a\n2,b", final=False).rows] == ["1"]
    assert [row["x"] for row in whole(b"x,y\n1,a\n2,b", final=True).rows] == ["1", "2"]


def test_blank_lines_between_two_pieces_belong_to_the_later_one() -> None:
    pieces = read_all(b"x,y\n1,a\n\n\r\n2,b\n\n", replace(dataset(), batch_rows=1)).pieces
    assert [(piece.span.byte_start, piece.span.byte_end) for piece in pieces] == [(0, 8), (8, 15)]


def test_reading_goes_on_where_it_was_left() -> None:
    grown = read_in_stages([b"x,y\n1,a\n2,", b"x,y\n1,a\n2,b\n3,c\n"], dataset())
    assert [row["y"] for row in grown.rows] == ["a", "b", "c"]
    assert [piece.span.row_first for piece in grown.pieces] == [1, 2]


def test_a_file_without_a_header_has_the_columns_of_the_contract() -> None:
    rows = read_all(b"1,a\n2,b\n", dataset(header=False)).rows
    assert [(row["x"], row["y"]) for row in rows] == [("1", "a"), ("2", "b")]
