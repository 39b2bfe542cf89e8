"""What strangers may write without end costs one reject, the same one whatever the batches, and bounded memory."""

from __future__ import annotations

import gzip
import hashlib
import os
import tracemalloc
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from sinks.files import File, Position
from stream.config import Dataset
from stream.reading.header import read_header
from stream.reading.reader import Reader
from stream.reading.sniffing import lay_out
from stream.reading.source import LandingFile
from tests.framing.landings import Reading, dataset, read_all, read_in_stages
from tests.framing.oracle import line_ends
from tests.framing.test_compression import bzip2, zstd

MEGABYTE = 1 << 20
LIMIT = 16
PIECES = [b"a", b",", b'"', b"\r", b"\n", b"\r\n", "é".encode(), b"a" * 9, b"b" * 17]
BODIES = st.lists(st.sampled_from(PIECES), max_size=30).map(b"".join)
SIZES = st.sampled_from([1, 3, 8, 17, 40])


def short(batch_bytes: int = 1 << 30) -> Dataset:
    """Records of up to 16 bytes."""
    return replace(dataset(record_bytes_max=LIMIT), batch_bytes=batch_bytes)


def outcome(reading: Reading) -> list[object]:
    """All that must not depend on how a file is read."""
    return [reading.rows, reading.malformed, reading.events, reading.places, reading.end]


@settings(max_examples=150, deadline=None)
@given(body=BODIES, batch_bytes=SIZES, final=st.booleans())
@example(body=b'"aaaaaaaaaaaaaaaaa"\n', batch_bytes=1, final=True)
@example(body=b"a" * 20, batch_bytes=1, final=True)
@example(body="aaaaaaaaaaaaaaaé\n".encode(), batch_bytes=1, final=True)
def test_what_is_too_long_is_rejected_alike_whatever_the_batch_size(body: bytes, batch_bytes: int, final: bool) -> None:
    data = b"x,y\n" + body
    assert outcome(read_all(data, short(batch_bytes), final=final)) == outcome(read_all(data, short(), final=final))


@settings(max_examples=100, deadline=None)
@given(body=BODIES, cuts=st.sets(st.integers(4, 60), max_size=3))
@example(body=b"a" * 20 + b"\r\n1,2\n", cuts={25})
def test_what_is_too_long_is_rejected_alike_while_the_file_grows(body: bytes, cuts: set[int]) -> None:
    data = b"x,y\n" + body
    grown = read_in_stages([*(data[:cut] for cut in sorted(cuts)), data], short(1))
    assert outcome(grown) == outcome(read_all(data, short(1)))


@settings(max_examples=100, deadline=None)
@given(body=BODIES, batch_bytes=SIZES)
def test_lines_are_counted_through_what_is_too_long(body: bytes, batch_bytes: int) -> None:
    data = b"x,y\n" + body
    for piece in read_all(data, short(batch_bytes)).pieces:
        assert piece.end.lines == piece.index.lines_after == line_ends(data[: piece.span.byte_end])
        assert piece.digest == hashlib.sha256(data[piece.span.byte_start : piece.span.byte_end]).digest()


@pytest.mark.parametrize("batch_bytes", [1, 8, LIMIT, LIMIT + 1, 1000])
def test_a_line_that_is_too_long_costs_one_reject_with_its_beginning(batch_bytes: int) -> None:
    line = b"0123456789" * 5
    reading = read_all(b"x,y\n1,a\n" + line + b"\n2,b\n", short(batch_bytes))
    assert [row["x"] for row in reading.rows] == ["1", "2"]
    assert [rule for _, rule, _ in reading.malformed] == ["record_too_long"]
    assert [raw for _, raw in reading.events] == [line[:LIMIT]]
    assert reading.places[1] == (3, 8, 8 + len(line) + 1)


