"""Framed bytes become text columns; what Arrow reads is what the rules say, and what does not fit is set aside."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Sequence
from typing import Literal

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stream.reading.framing import Dialect, frame
from stream.reading.records import Records, parse
from tests.framing.oracle import DIALECTS, fields, records

HEADER = ("x", "y", "z")
PIECES = [bytes([byte]) for byte in b'ab,"\r\n; \0'] + [b"\n", b",", b'""', "é".encode(), "😀".encode()]
CONTENT = st.lists(st.sampled_from(PIECES), min_size=1).map(b"".join)
#: What may stand in a cell. A byte order mark that opens a block has its own test below.
CELL = st.text(st.sampled_from('ab,;"\r\n \0é😀'), max_size=5) | st.text(st.characters(codec="utf-8"), max_size=3)
TABLES = st.integers(1, 3).flatmap(lambda width: st.lists(st.tuples(*[CELL] * width), min_size=1, max_size=5))


def parsed(
    data: bytes, header: Sequence[str] = HEADER[:2], dialect: Dialect | None = None, first: int = 1, offset: int = 0
) -> Records:
    """All records of `data`, with ids from `first` on."""
    dialect = dialect or Dialect()
    frames = frame(data, dialect, final=True)
    return parse(data, frames, header, dialect, np.arange(first, first + len(frames)), offset)


def rows(found: Records) -> list[list[str]]:
    """The cells of the rows, without their ids."""
    return [list(row.values())[1:] for row in found.rows.to_pylist()]


def set_aside(found: Records) -> list[tuple[int, str | None]]:
    """Row id and rule of what was set aside."""
    return [(row["_id"], row["reasons"][0]["rule"]) for row in found.malformed.to_pylist()]


def raw(found: Records) -> list[bytes]:
    """The bytes of what was set aside, as its events keep them."""
    events = [json.loads(payload) for payload in found.malformed_events["payload"].to_pylist()]
    return [text.encode(encoding) for _, _, text, encoding in events]


@settings(max_examples=150, deadline=None)
@given(data=CONTENT, dialect=DIALECTS, width=st.integers(1, 3))
def test_arrow_reads_the_records_that_were_framed(data: bytes, dialect: Dialect, width: int) -> None:
    """Field by field, those with another number of fields set aside, every id in its place."""
    found = parsed(data, HEADER[:width], dialect, first=100)
    expected, refused = [], []
    for row_id, record in enumerate(records(data, dialect, final=True)[0], 100):
        cells = [cell.decode() for cell in fields(data[record.start : record.end], dialect)]
        if record.faulty:
            refused.append((row_id, "unterminated_quote"))
        elif len(cells) != width:
            refused.append((row_id, "field_count"))
        else:
            expected.append({"_id": row_id} | dict(zip(HEADER, cells, strict=False)))
    assert found.rows.to_pylist() == expected
    assert set_aside(found) == refused


@settings(max_examples=100, deadline=None)
@given(
    table=TABLES.filter(lambda table: not table[0][0].startswith("\ufeff")),
    layout=st.sampled_from(
        [("\n", csv.QUOTE_ALL), ("\r", csv.QUOTE_ALL), ("\r\n", csv.QUOTE_ALL), ("\r\n", csv.QUOTE_MINIMAL)]
    ),
    delimiter=st.sampled_from(",;\t|"),
)
def test_well_formed_csv_is_read_as_python_reads_it(
    table: list[tuple[str, ...]], layout: tuple[str, Literal[0, 1]], delimiter: str
) -> None:
    """Where CR or LF alone ends its lines, Python's writer leaves the other one unquoted, which is not well-formed."""
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator=layout[0], quoting=layout[1], delimiter=delimiter).writerows(table)
    as_python = list(csv.reader(io.StringIO(text.getvalue(), newline=""), delimiter=delimiter))
    found = parsed(text.getvalue().encode(), HEADER[: len(table[0])], Dialect(delimiter=delimiter))
    assert rows(found) == as_python == [list(row) for row in table]
    assert found.malformed.num_rows == 0


@pytest.mark.parametrize(
    ("data", "cells"),
    [
        (b"1,\n", ["1", ""]),
        (b",\n", ["", ""]),
        (b'"",""\n', ["", ""]),
        (b" 1 , 2 \n", [" 1 ", " 2 "]),
        (b'1,"a""b"\n', ["1", 'a"b']),
        (b'1,"a"b\n', ["1", "ab"]),
        (b'1,a"b"\n', ["1", 'a"b"']),
        (b'1,"a\r\nb"\r\n', ["1", "a\r\nb"]),
        (b"\x00,a\x00b\n", ["\x00", "a\x00b"]),
        (b"NA,null\n", ["NA", "null"]),
        ("é,😀\n".encode(), ["é", "😀"]),
    ],
)
def test_cells_are_text_as_it_stands_in_the_file(data: bytes, cells: list[str]) -> None:
    assert rows(parsed(data)) == [cells]


