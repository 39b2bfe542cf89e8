"""Records as JSON events: what goes in comes out, to the last character, and it is the JSON that Python writes."""

from __future__ import annotations

import json
from collections.abc import Sequence

import pyarrow as pa
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from processors.events import decode, decode_malformed, encode, encode_malformed, is_malformed
from processors.outcome import ROW_ID
from tests.processors.batches import ANY_TEXT, NASTY, text_batches, text_rows

CELL = (
    st.sampled_from(NASTY) | ANY_TEXT | st.text(st.sampled_from('a"\\/\x00\x08\t\n\x0c\r\x1f\x7f\x80é\u2028\ufeff😀'))
)
#: Header names; a file whose header holds a NUL is set aside (see tests/framing/test_header.py).
NAMES = st.lists(CELL.filter(lambda name: name != ROW_ID and "\0" not in name), min_size=1, max_size=4, unique=True)
HEADERS = st.shared(NAMES, key="header")
LETTERS = [
    chr(code) for code in (*range(0x180), 0x2028, 0x2029, 0xD7FF, 0xE000, 0xFEFF, 0xFFFD, 0xFFFF, 0x1F600, 0x10FFFF)
]


def dumped(rows: pa.RecordBatch) -> list[str]:
    """The JSON that Python's own encoder writes of each row."""
    records = rows.drop_columns([ROW_ID]).to_pylist()
    return [json.dumps(record, ensure_ascii=False, separators=(",", ":")) for record in records]


@settings(max_examples=100, deadline=None)
@given(rows=HEADERS.flatmap(text_batches))
def test_a_record_is_encoded_as_python_would(rows: pa.RecordBatch) -> None:
    assert encode(rows).to_pylist() == dumped(rows)


@settings(max_examples=100, deadline=None)
@given(header=HEADERS, rows=HEADERS.flatmap(text_batches))
@example(header=["payload", "v"], rows=text_rows(payload=["\x00"], v=['{"v":"x"}']))
def test_decoding_gives_back_what_was_encoded(header: Sequence[str], rows: pa.RecordBatch) -> None:
    assert decode(rows[ROW_ID], encode(rows), header).equals(rows)


@settings(max_examples=100, deadline=None)
@given(header=HEADERS, records=HEADERS.flatmap(lambda names: st.lists(st.tuples(*(CELL for _ in names)), max_size=4)))
def test_encoding_gives_back_what_was_decoded(header: Sequence[str], records: list[tuple[str, ...]]) -> None:
    events = [dict(zip(header, record, strict=True)) for record in records]
    payloads = [json.dumps(event, ensure_ascii=False, separators=(",", ":")) for event in events]
    ids = pa.array(range(1, len(records) + 1), pa.int64())
    assert encode(decode(ids, pa.array(payloads, pa.string()), header)).to_pylist() == payloads


@pytest.mark.parametrize("beside", ["", "\x01", '"', "\\"], ids=["alone", "control", "quote", "backslash"])
def test_every_character_is_escaped_as_python_does_whatever_stands_beside_it(beside: str) -> None:
    rows = text_rows(v=[letter + beside for letter in LETTERS])
    assert encode(rows).to_pylist() == dumped(rows)


@settings(max_examples=50, deadline=None)
@given(rows=text_batches(["a", "b"]), cut=st.data())
def test_a_part_of_a_batch_is_encoded_like_the_whole(rows: pa.RecordBatch, cut: st.DataObject) -> None:
    """Arrow's slices share the buffers of the whole."""
    first = cut.draw(st.integers(0, rows.num_rows))
    count = cut.draw(st.integers(0, rows.num_rows - first))
    assert encode(rows.slice(first, count)).to_pylist() == dumped(rows)[first : first + count]


def test_a_record_without_columns_is_an_empty_object() -> None:
    assert encode(pa.record_batch({ROW_ID: pa.array([1, 2], pa.int64())})).to_pylist() == ["{}", "{}"]


def test_no_records_are_no_events_and_the_other_way_round() -> None:
    nothing = text_rows(a=[], b=[])
    assert encode(nothing).to_pylist() == []
    assert decode(nothing[ROW_ID], pa.array([], pa.string()), ("a", "b")).equals(nothing)


@settings(max_examples=100, deadline=None)
@given(record=st.binary() | st.text(st.characters(codec="utf-8")).map(str.encode))
def test_a_malformed_record_gives_its_bytes_back(record: bytes) -> None:
    *_, text, encoding = json.loads(encode_malformed("encoding", "is no text", record))
    assert text.encode(encoding) == record


@settings(max_examples=50, deadline=None)
@given(rule=CELL, message=CELL, record=st.binary())
def test_a_malformed_record_keeps_its_rule_and_message(rule: str, message: str, record: bytes) -> None:
    assert decode_malformed(encode_malformed(rule, message, record)) == (rule, message)


def test_a_malformed_record_is_told_from_one_with_columns() -> None:
    whole = encode(text_rows(**{"[": ["["]}))[0].as_py()
    assert is_malformed(pa.array([whole, encode_malformed("rule", "message", b"{")])).to_pylist() == [False, True]
