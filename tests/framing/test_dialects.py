"""Files that are laid out otherwise than plain CSV: what is read does not depend on how they are cut."""

from __future__ import annotations

import bz2
import gzip
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from processors.errors import SourceError
from sinks.files import FileDialect
from stream.config import Dataset
from tests.framing.landings import Reading, dataset, read_all, read_in_stages
from tests.framing.test_compression import zstd

PIECES = [*'ab,"\r\n\\#', ",", "\n", "\r\n", '"\n', "\n#", "é", "€", "😀"]
TEXTS = st.lists(st.sampled_from(PIECES), max_size=50).map("".join)
SIZES = st.sampled_from([1, 2, 5, 30])
DIALECTS = st.sampled_from([{}, {"escape": "\\"}, {"comment": "#"}, {"escape": "\\", "comment": "#", "skip_lines": 2}])
ENCODINGS = st.sampled_from(["utf-8", "latin-1", "cp1252", "utf-16", "utf-16-le", "utf-16-be"])
LAYERS = st.sampled_from([bytes, gzip.compress, bz2.compress, zstd])


def everything(reading: Reading) -> list[object]:
    """All that must not depend on how a file is cut."""
    return [reading.rows, reading.malformed, reading.events, reading.places, reading.end, reading.fault]


def cells(reading: Reading) -> list[list[str]]:
    """The cells of the rows, without ids."""
    return [[cell for name, cell in row.items() if name != "_id"] for row in reading.rows]


def rules(reading: Reading) -> list[str]:
    """The rule of each reject."""
    return [rule for _, rule, _ in reading.malformed]


@settings(max_examples=150, deadline=None)
@given(
    text=TEXTS, dialect=DIALECTS, encoding=ENCODINGS, layer=LAYERS, batch_bytes=SIZES, rows=SIZES, final=st.booleans()
)
def test_small_batches_hold_what_one_large_batch_holds(
    text: str, dialect: dict[str, Any], encoding: str, layer: Any, batch_bytes: int, rows: int, final: bool
) -> None:
    how = dataset(encoding=encoding, **dialect)
    data = layer(f"{'skip' * 2}\nme\nx,y\n{text}".encode(encoding, "replace"))
    small = read_all(data, replace(how, batch_bytes=batch_bytes, batch_rows=rows), final=final)
    assert everything(small) == everything(read_all(data, how, final=final))


@settings(max_examples=150, deadline=None)
@given(text=TEXTS, dialect=DIALECTS, encoding=ENCODINGS, layer=LAYERS, cuts=st.sets(st.integers(20, 200), max_size=4))
def test_a_file_that_grows_gives_what_the_finished_file_gives(
    text: str, dialect: dict[str, Any], encoding: str, layer: Any, cuts: set[int]
) -> None:
    """Cut inside a unit of UTF-16, a character, a line end, a compressed block."""
    how = dataset(encoding=encoding, **dialect)
    data = layer(f"skip\nme\nx,y\n{text}".encode(encoding, "replace"))
    grown = read_in_stages([*(data[:cut] for cut in sorted(cuts)), data], how)
    assert everything(grown) == everything(read_all(data, how))


@settings(max_examples=100, deadline=None)
@given(text=TEXTS, encoding=ENCODINGS.filter(lambda encoding: "utf-16" in encoding), layer=LAYERS)
def test_a_decoded_file_reads_as_the_same_text_in_utf8(text: str, encoding: str, layer: Any) -> None:
    plain, coded = f"x,y\n{text}".encode(), layer(f"x,y\n{text}".encode(encoding))
    assert everything(read_all(coded, dataset(encoding=encoding))) == everything(read_all(plain, dataset()))


TEXT = "x,y\n1,Müller\n2,a😀\n"


