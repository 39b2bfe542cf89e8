"""From framed bytes to text columns: Arrow parses whole records, and what does not fit is set aside with its reason.

Arrow's reader is used where it is safe: whole records, one block a call, column names given, every record counted.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as csv

from processors.events import encode_malformed
from processors.outcome import ROW_ID, no_rejects
from processors.reasons import malformed
from stream.reading.encodings import encodings_of, record_to_utf8, to_utf8, why_no_text
from stream.reading.framing import Dialect, Frames
from stream.reading.quoting import open_quote

Places = npt.NDArray[np.int64]

_BOM = b"\xef\xbb\xbf"
_ASCII_END = 0x80
_UTF8_BYTES_MAX = 3  # so many bytes of UTF-8 one byte of another encoding becomes at the most
_NO_EVENTS = pa.RecordBatch.from_pylist([], schema=pa.schema([(ROW_ID, pa.int64()), ("payload", pa.string())]))


@dataclass(frozen=True, slots=True)
class Records:
    """Parsed records: `rows` has `_id` and a text column a header name; `malformed` and `malformed_events` are as in
    `sinks.base.MicroBatch`. Together they have as many rows as there were frames."""

    rows: pa.RecordBatch
    malformed: pa.RecordBatch
    malformed_events: pa.RecordBatch


@dataclass(frozen=True, slots=True)
class _Fault:
    place: int
    rule: str
    message: str


def parse(block: bytes, frames: Frames, header: Sequence[str], dialect: Dialect, ids: Places, offset: int) -> Records:
    """The records that `frames` marks in `block`, with an id for each; `offset`: where `block` lies in the file."""
    count = len(frames)
    faults = {place: _given_up(block, frames, place, dialect, offset) for place in frames.faulty}
    table, ragged = _parse_all(block, frames, header, dialect, faults)
    faults |= {fault.place: fault for fault in ragged}
    good = np.ones(count, np.bool_)
    good[list(faults)] = False
    table, wide = _without_long_fields(table, np.flatnonzero(good), frames, dialect)
    faults |= {fault.place: fault for fault in wide}
    good[[fault.place for fault in wide]] = False
    rows = pa.RecordBatch.from_arrays([pa.array(ids[good]), *table.columns], names=[ROW_ID, *header])
    in_order = sorted(faults.values(), key=lambda fault: fault.place)
    return Records(rows, *_set_aside(block, frames, ids, in_order, dialect))


def _parse_all(
    block: bytes, frames: Frames, header: Sequence[str], dialect: Dialect, faults: dict[int, _Fault]
) -> tuple[pa.RecordBatch, list[_Fault]]:
    """The good records as text, and the faults found on the way."""
    places = np.setdiff1d(np.arange(len(frames)), list(faults)) if faults else np.arange(len(frames))
    undecodable: list[_Fault] = []
    text = to_utf8(_joined(block, frames, places), dialect.encoding)
    if text is None:
        text, undecodable = _decoded(block, frames, places, dialect)
        places = np.setdiff1d(places, [fault.place for fault in undecodable])
    table, bad = _read(text, header, dialect)
    if table.num_rows + len(bad) == len(places):
        ragged = [_field_count(int(places[row]), len(header), found) for row, found in bad]
    else:
        table, ragged = _one_by_one(block, frames, header, dialect, places)
    return table, undecodable + ragged


def _decoded(block: bytes, frames: Frames, places: Places, dialect: Dialect) -> tuple[bytes, list[_Fault]]:
    """Those of the records at `places` that are text, in UTF-8, and faults for the others; only records that are not
    ASCII are looked at."""
    strange = np.flatnonzero(np.frombuffer(block, np.uint8) >= _ASCII_END)
    suspects = set(np.searchsorted(frames.ends, strange, "right").tolist())
    texts: list[bytes] = []
    faults: list[_Fault] = []
    for place in places.tolist():
        record = block[frames.starts[place] : frames.ends[place]]
        try:
            texts.append(record_to_utf8(record, dialect) if place in suspects else record)
        except UnicodeDecodeError as error:
            faults.append(_Fault(place, "encoding", why_no_text(error, dialect)))
    return b"".join(texts), faults


def _one_by_one(
    block: bytes, frames: Frames, header: Sequence[str], dialect: Dialect, places: Places
) -> tuple[pa.RecordBatch, list[_Fault]]:
    """The slow way, where Arrow reads records differently."""
    parts: list[pa.RecordBatch] = [_read(b"", header, dialect)[0]]
    faults: list[_Fault] = []
    for place in places.tolist():
        text = record_to_utf8(block[frames.starts[place] : frames.ends[place]], dialect)
        table, bad = _read(text, header, dialect)
        if table.num_rows == 1 and not bad:
            parts.append(table)
        elif bad:
            faults.append(_field_count(place, len(header), bad[0][1]))
        else:
            faults.append(_Fault(place, "unreadable", f"the record reads as {table.num_rows} records"))
    return pa.concat_batches(parts), faults


def _without_long_fields(
    table: pa.RecordBatch, places: Places, frames: Frames, dialect: Dialect
) -> tuple[pa.RecordBatch, list[_Fault]]:
    """The rows of `table`, which are the records at `places`, without those that have too long a field. Only records
    that are long enough to hold one are looked at."""
    limit = dialect.field_bytes_max
    grows = 1 if dialect.encoding == "utf-8" and dialect.fallback is None else _UTF8_BYTES_MAX
    suspects = np.flatnonzero((frames.ends - frames.starts)[places] * grows > limit)
    if not suspects.size:
        return table, []
    found: dict[int, str] = {}
    for name, column in zip(table.schema.names, table.columns, strict=True):
        sizes = pc.binary_length(column.take(pa.array(suspects))).to_numpy(zero_copy_only=False)
        for row, size in zip(suspects[sizes > limit].tolist(), sizes[sizes > limit].tolist(), strict=True):
            found.setdefault(
                row, f"the field {name!r} has {size} bytes, more than the {limit} of limits.field_bytes_max"
            )
    good = np.ones(table.num_rows, np.bool_)
    good[list(found)] = False
    faults = [_Fault(int(places[row]), "field_too_long", why) for row, why in found.items()]
    return table.filter(pa.array(good)), faults


def _read(
    text: bytes | memoryview, header: Sequence[str], dialect: Dialect
) -> tuple[pa.RecordBatch, list[tuple[int, int]]]:
    """The records of `text` that have a field for each name in `header`; of the others, position and number of
    fields.
    """
    bad: list[tuple[int, int]] = []
    if not len(text):  # Arrow calls that an error
        return pa.RecordBatch.from_pylist([], schema=pa.schema([(name, pa.string()) for name in header])), bad

    def set_aside(row: csv.InvalidRow) -> str:
        bad.append((row.number - 1, row.actual_columns))
        return "skip"

    table = csv.read_csv(
        pa.BufferReader(_BOM + text if text[:3] == _BOM else text),  # Arrow takes one away, wherever the block begins
        csv.ReadOptions(use_threads=False, block_size=len(text) + len(_BOM) + 1, column_names=list(header)),
        csv.ParseOptions(
            delimiter=dialect.delimiter,
            quote_char=dialect.quote or False,
            escape_char=dialect.escape or False,
            newlines_in_values=True,
            invalid_row_handler=set_aside,
        ),
        csv.ConvertOptions(column_types=dict.fromkeys(header, pa.string()), strings_can_be_null=False),
    )
    batches = table.combine_chunks().to_batches()
    return batches[0] if batches else pa.RecordBatch.from_pylist([], schema=table.schema), bad


def _joined(block: bytes, frames: Frames, places: Places) -> bytes | memoryview:
    """The bytes of the records at `places`; a view where at most blank lines are left out, which Arrow passes over."""
    if len(places) == len(frames) and not frames.has_comments:
        return memoryview(block)[frames.starts[0] : frames.ends[-1]] if len(frames) else b""
    return b"".join(block[frames.starts[place] : frames.ends[place]] for place in places)


def _set_aside(
    block: bytes, frames: Frames, ids: Places, faults: Sequence[_Fault], dialect: Dialect
) -> tuple[pa.RecordBatch, pa.RecordBatch]:
    if not faults:
        return no_rejects(), _NO_EVENTS
    row_ids = [int(ids[fault.place]) for fault in faults]
    limit, encodings = dialect.record_bytes_max, encodings_of(dialect)
    payloads = [
        encode_malformed(fault.rule, fault.message, _text(block, frames, fault.place, limit), encodings)
        for fault in faults
    ]
    events = pa.record_batch({ROW_ID: pa.array(row_ids, pa.int64()), "payload": pa.array(payloads, pa.string())})
    return malformed(row_ids, [(fault.rule, fault.message) for fault in faults]), events


def _text(block: bytes, frames: Frames, place: int, limit: int) -> bytes:
    """The record without its line end; of one that is too long, the beginning."""
    return block[frames.starts[place] : frames.ends[place]].rstrip(b"\r\n")[:limit]


def _given_up(block: bytes, frames: Frames, place: int, dialect: Dialect, offset: int) -> _Fault:
    line = block[frames.starts[place] : frames.ends[place]]
    quote = open_quote(line, dialect)
    if quote is None or len(line) > dialect.record_bytes_max:
        return _Fault(place, "record_too_long", f"the record is longer than {dialect.record_bytes_max} bytes")
    at = offset + int(frames.starts[place]) + quote
    return _Fault(
        place,
        "unterminated_quote",
        f"the quote at byte {at} is not closed within {dialect.record_bytes_max} bytes by a quote that ends its field",
    )


def _field_count(place: int, expected: int, found: int) -> _Fault:
    return _Fault(place, "field_count", f"the record has {found} fields and the header {expected}")
