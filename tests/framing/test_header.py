"""Headers that cannot be taken set their file aside with a reason, before any of its records is read."""

from __future__ import annotations

import pytest

from processors.errors import SourceError
from tests.framing.landings import dataset, read_all


def test_names_are_read_without_quotes_and_blanks() -> None:
    header = read_all(b'\xef\xbb\xbf"x" , y,"the ""z"""\r\n', dataset()).header
    assert header is not None
    assert header.names == ("x", "y", 'the "z"')


def test_a_name_that_is_missing_is_numbered() -> None:
    header = read_all(b"x,,y,\n", dataset()).header
    assert header is not None
    assert header.names == ("x", "column_2", "y", "column_4")


def test_a_header_is_complete_only_with_its_line_end_or_at_the_end_of_the_file() -> None:
    assert read_all(b"x,y", dataset(), final=False).header is None
    assert read_all(b"x,y", dataset(), final=True).header is not None


@pytest.mark.parametrize(
    ("header", "why"),
    [
        (b"x,y,x\n", "names 'x' more than once"),
        (b"x,\xff\n", "not UTF-8"),
        (b'x,"y\n1,2\n', "does not end"),
        (b"x," + b"y" * 100 + b"\n", "does not end"),
    ],
)
def test_a_header_that_cannot_be_read_sets_the_file_aside(header: bytes, why: str) -> None:
    with pytest.raises(SourceError, match=why):
        read_all(header, dataset(record_bytes_max=64))


def test_a_column_that_is_named_like_the_row_id_sets_the_file_aside() -> None:
    """Exports of document databases have one; taken as it is, the row ids would be lost."""
    with pytest.raises(SourceError, match="_id"):
        read_all(b"_id,x,y\n507f1f77,1,2\n", dataset())


def test_a_header_with_a_nul_sets_the_file_aside() -> None:
    """Arrow passes names on as C strings: replay could not read the column back."""
    with pytest.raises(SourceError, match="NUL"):
        read_all(b"x,y,a\0b\n1,2,3\n", dataset())
