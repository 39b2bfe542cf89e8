"""Records as JSON events, the form in which the raw layer keeps them.

A record that was split into its columns is an object, column to text. A record that could not be (too few fields, bytes
that are not text) is an array: the fault's rule, its message, the record's text, and the encoding in which that text
gives the exact bytes back.

>>> rows = pa.record_batch({"_id": pa.array([7], pa.int64()), "city": ["Köln"], "n": ["1"]})
>>> encode(rows)[0].as_py()
'{"city":"Köln","n":"1"}'
>>> decode(pa.array([7], pa.int64()), encode(rows), ("city", "n")).to_pylist()
[{'_id': 7, 'city': 'Köln', 'n': '1'}]
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from contextlib import suppress

import numpy as np
import polars as pl
import pyarrow as pa
import pyarrow.compute as pc

from processors.frames import to_arrays
from processors.outcome import ROW_ID

#: JSON escapes the quote, the backslash and what lies below the blank (RFC 8259, section 7).
_FIRST_PRINTABLE = 0x20
_PLAIN = pl.CompatLevel.oldest()


def encode(rows: pa.RecordBatch) -> pa.Array:
    """One JSON object a row, in the column order of `rows`, without `_id`; a string array of the same length.

    `rows`: `_id` and string columns without nulls. Columns without a character that JSON escapes, which are nearly all,
    are joined as they are.
    """
    pieces: list[pa.Array | pa.Scalar] = []
    start = "{"
    for name, column in zip(rows.schema.names, rows.columns, strict=True):
        if name != ROW_ID:
            values, quote = _json_strings(column)
            pieces += [pa.scalar(f"{start}{json.dumps(name, ensure_ascii=False)}:{quote}"), values]
            start = f"{quote},"
    if not pieces:
        return pa.repeat("{}", rows.num_rows)
    return pc.binary_join_element_wise(*pieces, pa.scalar(f"{start[:-1]}}}"), "")


def _json_strings(column: pa.Array) -> tuple[pa.Array, str]:
    """The column's values ready to stand in JSON, and the quote still to be put round each (none where it is there)."""
    if not len(column):
        return column, '"'
    offsets = np.frombuffer(column.buffers()[1], np.int32)[column.offset : column.offset + len(column) + 1]
    text = np.frombuffer(column.buffers()[2] or b"", np.uint8)[offsets[0] : offsets[-1]]
    if (text < _FIRST_PRINTABLE).any():
        wrapped = pl.DataFrame({"v": pl.from_arrow(column)}).select(pl.struct("v").struct.json_encode()).to_series()
        return wrapped.str.strip_prefix('{"v":').str.head(-1).to_arrow(compat_level=_PLAIN).cast(pa.string()), ""
    for letter in ("\\", '"'):
        if (text == ord(letter)).any():
            column = pc.replace_substring(column, letter, f"\\{letter}")
    return column, '"'


def decode(row_ids: pa.Array, payloads: pa.Array, header: Sequence[str]) -> pa.RecordBatch:
    """The text columns that `encode` was given: `_id` and one column a name in `header`."""
    record = pl.Struct(dict.fromkeys(header, pl.String()))
    fields = pl.select(pl.Series("payload", payloads).str.json_decode(record)).unnest("payload")
    return pa.record_batch(
        {ROW_ID: row_ids} | {name: cells.cast(pa.string()) for name, cells in to_arrays(fields).items()}
    )


def encode_malformed(rule: str, message: str, record: bytes, encodings: Sequence[str] = ("utf-8", "latin-1")) -> str:
    """A record that could not be split: the fault's rule and message, its text, and the text's encoding: the first of
    `encodings` that its bytes are text in, which must be true of the last."""
    for encoding in encodings:
        with suppress(UnicodeDecodeError):
            return json.dumps([rule, message, record.decode(encoding), encoding], ensure_ascii=False)
    raise ValueError(f"the record is text in none of {', '.join(encodings)}")


def decode_malformed(payload: str) -> tuple[str, str]:
    """The rule and the message that `encode_malformed` was given."""
    rule, message, *_ = json.loads(payload)
    return rule, message


def is_malformed(payloads: pa.Array) -> pa.Array:
    """Which payloads are arrays; a Boolean array."""
    return pc.starts_with(payloads, "[")
