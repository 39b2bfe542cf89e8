"""Recorded spans as micro-batches: records judged once more, from their events instead of the landing folder."""

from __future__ import annotations

import time

import pyarrow as pa
import pyarrow.compute as pc

from processors.events import decode, decode_malformed, is_malformed
from processors.outcome import ROW_ID
from processors.parameters.model import Parameters
from processors.reasons import malformed
from sinks.base import MicroBatch, Part
from sinks.ledger.clock import now
from sinks.ledger.files import FileEntry
from sinks.ledger.record_index import unpack
from sinks.ledger.spans import SpanEntry
from sinks.table import Table


def micro_batch(
    entry: FileEntry, recorded: SpanEntry, events: pa.Table, table: Table, parameters: Parameters | None = None
) -> MicroBatch:
    """The records of a span, or some of them, as they were first read. `events`: `_id` and `payload`, by id. `table`:
    the one with which they are stored now. `parameters`: those with which they are judged now."""
    stored = events.combine_chunks()
    whole = is_malformed(stored["payload"])
    good, bad = stored.filter(pc.invert(whole)).combine_chunks(), stored.filter(whole).combine_chunks()
    rows = decode(_array(good, ROW_ID), _array(good, "payload"), entry.file.header)
    faults = [decode_malformed(payload) for payload in bad["payload"].to_pylist()]
    malformed_events = pa.record_batch({ROW_ID: _array(bad, ROW_ID), "payload": _array(bad, "payload")})
    part = Part(
        file=entry.file,
        span=recorded.span,
        index=unpack(recorded.record_index, recorded.span.row_count, recorded.lines_after),
        digest=recorded.digest,
        stat=entry.stat,
        state=entry.state,
        reason=entry.reason,
        arrived_ns=time.monotonic_ns(),
    )
    return MicroBatch(
        (part,),
        table=table,
        rows=rows,
        malformed=malformed(bad[ROW_ID].to_pylist(), faults),
        malformed_events=malformed_events,
        ingested_at=now(),
        keep_events=False,
        parameters=parameters,
    )


def _array(table: pa.Table, name: str) -> pa.Array:
    column = table[name].combine_chunks()
    return column if isinstance(column, pa.Array) else pa.array([], column.type)