@pytest.mark.parametrize("auto", ["utf-16", "auto"])
@pytest.mark.parametrize(
    ("mark", "encoding"),
    [(b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be"), (b"", "utf-16-le"), (b"", "utf-16-be")],
)
def test_utf16_is_read_with_a_byte_order_mark_and_without(mark: bytes, encoding: str, auto: str) -> None:
    reading = read_all(mark + TEXT.encode(encoding), dataset(encoding=auto))
    assert cells(reading) == [["1", "Müller"], ["2", "a😀"]]
    assert reading.dialect == FileDialect(encoding=encoding)


@pytest.mark.parametrize("unit", [b"\x3d\xd8", b"\x00\xde"], ids=["high", "low"])
def test_half_a_pair_of_utf16_costs_its_record(unit: bytes) -> None:
    data = "x,y\n1,a\n2,".encode("utf-16-le") + unit + "\n3,b\n".encode("utf-16-le")
    reading = read_all(data, dataset(encoding="utf-16-le"))
    assert (cells(reading), rules(reading)) == ([["1", "a"], ["3", "b"]], ["encoding"])
    assert reading.malformed[0][2] == "the record holds half a character, which is no UTF-16"


def test_an_odd_byte_at_the_end_of_utf16_costs_the_last_record() -> None:
    reading = read_all("x,y\n1,a\n2,b".encode("utf-16-le") + b"\x41", dataset(encoding="utf-16-le"))
    assert (cells(reading), rules(reading)) == ([["1", "a"]], ["encoding"])


@pytest.mark.parametrize("mark", [b"\xff\xfe", b"\xfe\xff"])
@pytest.mark.parametrize("encoding", ["utf-8", "latin-1", "cp1252"])
def test_a_file_with_the_mark_of_utf16_is_set_aside_by_another_encoding(mark: bytes, encoding: str) -> None:
    with pytest.raises(SourceError, match=r"byte order mark of UTF-16.*write dialect\.encoding: utf-16"):
        read_all(mark + b"x\0,\0y\0\n\0", dataset(encoding=encoding))


@pytest.mark.parametrize(
    ("encoding", "fallback"), [("latin-1", None), ("cp1252", None), ("utf-8", "latin-1"), ("auto", None)]
)
def test_a_byte_of_latin1_is_a_letter_where_that_is_declared(encoding: str, fallback: str | None) -> None:
    how = dataset(encoding=encoding, encoding_fallback=fallback)
    assert cells(read_all(b"x,y\n1,M\xfcller\n2,b\n", how)) == [["1", "Müller"], ["2", "b"]]


def test_with_a_fallback_each_record_is_read_with_what_it_is_written_in() -> None:
    how = dataset(encoding_fallback="cp1252")
    reading = read_all(b"x,y\n1,\x80\n" + "2,€\n".encode() + b"3,c\n4,\x81\n", how)
    assert cells(reading) == [["1", "€"], ["2", "€"], ["3", "c"]]
    assert [message for *_, message in reading.malformed] == ["byte 3 of the record (0x81) is neither UTF-8 nor cp1252"]


def test_a_byte_that_is_nothing_in_cp1252_costs_its_record() -> None:
    reading = read_all(b"x,y\n1,\x80\n2,\x81\n3,\xe9\n", dataset(encoding="cp1252"))
    assert cells(reading) == [["1", "€"], ["3", "é"]]
    assert [message for *_, message in reading.malformed] == ["byte 3 of the record (0x81) is not cp1252"]
    assert [raw for _, raw in reading.events] == [b"2,\x81"]


def test_byte_ranges_are_those_of_the_file_in_every_encoding_of_single_bytes() -> None:
    data = b"x,y\n1,\xe9\xe9\xe9\n2,b\n"
    assert [data[start:end] for _, start, end in read_all(data, dataset(encoding="latin-1")).places] == [
        b"1,\xe9\xe9\xe9\n",
        b"2,b\n",
    ]


def test_names_in_a_header_are_read_with_the_encoding_of_the_file() -> None:
    header = read_all(b"x,M\xfcller\n", dataset(encoding="latin-1")).header
    assert header is not None
    assert header.names == ("x", "Müller")


def test_a_stream_that_breaks_off_gives_its_complete_records_and_no_last_line() -> None:
    data = gzip.compress(b"x,y\n1,a\n2,b\n3,c")
    broken = read_all(data[:-1], dataset(), final=True)
    assert cells(broken) == [["1", "a"], ["2", "b"]]
    assert broken.fault == f"its gzip stream is cut off at byte {len(data) - 1} of the file"


def test_a_stream_that_goes_on_is_read_on() -> None:
    data = gzip.compress(b"x,y\n1,a\n2,b\n3,c")
    grown = read_in_stages([data[:-12], data[:-1], data], dataset())
    assert (cells(grown), grown.fault) == ([["1", "a"], ["2", "b"], ["3", "c"]], None)


@pytest.mark.parametrize("batch_bytes", [1, 7, 1 << 30])
def test_a_file_that_expands_beyond_the_limit_is_read_up_to_it(batch_bytes: int) -> None:
    how = replace(dataset(), expanded_bytes_max=12, batch_bytes=batch_bytes)
    reading = read_all(gzip.compress(b"x,y\n1,a\n2,b\n3,c\n"), how)
    assert cells(reading) == [["1", "a"], ["2", "b"]]
    assert reading.fault is not None
    assert "expands to more than 12 bytes, which is limits.expanded_bytes_max" in reading.fault


def test_an_escape_makes_the_next_byte_literal() -> None:
    data = b'x,y\n1,a\\,b\n2,a\\\nb\n3,"a\\"b"\n4,\\"a\n5,a\\\\\n'
    assert cells(read_all(data, dataset(escape="\\"))) == [
        ["1", "a,b"],
        ["2", "a\nb"],
        ["3", 'a"b'],
        ["4", '"a'],
        ["5", "a\\"],
    ]


def test_a_comment_is_no_record_and_its_quotes_open_nothing() -> None:
    data = b'# "made by\nx,y\n#,"\n1,a\n# it\'s "\n\n2,"b\n# in a cell"\n#'
    reading = read_all(data, dataset(comment="#"))
    assert (cells(reading), rules(reading)) == ([["1", "a"], ["2", "b\n# in a cell"]], [])
    assert [line for line, *_ in reading.places] == [4, 7]


@pytest.mark.parametrize("batch_bytes", [1, 1 << 30])
def test_a_comment_may_be_longer_than_a_record(batch_bytes: int) -> None:
    how = replace(dataset(comment="#", record_bytes_max=16), batch_bytes=batch_bytes)
    reading = read_all(b"x,y\n1,a\n#" + b'"' * 99 + b"\n2,b\n", how)
    assert (cells(reading), rules(reading)) == ([["1", "a"], ["2", "b"]], [])
    assert [line for line, *_ in reading.places] == [2, 4]


@pytest.mark.parametrize("header", [True, False])
def test_lines_before_the_header_are_skipped_whatever_is_in_them(header: bool) -> None:
    data = b'\xef\xbb\xbfExport "of\r\n\r\n' + (b"x,y\n" if header else b"") + b"1,a\n"
    reading = read_all(data, dataset(skip_lines=2, header=header))
    assert cells(reading) == [["1", "a"]]
    assert reading.places[0][0] == (4 if header else 3)


def test_a_file_of_no_more_lines_than_are_skipped_has_no_header() -> None:
    assert read_all(b"one\ntwo", dataset(skip_lines=2)).header is None


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_delimiter_is_found_by_the_names_in_the_header(delimiter: str) -> None:
    data = f"x{delimiter}y\n1{delimiter}a,b,c;d\n".encode().replace(b"a,b,c;d", b'"a,b,c;d"')
    reading = read_all(data, dataset(delimiter="auto"))
    assert (cells(reading), reading.dialect) == ([["1", "a,b,c;d"]], FileDialect(delimiter))


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_without_a_header_the_delimiter_is_found_by_the_number_of_fields(delimiter: str) -> None:
    data = "".join(f"{number}{delimiter}a{', b' * (number % 3)}\n" for number in range(20)).encode()
    data = data if delimiter != "," else b"1,a;\n2,b\n3,c|\n"
    reading = read_all(data, dataset(delimiter="auto", header=False))
    assert reading.dialect == FileDialect(delimiter)


def test_a_single_column_has_the_comma_for_its_delimiter() -> None:
    assert read_all(b"x\n1\n2\n", dataset("x", delimiter="auto")).dialect == FileDialect(",")


def test_a_delimiter_that_was_found_stays_while_the_file_grows() -> None:
    """All of it would be split by commas; its first record was split by semicolons."""
    how: Dataset = dataset(delimiter="auto", header=False)
    data = b"1;a\n" + b"2,b\n" * 50
    grown = read_in_stages([b"1;a\n", data], how)
    assert (cells(grown), rules(grown)) == ([["1", "a"]], ["field_count"] * 50)
    assert cells(read_all(data, how)) == [["2", "b"]] * 50


def test_a_field_that_is_too_long_costs_its_record_and_names_its_column() -> None:
    how = dataset()
    how = replace(how, dialect=replace(how.dialect, field_bytes_max=4))
    reading = read_all('x,y\n1,abcd\n2,abcde\nééé,3\n12,"34"\n'.encode(), how)
    assert cells(reading) == [["1", "abcd"], ["12", "34"]]
    assert [(rule, message.split(",")[0]) for _, rule, message in reading.malformed] == [
        ("field_too_long", "the field 'y' has 5 bytes"),
        ("field_too_long", "the field 'x' has 6 bytes"),
    ]


def test_a_header_of_too_many_columns_sets_the_file_aside() -> None:
    with pytest.raises(SourceError, match=r"3 columns, more than the 2 of limits\.columns_max"):
        read_all(b"x,y,z\n1,2,3\n", replace(dataset(), columns_max=2))
