"""What the ledger is told of a micro-batch, as parameters of its statements."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import lru_cache, reduce

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from processors.outcome import ROW_ID, Outcome, RowIds
from processors.reasons import REPEATED_HEADER
from sinks.base import MicroBatch, Part
from sinks.database.connection import Scalar, parameter_rows
from sinks.files import FileDialect
from sinks.table import Table


@lru_cache(maxsize=1024)
def _dialect_text(dialect: FileDialect | None) -> str | None:
    return None if dialect is None else json.dumps(asdict(dialect))


@dataclass(frozen=True, slots=True)
class Entry:
    """What the ledger is told of a micro-batch, as parameters of its statements, a row a part; `spans` is empty where
    there is only news, `counts` has a row for each part and name."""

    spans: pa.RecordBatch
    counts: pa.RecordBatch
    files: pa.RecordBatch


@dataclass(frozen=True, slots=True)
class Origin:
    """By what the records of a span were judged: a suite and a config, and in which run; None where nobody says."""

    suite_id: int | None = None
    config_id: int | None = None
    run_id: int | None = None

    def columns(self, spans: int) -> list[pa.Array]:
        """The same for so many spans, as columns of parameters."""
        return [pa.array([each] * spans, pa.int64()) for each in (self.suite_id, self.config_id, self.run_id)]


_NOTHING = pa.RecordBatch.from_pylist([], schema=pa.schema([]))


def entry(batch: MicroBatch, outcome: Outcome) -> Entry:
    """The entry of new spans, whose records had this `outcome`; of a batch without records, its file's state."""
    if not outcome.row_count:
        return Entry(_NOTHING, _NOTHING, file_rows(batch, [0], [0]))
    accepted = _per_part(batch, outcome.accepted[ROW_ID].to_numpy())
    elements = _elements(batch, outcome)
    version = None if batch.parameters is None else batch.parameters.version
    spans = [
        (*_claim(part), split, passed, version)
        for part, split, passed in zip(batch.parts, elements, accepted, strict=True)
    ]
    records = [part.span.row_count for part in batch.parts]
    counts = _counts(batch, {**outcome.marked, **_unknown(batch.table, outcome.accepted)})
    return Entry(parameter_rows(spans), counts, file_rows(batch, records, accepted))


def _elements(batch: MicroBatch, outcome: Outcome) -> list[int]:
    """How many records of each part the steps were asked about: those that could be split, and repeat no header."""
    split = _per_part(batch, batch.rows[ROW_ID].to_numpy())
    lines = outcome.marked.get(f"rule.{REPEATED_HEADER}")
    if lines is None:
        return split
    return [records - repeated for records, repeated in zip(split, _per_part(batch, lines), strict=True)]


def _unknown(table: Table, rows: pa.RecordBatch) -> dict[str, RowIds]:
    """The rows which a rule of the sink cannot compare, since they have a null in one of its columns."""
    marked: dict[str, RowIds] = {}
    for asked in table.suite.expectations if table.suite else ():
        if asked.level == "sink":
            nulls = [rows[name].is_null() for name in asked.columns if rows[name].null_count]
            if nulls:
                ids: RowIds = rows[ROW_ID].filter(reduce(pc.or_, nulls)).to_numpy()
                marked[f"unknown.{asked.name}"] = ids
    return marked


def _claim(part: Part) -> tuple[Scalar, ...]:
    span, index = part.span, part.index
    where = span.id_first, span.row_count, span.byte_start, span.byte_end
    return (*where, index.lines_after, part.digest, index.pack())


def _counts(batch: MicroBatch, marked: Mapping[str, RowIds]) -> pa.RecordBatch:
    counts = [
        (part.span.id_first, name, count)
        for name, ids in marked.items()
        for part, count in zip(batch.parts, _per_part(batch, ids), strict=True)
        if count
    ]
    return parameter_rows(counts) if counts else _NOTHING


def _per_part(batch: MicroBatch, ids: RowIds) -> list[int]:
    """How many of the records belong to each part."""
    if len(batch.parts) == 1:
        return [len(ids)]
    counts: list[int] = np.bincount(batch.part_of(ids), minlength=len(batch.parts)).tolist()
    return counts


def file_rows(batch: MicroBatch, records: Sequence[int], accepted: Sequence[int]) -> pa.RecordBatch:
    """What the batch says of its files, and what is to be added to the balance of each."""
    return parameter_rows(
        [
            (*_file_row(part), count, passed, count - passed)
            for part, count, passed in zip(batch.parts, records, accepted, strict=True)
        ]
    )


def _file_row(part: Part) -> tuple[Scalar, ...]:
    file, stat = part.file, part.stat
    return (
        *(file.file_id, file.dataset, file.path, file.generation, file.date, part.state, part.reason),
        *(_header_text(file.header), file.fingerprint, _dialect_text(file.dialect)),
        *(stat.size, stat.mtime_ns, stat.inode, stat.ctime_ns, int(file.acknowledged)),
    )


@lru_cache(maxsize=64)
def _header_text(header: tuple[str, ...]) -> str:
    return json.dumps(header, ensure_ascii=False)
