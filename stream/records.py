"""From framed bytes to text columns: Arrow parses whole records, and what does not fit is set aside with its reason.

Arrow's reader is used where it is safe: whole records, one block a call, column names given, every record counted.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.csv as csv

from processors.events import encode_malformed
from processors.outcome import ROW_ID, no_rejects
from processors.reasons import malformed
from stream.framing import Dialect, Frames, open_quote

Places = npt.NDArray[np.int64]

_BOM = b"\xef\xbb\xbf"
_ASCII_END = 0x80
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


def parse(block: bytes, frames: Frames, header: Sequence[str], dialect: Dialect, id_first: int, offset: int) -> Records:
    """The records that `frames` marks in `block`, named from `id_first` on; `offset`: where `block` lies in the
    file.
    """
    count = len(frames)
    faults = {place: _given_up(block, frames, place, dialect, offset) for place in frames.faulty}
    table, ragged = _parse_all(block, frames, header, dialect, faults)
    faults |= {fault.place: fault for fault in ragged}
    ids = id_first + np.arange(count, dtype=np.int64)
    good = np.ones(count, np.bool_)
    good[list(faults)] = False
    rows = pa.RecordBatch.from_arrays([pa.array(ids[good]), *table.columns], names=[ROW_ID, *header])
    in_order = sorted(faults.values(), key=lambda fault: fault.place)
    return Records(rows, *_set_aside(block, frames, ids, in_order, dialect.record_bytes_max))


def _parse_all(
    block: bytes, frames: Frames, header: Sequence[str], dialect: Dialect, faults: dict[int, _Fault]
) -> tuple[pa.RecordBatch, list[_Fault]]:
    """The good records as text, and the faults found on the way."""
    places = np.setdiff1d(np.arange(len(frames)), list(faults)) if faults else np.arange(len(frames))
    undecodable: list[_Fault] = []
    if not _is_utf8(_joined(block, frames, places)):
        undecodable = _undecodable(block, frames, places)
        places = np.setdiff1d(places, [fault.place for fault in undecodable])
    table, bad = _read(_joined(block, frames, places), header, dialect)
    if table.num_rows + len(bad) == len(places):
        ragged = [_field_count(int(places[row]), len(header), found) for row, found in bad]
    else:
        table, ragged = _one_by_one(block, frames, header, dialect, places)
    return table, undecodable + ragged


def _is_utf8(text: bytes | memoryview) -> bool:
    try:
        str(text, "utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _undecodable(block: bytes, frames: Frames, places: Places) -> list[_Fault]:
    """Those of the records at `places` that are not UTF-8; only records that are not ASCII are looked at."""
    strange = np.flatnonzero(np.frombuffer(block, np.uint8) >= _ASCII_END)
    suspects = np.intersect1d(np.searchsorted(frames.ends, strange, "right"), places)
    faults: list[_Fault] = []
    for place in suspects.tolist():
        record = block[frames.starts[place] : frames.ends[place]]
        try:
            record.decode("utf-8")
        except UnicodeDecodeError as error:
            message = f"byte {error.start + 1} of the record (0x{record[error.start]:02x}) is not UTF-8"
            faults.append(_Fault(place, "encoding", message))
    return faults


def _one_by_one(
    block: bytes, frames: Frames, header: Sequence[str], dialect: Dialect, places: Places
) -> tuple[pa.RecordBatch, list[_Fault]]:
    """The slow way, where Arrow reads records differently."""
    parts: list[pa.RecordBatch] = [_read(b"", header, dialect)[0]]
    faults: list[_Fault] = []
    for place in places.tolist():
        table, bad = _read(block[frames.starts[place] : frames.ends[place]], header, dialect)
        if table.num_rows == 1 and not bad:
            parts.append(table)
        elif bad:
            faults.append(_field_count(place, len(header), bad[0][1]))
        else:
            faults.append(_Fault(place, "unreadable", f"the record reads as {table.num_rows} records"))
    return pa.concat_batches(parts), faults


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
            newlines_in_values=True,
            invalid_row_handler=set_aside,
        ),
        csv.ConvertOptions(column_types=dict.fromkeys(header, pa.string()), strings_can_be_null=False),
    )
    batches = table.combine_chunks().to_batches()
    return batches[0] if batches else pa.RecordBatch.from_pylist([], schema=table.schema), bad


def _joined(block: bytes, frames: Frames, places: Places) -> bytes | memoryview:
    """The bytes of the records at `places`; a view where nothing is left out."""
    if len(places) == len(frames):
        return memoryview(block)[frames.starts[0] : frames.ends[-1]] if len(frames) else b""
    return b"".join(block[frames.starts[place] : frames.ends[place]] for place in places)


def _set_aside(
    block: bytes, frames: Frames, ids: Places, faults: Sequence[_Fault], limit: int
) -> tuple[pa.RecordBatch, pa.RecordBatch]:
    if not faults:
        return no_rejects(), _NO_EVENTS
    row_ids = [int(ids[fault.place]) for fault in faults]
    payloads = [
        encode_malformed(fault.rule, fault.message, _text(block, frames, fault.place, limit)) for fault in faults
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