@pytest.mark.parametrize("batch_bytes", [1, 8, LIMIT, 1000])
@pytest.mark.parametrize("line", [b'2,"never closed', b'"', b'"a","b'])
def test_a_quote_that_is_never_closed_costs_its_line(line: bytes, batch_bytes: int) -> None:
    reading = read_all(b"x,y\n1,a\n" + line + b"\n3,b\n4,c\n5,d\n6,e\n", short(batch_bytes))
    assert [row["x"] for row in reading.rows] == ["1", "3", "4", "5", "6"]
    assert [rule for _, rule, _ in reading.malformed] == ["unterminated_quote"]
    assert [raw for _, raw in reading.events] == [line]


def test_a_record_as_long_as_the_limit_is_taken() -> None:
    reading = read_all(b"x,y\n1,345678901234\r\n1,3456789012345\r\n", short())
    assert [row["y"] for row in reading.rows] == ["345678901234"]
    assert [rule for _, rule, _ in reading.malformed] == ["record_too_long"]


@pytest.mark.parametrize("batch_bytes", [8, MEGABYTE, 1 << 30])
def test_a_line_end_of_two_bytes_is_one_line_end_wherever_blocks_are_cut(batch_bytes: int) -> None:
    """Line ends are looked for a megabyte at a time; here the CR is the last byte of one."""
    data = b"x,y\n" + b"a" * (MEGABYTE - 1) + b"\r\n1,2\n"
    reading = read_all(data, replace(dataset(record_bytes_max=64), batch_bytes=batch_bytes))
    assert reading.places == [(2, 4, 4 + MEGABYTE + 1), (3, 4 + MEGABYTE + 1, len(data))]


def test_a_last_line_that_is_too_long_is_held_until_the_file_is_finished() -> None:
    data = b"x,y\n1,a\n" + b"b" * 100
    assert read_all(data, short(1), final=False).malformed == []
    assert len(read_all(data, short(1), final=True).malformed) == 1


@contextmanager
def peak_memory_below(limit: int) -> Iterator[None]:
    """Fails where what Python and numpy allocate within grows beyond `limit` bytes."""
    tracemalloc.start()
    try:
        yield
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < limit


def count(folder: Path, how: Dataset) -> tuple[int, int]:
    """How many rows and how many rejects the landing file has, with one piece in memory at a time."""
    rows = rejects = 0
    with LandingFile(os.fsencode(folder), b"file.csv") as opened:
        source = lay_out(opened, how, None, final=True).source
        header = read_header(source, how, final=True)
        assert header is not None
        file = File(1, how.name, "file.csv", 1, "2026-11-21", header.names)
        for piece in Reader(source, how, file, Position(), header.end, final=True):
            rows += piece.records.rows.num_rows
            rejects += piece.records.malformed.num_rows
    return rows, rejects


@pytest.mark.parametrize(
    ("middle", "rejects"),
    [(b"a" * MEGABYTE, 1), (b'1,"' + b"a" * MEGABYTE, 1), (b"\n" * MEGABYTE, 0), (b"\0" * MEGABYTE, 1)],
    ids=["one line", "an open quote", "blank lines", "zeros"],
)
def test_megabytes_of_nothing_take_bounded_memory(tmp_path: Path, middle: bytes, rejects: int) -> None:
    with (tmp_path / "file.csv").open("wb") as out:
        out.write(b"x,y\n1,a\n" + middle[:3])
        out.writelines([middle[3:]] * 24)
        out.write(b"\n2,b\n")
    how = replace(dataset(record_bytes_max=1 << 16), batch_bytes=1 << 16)
    with peak_memory_below(8 * MEGABYTE):
        assert count(tmp_path, how) == (2, rejects)


@pytest.mark.parametrize("compress", [gzip.compress, bzip2, zstd])
def test_a_file_that_expands_a_thousandfold_takes_bounded_memory(
    tmp_path: Path, compress: Callable[[bytes], bytes]
) -> None:
    lines = b"x,y\n1,a\n" + bytes(24 * MEGABYTE) + b"\n2,b\n"
    (tmp_path / "file.csv").write_bytes(compress(lines))
    del lines
    how = replace(dataset(record_bytes_max=1 << 16), batch_bytes=1 << 16)
    with peak_memory_below(8 * MEGABYTE):
        assert count(tmp_path, how) == (2, 1)