def test_a_quoted_empty_cell_of_a_single_column_is_a_record() -> None:
    assert rows(parsed(b'""\n\na\n', ["x"])) == [[""], ["a"]]


def test_rows_and_what_is_set_aside_share_one_numbering() -> None:
    found = parsed(b"1,a\n2\n\n3,b\n4,c,d\n5,e\n", first=2**32 + 1)
    assert [row["_id"] - 2**32 for row in found.rows.to_pylist()] == [1, 3, 5]
    assert [row_id - 2**32 for row_id, _ in set_aside(found)] == [2, 4]
    assert found.malformed_events["_id"].to_pylist() == [2**32 + 2, 2**32 + 4]


@pytest.mark.parametrize(("record", "count"), [(b"1", 1), (b"1,2,3", 3), (b'"1,2"', 1), (b",,,", 4)])
def test_a_record_with_another_number_of_fields_is_set_aside_alone(record: bytes, count: int) -> None:
    found = parsed(b"0,a\n" + record + b"\n\r\n9,b\n")
    assert rows(found) == [["0", "a"], ["9", "b"]]
    reason = found.malformed.to_pylist()[0]["reasons"][0]
    assert (reason["rule"], reason["message"]) == ("field_count", f"the record has {count} fields and the header 2")
    assert raw(found) == [record]


@pytest.mark.parametrize(
    "record", [b"\xff,b", b"a,\xc3", b"\xed\xa0\x80,b", b"\xc0\xaf,b", b'"\xe9\n",b', b"\xf5\x80\x80\x80,"]
)
def test_a_record_that_is_not_utf8_is_set_aside_alone_with_its_bytes(record: bytes) -> None:
    found = parsed(b"0,a\n" + record + b"\n9,b\n")
    assert rows(found) == [["0", "a"], ["9", "b"]]
    assert set_aside(found) == [(2, "encoding")]
    assert raw(found) == [record]


@pytest.mark.parametrize("record", [b"\xff", b"a,\xff,c", b"\xff\xfe"])
def test_a_record_that_is_neither_utf8_nor_has_its_fields_is_set_aside_alone(record: bytes) -> None:
    found = parsed(b"0,a\n" + record + b"\n9,b\n")
    assert rows(found) == [["0", "a"], ["9", "b"]]
    assert (len(set_aside(found)), raw(found)) == (1, [record])


def test_a_block_in_which_no_record_is_good_has_no_rows() -> None:
    found = parsed(b'\xff\xfe,1\n2\n"3\n')
    assert found.rows.num_rows == 0
    assert found.rows.schema == pa.schema([("_id", pa.int64()), ("x", pa.string()), ("y", pa.string())])
    assert set_aside(found) == [(1, "encoding"), (2, "field_count"), (3, "unterminated_quote")]


def test_a_block_that_is_one_record_given_up_has_no_rows() -> None:
    assert set_aside(parsed(b'1,"a', HEADER[:2])) == [(1, "unterminated_quote")]


@pytest.mark.parametrize("data", [b"\xef\xbb\xbfa,b\n", b"1,2\n\xef\xbb\xbfa,b\n", b"\xef\xbb\xbf\xef\xbb\xbfa,b\n"])
def test_a_byte_order_mark_inside_a_file_is_text_wherever_the_block_begins(data: bytes) -> None:
    """At the beginning of a file it was taken away with the header; what a block begins with is a matter of chance."""
    assert rows(parsed(data)) == [line.decode().split(",") for line in data.splitlines()]


def test_a_quote_behind_a_byte_order_mark_is_text() -> None:
    assert rows(parsed(b'\xef\xbb\xbf"a,b\n2,c\n')) == [['\ufeff"a', "b"], ["2", "c"]]


def test_a_quote_left_open_costs_its_line_also_where_a_later_quote_would_close_it() -> None:
    data = b'1,"5 inch, no end\n2,ok\n3,"fine"\n4,ok\n'
    found = parsed(data, HEADER[:2])
    assert rows(found) == [["2", "ok"], ["3", "fine"], ["4", "ok"]]
    assert found.malformed.to_pylist()[0]["reasons"][0]["rule"] == "unterminated_quote"


def test_text_behind_a_closing_quote_is_literal_within_a_line() -> None:
    data = b'1,"a" b\n'
    assert rows(parsed(data, HEADER[:2])) == [["1", "a b"]]


def test_an_open_quote_is_named_by_its_place_in_the_file() -> None:
    data = b'1,a\n2,"b\n3,c\n'
    found = parsed(data, HEADER[:2], offset=1000)
    assert rows(found) == [["1", "a"], ["3", "c"]]
    message = found.malformed.to_pylist()[0]["reasons"][0]["message"]
    assert message == "the quote at byte 1006 is not closed within 1048576 bytes by a quote that ends its field"


def test_a_record_that_is_too_long_says_so() -> None:
    found = parsed(b"1,aaaaaaaa\n2,b\n", dialect=Dialect(record_bytes_max=8))
    assert set_aside(found) == [(1, "record_too_long")]
    assert rows(found) == [["2", "b"]]
