"""Compressed files give the bytes they were made from, in bounded memory, and what is there of one that breaks off."""

from __future__ import annotations

import bz2
import gzip
from collections.abc import Callable
from random import Random
from typing import TypeAlias

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from processors.errors import SourceError
from stream.reading.compression import compression_of, expanded

Compress: TypeAlias = Callable[[bytes], bytes]


def zstd(data: bytes) -> bytes:
    """A frame of Zstandard, written as a stream."""
    out = pa.BufferOutputStream()
    with pa.CompressedOutputStream(out, "zstd") as stream:
        stream.write(data)
    compressed: bytes = out.getvalue().to_pybytes()
    return compressed


def bzip2(data: bytes) -> bytes:
    """With the smallest blocks, of which only whole ones can be expanded."""
    return bz2.compress(data, 1)


COMPRESSIONS: dict[str, Compress] = {"gzip": gzip.compress, "bzip2": bzip2, "zstd": zstd}
EACH = pytest.mark.parametrize("compression", COMPRESSIONS)
#: Half of it can be compressed, half of it cannot; more than any chunk.
CONTENT = Random(1).randbytes(400_000) + b"1,2,3\n" * 100_000


def reading(data: bytes) -> Callable[[int, int], bytes]:
    """What reads from `data` as a file is read."""
    return lambda start, end: data[start:end]


def expand(compressed: bytes) -> tuple[bytes, type[Exception] | None]:
    """What can be had, and how it ended."""
    compression = compression_of(compressed)
    assert compression is not None
    found = bytearray()
    try:
        for chunk in expanded(reading(compressed), compression):
            found += chunk
    except (EOFError, SourceError) as error:
        return bytes(found), type(error)
    return bytes(found), None


@EACH
@pytest.mark.parametrize("content", [b"", b"x", CONTENT], ids=["nothing", "a byte", "a megabyte"])
def test_what_was_compressed_is_had_back(compression: str, content: bytes) -> None:
    compressed = COMPRESSIONS[compression](content)
    assert compression_of(compressed[:10]) == compression
    assert expand(compressed) == (content, None)


@EACH
def test_members_that_follow_each_other_are_one_stream(compression: str) -> None:
    compress = COMPRESSIONS[compression]
    members = compress(CONTENT[:300_000]) + compress(b"") + compress(CONTENT[300_000:])
    assert expand(members) == (CONTENT, None)


@settings(max_examples=40, deadline=None)
@given(compression=st.sampled_from(sorted(COMPRESSIONS)), share=st.floats(0, 1, exclude_max=True))
def test_a_stream_that_breaks_off_gives_a_beginning_and_says_so(compression: str, share: float) -> None:
    content = CONTENT[350_000:550_000]
    compressed = COMPRESSIONS[compression](content)
    beginning, ended = expand(compressed[: max(10, int(share * len(compressed)))])
    assert ended is EOFError
    assert content.startswith(beginning)


def test_all_that_a_broken_stream_holds_is_given() -> None:
    """Only the end of its checksum is missing."""
    assert expand(gzip.compress(CONTENT)[:-1]) == (CONTENT, EOFError)


@EACH
def test_the_more_of_a_stream_there_is_the_more_is_given(compression: str) -> None:
    compressed = COMPRESSIONS[compression](CONTENT)
    sizes = [len(expand(compressed[:cut])[0]) for cut in range(10, len(compressed), len(compressed) // 20)]
    assert sizes == sorted(sizes)
    assert 0 < sizes[-1] <= len(CONTENT)


@pytest.mark.parametrize("compression", ["gzip", "bzip2"])
def test_zeros_behind_the_end_are_passed_over(compression: str) -> None:
    assert expand(COMPRESSIONS[compression](b"abc") + b"\0" * 100_000) == (b"abc", None)


@EACH
def test_something_else_behind_the_end_is_damage(compression: str) -> None:
    assert expand(COMPRESSIONS[compression](b"abc") + b"something else") == (b"abc", SourceError)


@EACH
def test_a_second_member_that_has_only_begun_breaks_off(compression: str) -> None:
    compressed = COMPRESSIONS[compression](b"abc")
    assert expand(compressed + compressed[:1]) == (b"abc", EOFError)


@EACH
def test_damage_is_told_with_its_place(compression: str) -> None:
    damaged = bytearray(COMPRESSIONS[compression](CONTENT))
    damaged[6:20] = b"\xff" * 14
    with pytest.raises(SourceError, match=rf"its {compression} stream is damaged before byte \d+ of the file"):
        list(expanded(reading(bytes(damaged)), compression))


def test_all_that_stands_before_damage_is_given() -> None:
    """Only the checksum is wrong."""
    compressed = gzip.compress(CONTENT)
    assert expand(compressed[:-8] + bytes(8)) == (CONTENT, SourceError)


@settings(max_examples=40, deadline=None)
@given(compression=st.sampled_from(["gzip", "bzip2"]), share=st.floats(0, 1), cut=st.floats(0, 1))
def test_damage_takes_nothing_away_that_was_given_before_it_was_there(
    compression: str, share: float, cut: float
) -> None:
    """So that what was loaded of a file while it was written is found again when it is whole."""
    whole = COMPRESSIONS[compression](b"abc") + COMPRESSIONS[compression](CONTENT[350_000:550_000])
    at = 40 + int(share * (len(whole) - 80))
    damaged = whole[:at] + bytes(byte ^ 0xFF for byte in whole[at : at + 20]) + whole[at + 20 :]
    before, _ = expand(damaged[: max(10, int(cut * len(damaged)))])
    assert expand(damaged)[0].startswith(before)


@EACH
def test_chunks_are_small_whatever_they_were_made_from(compression: str) -> None:
    bomb = COMPRESSIONS[compression](bytes(50_000_000))
    assert max(len(chunk) for chunk in expanded(reading(bomb), compression)) <= 1 << 18


@pytest.mark.parametrize("beginning", [b"", b"x,y\n1,2\n", b"BZhours,id\n", b"\x1f", b"(\xb5,x\n", b"\x1f\x8b\x09"])
def test_text_is_not_taken_for_compressed(beginning: bytes) -> None:
    assert compression_of(beginning) is None
