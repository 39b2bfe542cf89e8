"""Raw events, staged rows and rejects of one span."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl
import pyarrow as pa

from processors.outcome import ROW_ID
from sinks.base import Judged, Span, Table
from sinks.connection import Connection
from sinks.encoding import reasons_json, staged_rows
from sinks.identifiers import duplicate_rows, quote, staged
from sinks.ledger import Entry, entry

_INSERT_EVENT = "INSERT INTO raw_events (_id, dataset, payload, ingested_at) VALUES (?, ?, ?, ?)"
_INSERT_REJECT = """
INSERT INTO rejects (_id, dataset, _date, reasons, raw, path, line, byte_start, byte_end, status, attempts)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0)
"""


@dataclass(frozen=True, slots=True)
class Prepared:
    """A verdict in the form in which it is stored: `events`, `rows` and `rejects` with the columns of their tables."""

    judged: Judged
    entry: Entry
    events: pa.RecordBatch
    rows: pa.RecordBatch
    rejects: pa.RecordBatch


def prepare(judged: Judged, table: Table) -> Prepared:
    """Encode everything; no database is needed."""
    batch, outcome = judged.batch, judged.outcome
    return Prepared(
        judged,
        entry(batch, outcome.accepted.num_rows, outcome.counts),
        _event_rows(judged) if batch.keep_events else judged.events,
        staged_rows(outcome.accepted, table, batch.file.date) if outcome.accepted.num_rows else outcome.accepted,
        _reject_rows(judged) if outcome.rejected.num_rows else outcome.rejected,
    )


class Staging:
    """The tables of one dataset that hold rows. Every method runs inside the caller's transaction."""

    def __init__(self, connection: Connection, table: Table) -> None:
        self._connection = connection
        self._tables = tuple(quote(name) for name in (staged(table.dataset), duplicate_rows(table.dataset)))
        marks = ", ".join("?" for _ in range(len(table.columns) + 5))
        names = ", ".join(
            ["_id", "_date", "_event_us", *(quote(name) for name, _ in table.columns), "_flags", "_rescued"]
        )
        self._insert_row = f"INSERT INTO {self._tables[0]} ({names}) VALUES ({marks})"

    def append_events(self, prepared: Prepared) -> None:
        """The raw layer's records, which nothing changes afterwards."""
        self._connection.insert(_INSERT_EVENT, prepared.events)

    def append(self, prepared: Prepared) -> None:
        """The accepted rows and the rejects."""
        self._connection.insert(self._insert_row, prepared.rows)
        self._connection.insert(_INSERT_REJECT, prepared.rejects)

    def accepted(self, span: Span) -> int:
        """How many rows of the span are staged."""
        return self._connection.integer(
            f"SELECT count(*) FROM {self._tables[0]} WHERE _id BETWEEN ? AND ?", span.id_first, span.id_last
        )

    def clear(self, span: Span) -> None:
        """Take the span's rows and rejects away; its raw events stay."""
        for table in (*self._tables, "rejects"):
            self._connection.run(f"DELETE FROM {table} WHERE _id BETWEEN ? AND ?", span.id_first, span.id_last)


def _event_rows(judged: Judged) -> pa.RecordBatch:
    events, count = judged.events, judged.events.num_rows
    columns = [
        events[ROW_ID],
        pa.repeat(judged.batch.file.dataset, count),
        events["payload"],
        pa.repeat(judged.batch.ingested_at, count),
    ]
    return pa.RecordBatch.from_arrays(columns, names=[ROW_ID, "dataset", "payload", "ingested_at"])


def _reject_rows(judged: Judged) -> pa.RecordBatch:
    batch, rejected = judged.batch, judged.outcome.rejected
    ids = rejected[ROW_ID].to_numpy()
    places = ids - batch.span.id_first
    events = judged.events.take(pa.array(np.searchsorted(judged.events[ROW_ID].to_numpy(), ids)))
    count = rejected.num_rows
    return pa.RecordBatch.from_arrays(
        [
            rejected[ROW_ID],
            pa.repeat(batch.file.dataset, count),
            pa.repeat(batch.file.date, count),
            reasons_json(rejected["reasons"]).to_arrow(),
            events["payload"],
            pa.repeat(batch.file.path, count),
            pa.array(batch.index.lines[places]),
            pa.array(batch.index.starts[places]),
            pa.array(batch.index.ends[places]),
            _status(rejected["reasons"]),
        ],
        names=["_id", "dataset", "_date", "reasons", "raw", "path", "line", "byte_start", "byte_end", "status"],
    )


def _status(reasons: pa.Array) -> pa.Array:
    """`dropped` where no rejecting reason asks for quarantine."""
    actions = pl.DataFrame({"reason": pl.from_arrow(reasons)}).select(
        pl.col("reason").list.eval(pl.element().struct.field("action").is_in(["quarantine", "fail"])).list.any()
    )
    quarantined = actions.to_series()
    return (
        pl.select(pl.when(quarantined).then(pl.lit("quarantined")).otherwise(pl.lit("dropped"))).to_series().to_arrow()
    )
