"""Raw events, staged rows and rejects of one span."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np
import numpy.typing as npt
import polars as pl
import pyarrow as pa

from processors.feature_views.model import FeatureView
from processors.outcome import ROW_ID
from processors.rules.rules import PASSING
from processors.schemas.remembering import Seen, seen
from sinks.base import IdRange, Judged, MicroBatch, Span, Timing
from sinks.database.connection import Connection
from sinks.database.encoding import reasons_json, staged_rows
from sinks.database.identifiers import quote
from sinks.feature_views.staged import about_to_be_staged
from sinks.ledger.entry import Entry, entry
from sinks.rows.tables import row_tables

_INSERT_EVENT = "INSERT INTO raw_events (_id, dataset, payload, ingested_at) VALUES (?, ?, ?, ?)"
_INSERT_REJECT = """
INSERT INTO rejects (_id, dataset, _date, reasons, raw, path, line, byte_start, byte_end, status, attempts)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0)
"""


@dataclass(frozen=True, slots=True)
class Prepared:
    """A verdict in the form in which it is stored: `events`, `rows` and `rejects` with the columns of their tables;
    `of_views`: the rows as feature views take them; `seen`: what a schema version remembers of the rows; `timing`: of
    what was done so far."""

    judged: Judged
    entry: Entry
    events: pa.RecordBatch
    rows: pa.RecordBatch
    rejects: pa.RecordBatch
    of_views: Mapping[FeatureView, pa.RecordBatch]
    seen: Seen
    timing: Timing


def prepare(judged: Judged) -> Prepared:
    """Encode everything; no database is needed."""
    started = time.perf_counter_ns()
    batch, outcome = judged.batch, judged.outcome
    rows, views = outcome.accepted, batch.table.views
    if rows.num_rows:
        rows = staged_rows(rows, batch.table, batch.parts[0].file.date)
    else:
        views = ()
    return Prepared(
        judged,
        entry(batch, outcome),
        _event_rows(judged) if batch.keep_events else judged.events,
        rows,
        _reject_rows(judged) if outcome.rejected.num_rows else outcome.rejected,
        {view: about_to_be_staged(view, batch.table, outcome.accepted, rows) for view in views},
        seen(outcome, batch.table.contract.categories),
        replace(judged.timing, prepare_us=(time.perf_counter_ns() - started) // 1000),  # of all above
    )


class Staging:
    """The tables of one dataset that hold rows. Every method runs inside the caller's transaction."""

    def __init__(self, connection: Connection, dataset: str) -> None:
        self._connection = connection
        self._tables = tuple(quote(name) for name in row_tables(dataset))

    def append_events(self, prepared: Prepared) -> None:
        """The raw layer's records, which nothing changes afterwards."""
        self._connection.insert(_INSERT_EVENT, prepared.events)

    def append(self, prepared: Prepared) -> None:
        """The accepted rows and the rejects. Columns that the rows do not have are null."""
        if prepared.rows.num_rows:
            self._connection.insert(_insert(self._tables[0], tuple(prepared.rows.schema.names)), prepared.rows)
        self._connection.insert(_INSERT_REJECT, prepared.rejects)

    def accepted(self, span: Span | IdRange) -> int:
        """How many rows of the span are staged."""
        return self._connection.integer(
            f"SELECT count(*) FROM {self._tables[0]} WHERE _id BETWEEN ? AND ?", span.id_first, span.id_last
        )

    def clear(self, span: Span | IdRange) -> None:
        """Take the span's rows and rejects away; its raw events stay."""
        for table in (*self._tables, "rejects"):
            self._connection.run(f"DELETE FROM {table} WHERE _id BETWEEN ? AND ?", span.id_first, span.id_last)


@lru_cache(maxsize=256)
def _insert(table: str, columns: tuple[str, ...]) -> str:
    names, marks = ", ".join(quote(name) for name in columns), ", ".join("?" for _ in columns)
    return f"INSERT INTO {table} ({names}) VALUES ({marks})"


def _event_rows(judged: Judged) -> pa.RecordBatch:
    events, count = judged.events, judged.events.num_rows
    columns = [
        events[ROW_ID],
        pa.repeat(judged.batch.dataset, count),
        events["payload"],
        pa.repeat(judged.batch.ingested_at, count),
    ]
    return pa.RecordBatch.from_arrays(columns, names=[ROW_ID, "dataset", "payload", "ingested_at"])


def _reject_rows(judged: Judged) -> pa.RecordBatch:
    batch, rejected = judged.batch, judged.outcome.rejected
    ids = rejected[ROW_ID].to_numpy()
    paths, places = _places(batch, ids)
    events = judged.events.take(pa.array(np.searchsorted(judged.events[ROW_ID].to_numpy(), ids)))
    count = rejected.num_rows
    return pa.RecordBatch.from_arrays(
        [
            rejected[ROW_ID],
            pa.repeat(batch.dataset, count),
            pa.repeat(batch.parts[0].file.date, count),
            reasons_json(rejected["reasons"]).to_arrow(),
            events["payload"],
            paths,
            *(pa.array(place) for place in places),
            _status(rejected["reasons"]),
        ],
        names=["_id", "dataset", "_date", "reasons", "raw", "path", "line", "byte_start", "byte_end", "status"],
    )


def _places(batch: MicroBatch, ids: npt.NDArray[np.int64]) -> tuple[pa.Array, tuple[npt.NDArray[np.int64], ...]]:
    """The path of each record; its line, first byte and end."""
    of_parts = [np.flatnonzero(batch.part_of(ids) == number) for number in range(len(batch.parts))]
    paths = [pa.repeat(part.file.path, len(at)) for part, at in zip(batch.parts, of_parts, strict=True)]
    found = [part.index.at(ids[at] - part.span.id_first) for part, at in zip(batch.parts, of_parts, strict=True)]
    return pa.concat_arrays(paths), tuple(np.concatenate(column) for column in zip(*found, strict=True))


def _status(reasons: pa.Array) -> pa.Array:
    """`dropped` where no rejecting reason asks for more."""
    actions = pl.DataFrame({"reason": pl.from_arrow(reasons)}).select(
        pl.col("reason").list.eval(~pl.element().struct.field("action").is_in([*PASSING, "drop"])).list.any()
    )
    quarantined = actions.to_series()
    return (
        pl.select(pl.when(quarantined).then(pl.lit("quarantined")).otherwise(pl.lit("dropped"))).to_series().to_arrow()
    )
