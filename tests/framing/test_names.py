"""File names are any bytes; inside they are text that is safe to print and gives the bytes back."""

from __future__ import annotations

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from stream.landing.names import original, printable

PATHS = st.binary(max_size=30) | st.lists(
    st.sampled_from(
        [b"\\", b"x41", b"\\x", b"\\\\", b"\xff", b"\n", b"\x1b[31m", "é".encode(), "\u202e".encode(), b"/", b"a"]
    )
).map(b"".join)


@settings(max_examples=500, deadline=None)
@given(path=PATHS)
@example(path=b"\\xff")
@example(path=b"\\\\xff\xff")
@example(path=b"\xed\xa0\x80")
def test_the_bytes_come_back(path: bytes) -> None:
    assert original(printable(path)) == path


@settings(max_examples=500, deadline=None)
@given(path=PATHS)
def test_every_character_can_be_printed(path: bytes) -> None:
    text = printable(path)
    assert text.isprintable()
    assert text.encode("utf-8").decode("utf-8") == text


@settings(max_examples=300, deadline=None)
@given(one=PATHS, other=PATHS)
def test_two_names_never_look_the_same(one: bytes, other: bytes) -> None:
    assert (printable(one) == printable(other)) == (one == other)


@pytest.mark.parametrize(
    ("path", "text"),
    [
        (b"orders/2026-11-21.csv", "orders/2026-11-21.csv"),
        ("café ø.csv".encode(), "café ø.csv"),
        (b"a b.csv", "a b.csv"),
        (b"a\\b.csv", "a\\\\b.csv"),
        (b"a\nb.csv", "a\\x0ab.csv"),
        (b"\x1b[2J.csv", "\\x1b[2J.csv"),
        (b"\xff.csv", "\\xff.csv"),
        ("a\u202eb".encode(), "a\\xe2\\x80\\xaeb"),
        ("a\u00a0b".encode(), "a\\xc2\\xa0b"),
        ("a\u2028b".encode(), "a\\xe2\\x80\\xa8b"),
        (b"\x7f\x00", "\\x7f\\x00"),
    ],
)
def test_what_cannot_be_printed_is_escaped_byte_by_byte(path: bytes, text: str) -> None:
    assert printable(path) == text
