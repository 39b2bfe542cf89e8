"""Judged spans written down by hand: what a chain might have said of some records, without a landing file.

Record `n` of a drafted file stands in line `n + 1`, in the bytes [10 n, 10 n + 10); the ten bytes before the first are
the header's.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import TypeAlias

import numpy as np
import pyarrow as pa

from processors.columns import ColumnType
from processors.events import encode_malformed
from processors.flags import FLAGS
from processors.outcome import REJECTED, ROW_ID, Outcome, merge_rejects
from processors.reasons import malformed
from processors.rescuing import RESCUED
from processors.schemas.model import Schema
from sinks.base import Judged, MicroBatch, Part, Receipt, Span, Swap
from sinks.files import File, FileStat, FileState, row_id
from sinks.ledger.record_index import RecordIndex
from sinks.table import Table
from sinks.warehouse import Warehouse

Cell: TypeAlias = str | int | float | bool | Decimal | date | datetime | None
Reason: TypeAlias = Mapping[str, str | None]

RECORD_BYTES = 10
DATE = "2026-11-21"


@dataclass(frozen=True, slots=True)
class Accepted:
    """A record that passed all rules, with its typed cells in the order of the table's columns."""

    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class Refused:
    """A record that was split into columns and broke a rule."""

    rule: str = "amount_range"
    action: str = "quarantine"

    def reason(self) -> Reason:
        """The one reason of its reject."""
        return {
            "rule": self.rule,
            "column": None,
            "value": "-1",
            "message": "must hold",
            "severity": "error",
            "action": self.action,
        }


@dataclass(frozen=True, slots=True)
class Malformed:
    """A record that could not be split into columns."""

    rule: str = "field_count"

    def reason(self) -> Reason:
        """The one reason of its reject."""
        return {
            "rule": self.rule,
            "column": None,
            "value": None,
            "message": "the record has 2 fields and the header 3",
            "severity": "error",
            "action": "quarantine",
        }


Record: TypeAlias = Accepted | Refused | Malformed


@dataclass(frozen=True, slots=True)
class Draft:
    """A span of a file, from record `first` on, and what becomes of each of its records. `marked`: how many of the
    first of them are counted, by name. `schema`: what was seen of the file in it; `swap`: the part that it has in the
    change of generations."""

    file_id: int
    first: int
    records: tuple[Record, ...]
    date: str = DATE
    marked: Mapping[str, int] = field(default_factory=dict)
    state: FileState = "committed"
    schema: Schema | None = None
    swap: Swap | None = None

    @property
    def ids(self) -> range:
        """The row ids of its records."""
        start = row_id(self.file_id, self.first)
        return range(start, start + len(self.records))

    @property
    def span(self) -> Span:
        """What its commit claims; the first span of a file claims the header too."""
        last = self.first + len(self.records) - 1
        start = 0 if self.first == 1 else RECORD_BYTES * self.first
        return Span(self.file_id, self.first, len(self.records), start, RECORD_BYTES * (last + 1))


def path_of(file_id: int) -> str:
    """The landing path of a drafted file."""
    return f"sales/part-{file_id}.csv"


def payload(record_id: int, record: Record) -> str:
    """The raw event of a drafted record; it does not depend on what becomes of a record that has columns."""
    if isinstance(record, Malformed):
        return encode_malformed(record.rule, str(record.reason()["message"]), b"too,short")
    return json.dumps({"text": f"cell of {record_id}"}, separators=(",", ":"))


def judged(table: Table, draft: Draft) -> Judged:
    """The draft as what a chain hands to a sink."""
    records = list(zip(draft.ids, draft.records, strict=True))
    kept = [(row, record) for row, record in records if table.raw or not isinstance(record, Accepted)]
    events = pa.record_batch(
        {
            ROW_ID: pa.array([row for row, _ in kept], pa.int64()),
            "payload": pa.array([payload(row, record) for row, record in kept], pa.string()),
        }
    )
    accepted = [(row, record.cells) for row, record in records if isinstance(record, Accepted)]
    broken = [(row, record) for row, record in records if isinstance(record, Malformed)]
    refused = [(row, record) for row, record in records if isinstance(record, Refused)]
    faults = malformed([row for row, _ in broken], [(each.rule, str(each.reason()["message"])) for _, each in broken])
    rejected = merge_rejects(faults, _refused(refused))
    marked = {name: np.array(draft.ids[:count], np.int64) for name, count in draft.marked.items()}
    schemas = {draft.file_id: draft.schema} if draft.schema else {}
    outcome = Outcome(typed_rows(table, accepted), rejected, marked, schemas=schemas)
    return Judged(_batch(table, draft, faults), outcome, events)


def store(warehouse: Warehouse, verdict: Judged) -> Receipt:
    """What a run does with a verdict."""
    return warehouse.commit(warehouse.prepare(verdict))


def store_all(warehouse: Warehouse, verdicts: Iterable[Judged]) -> list[Receipt]:
    """What a run does with verdicts that wait for their commit."""
    return list(warehouse.commit_all([warehouse.prepare(each) for each in verdicts]))


def _refused(records: Sequence[tuple[int, Refused]]) -> pa.RecordBatch:
    ids = pa.array([row for row, _ in records], pa.int64())
    reasons = pa.array([[record.reason()] for _, record in records], REJECTED.field(1).type)
    return pa.RecordBatch.from_arrays([ids, reasons], schema=REJECTED)


def typed_rows(table: Table, rows: Sequence[tuple[int, tuple[Cell, ...]]]) -> pa.RecordBatch:
    """Rows as they leave a chain: `_id`, the table's columns, `_flags`, `_rescued`."""
    arrays = {ROW_ID: pa.array([row for row, _ in rows], pa.int64())}
    for place, (name, kind) in enumerate(table.columns):
        arrays[name] = pa.array([cells[place] for _, cells in rows], arrow_type(kind))
    nothing = pa.nulls(len(rows), pa.string())
    arrays |= {FLAGS: nothing, RESCUED: nothing}
    return pa.RecordBatch.from_arrays(list(arrays.values()), names=list(arrays))


def arrow_type(kind: ColumnType) -> pa.DataType:
    """The Arrow type in which values of a logical type reach the sink."""
    types = {
        "integer": pa.int64(),
        "number": pa.float64(),
        "decimal": pa.decimal128(kind.precision or 38, kind.scale),
        "boolean": pa.bool_(),
        "date": pa.date32(),
        "timestamp": pa.timestamp("us", "UTC"),
    }
    return types.get(kind.name, pa.string())


def _batch(table: Table, draft: Draft, faults: pa.RecordBatch) -> MicroBatch:
    numbers = np.arange(draft.first, draft.first + len(draft.records), dtype=np.int64)
    starts = numbers * RECORD_BYTES
    part = Part(
        file=File(draft.file_id, table.dataset, path_of(draft.file_id), 1, draft.date, ("text",)),
        span=draft.span,
        index=RecordIndex(numbers + 1, starts, starts + RECORD_BYTES, draft.first + len(draft.records)),
        digest=b"\x00" * 32,
        stat=FileStat(1000, 1, draft.file_id),
        state=draft.state,
        reason=f"All {draft.first + len(draft.records) - 1} records are read.",
        arrived_ns=0,
    )
    return MicroBatch(
        (part,),
        table=table,
        rows=pa.record_batch({ROW_ID: pa.array([], pa.int64())}),
        malformed=faults,
        malformed_events=pa.record_batch({ROW_ID: pa.array([], pa.int64()), "payload": pa.array([], pa.string())}),
        ingested_at="2026-11-21T00:00:00Z",
        keep_events=table.raw,
        swap=draft.swap,
    )
