"""Turning masks of failing cells into rejected records that carry every reason."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import polars as pl
import pyarrow as pa
import pyarrow.compute as pc

from processors.outcome import REASON, REJECTED, ROW_ID, RowIds, no_rejects

#: The rule that a cell breaks which does not cast to its column's type.
TYPE = "type"
#: The rule that a record breaks whose file lacks a column.
MISSING = "missing_column"
#: Of a record with a value in a column that the contract does not have.
NEW = "new_column"
#: Of a line among the records that repeats the file's header, and of one that is another header.
REPEATED_HEADER, OTHER_HEADER = "repeated_header", "other_header"

_FIELDS = list(REASON)


class Reason(NamedTuple):
    """What all reasons have in common that a rule gives."""

    rule: str
    column: str | None
    message: str
    severity: str
    action: str


@dataclass(frozen=True, slots=True)
class Fault:
    """A rule that some rows broke: `mask` and `values` have one entry a row (Boolean, and text or null)."""

    rule: str
    column: str | None
    message: str
    mask: pl.Series
    values: pl.Series | None
    severity: str = "error"
    action: str = "quarantine"


def reject(row_ids: pa.Array, faults: Sequence[Fault]) -> pa.RecordBatch:
    """The rows that any of `faults` marks, each with all its reasons in the order of `faults`.

    `row_ids`: int64, one entry a row, ascending; a mask that is null does not mark its row.
    """
    ids = pl.Series(row_ids)
    marked = [fault for fault in faults if fault.mask.any()]
    reasons = [Reason(each.rule, each.column, each.message, each.severity, each.action) for each in marked]
    rows = [ids.filter(fault.mask).to_numpy() for fault in marked]
    values = [None if fault.values is None else fault.values.filter(fault.mask) for fault in marked]
    return reject_for(reasons, rows, values)


def reject_for(reasons: Sequence[Reason], rows: Sequence[RowIds], values: Sequence[pl.Series | None]) -> pa.RecordBatch:
    """As `reject`; for each of `reasons` the ids of its rows, one at least, and the values there."""
    if not reasons:
        return no_rejects()
    counts = [len(some) for some in rows]
    text = _text(values, counts)
    ids = np.concatenate(rows)
    order = ids.argsort(kind="stable")
    of_reason = np.repeat(np.arange(len(rows)), counts)[order]
    text = pa.array(text[order], pa.string())
    rule, column, message, severity, action = _known(tuple(reasons)).take(pa.array(of_reason)).columns
    told = pa.StructArray.from_arrays([rule, column, text, message, severity, action], fields=_FIELDS)
    return _grouped(ids[order], told)


def _text(values: Sequence[pl.Series | None], counts: Sequence[int]) -> npt.NDArray[np.object_]:
    """The values as text, one after the other; as many nulls as there are rows where there are none.

    As objects of Python: that costs least for the few rejects of a micro-batch, and little more for many.
    """
    text: list[str | None] = []
    for some, count in zip(values, counts, strict=True):
        text += [None] * count if some is None else some.cast(pl.String).to_list()
    return np.array(text, np.object_)


@lru_cache(maxsize=1024)
def _known(reasons: tuple[Reason, ...]) -> pa.RecordBatch:
    """Everything of the reasons but the value."""
    columns = [pa.array(of_all, pa.string()) for of_all in zip(*reasons, strict=True)]
    return pa.RecordBatch.from_arrays(columns, names=Reason._fields)


def _grouped(ids: RowIds, reasons: pa.Array) -> pa.RecordBatch:
    """One row a record, of reasons that stand record by record. `ids`: the record of each, ascending."""
    edge = np.ones(len(ids) + 1, np.bool_)
    np.not_equal(ids[1:], ids[:-1], out=edge[1:-1])
    edges = edge.nonzero()[0]
    lists = pa.ListArray.from_arrays(pa.array(edges.astype(np.int32)), reasons)
    return pa.RecordBatch.from_arrays([pa.array(ids[edges[:-1]]), lists], schema=REJECTED)


def add_reasons(rejected: pa.RecordBatch, further: pa.RecordBatch) -> tuple[pa.RecordBatch, dict[str, RowIds]]:
    """`rejected` with the reasons that a later step found for some of its rows, which it marks as `rule.<name>`.

    A cell that does not cast, or is not there, gets no further reason: the later step saw a null in its place.
    """
    if not further.num_rows:
        return rejected, {}
    (known, reasons), (found, more) = _one_a_line(rejected), _one_a_line(further)
    new = ~_of_misfits(known, reasons, found, more)
    found, more = found[new], more.filter(pa.array(new))
    order = np.argsort(np.concatenate([known, found]), kind="stable")
    rules = more.field("rule").dictionary_encode()
    numbers = rules.indices.to_numpy()
    marked = {f"rule.{rule}": found[numbers == number] for number, rule in enumerate(rules.dictionary.to_pylist())}
    whole = pa.concat_arrays([reasons, more]).take(pa.array(order))
    return _grouped(np.concatenate([known, found])[order], whole), marked


def _one_a_line(rejected: pa.RecordBatch) -> tuple[RowIds, pa.Array]:
    """The reasons one after the other, and the row id of each."""
    lists = rejected["reasons"]
    return np.repeat(rejected[ROW_ID].to_numpy(), lists.value_lengths().to_numpy()), lists.flatten()


def _of_misfits(known: RowIds, reasons: pa.Array, found: RowIds, more: pa.Array) -> npt.NDArray[np.bool_]:
    """Which of the further reasons are about a cell that does not cast or is not there."""
    columns = pa.concat_arrays([reasons.field("column"), more.field("column")]).dictionary_encode()
    column = columns.indices.fill_null(len(columns.dictionary)).to_numpy()
    misfit = pc.is_in(reasons.field("rule"), pa.array([TYPE, MISSING])).to_numpy(zero_copy_only=False)
    cells = np.searchsorted(known, np.concatenate([known, found])) * (len(columns.dictionary) + 1) + column
    about: npt.NDArray[np.bool_] = np.isin(cells[len(known) :], cells[: len(known)][misfit])
    named: npt.NDArray[np.bool_] = column[len(known) :] < len(columns.dictionary)
    return about & named


def malformed(row_ids: Sequence[int], faults: Sequence[tuple[str, str]]) -> pa.RecordBatch:
    """Records that could not be split into columns, each with one reason: (rule, message)."""
    reasons = [
        [{"rule": rule, "column": None, "value": None, "message": message, "severity": "error", "action": "quarantine"}]
        for rule, message in faults
    ]
    arrays = [pa.array(row_ids, pa.int64()), pa.array(reasons, REJECTED.field(1).type)]
    return pa.RecordBatch.from_arrays(arrays, schema=REJECTED)


def marked_faults(records: pa.RecordBatch) -> dict[str, RowIds]:
    """The ids of such records by their fault, as `rule.<name>`."""
    rules = records["reasons"].flatten().field("rule")
    return {
        f"rule.{rule}": records[ROW_ID].filter(pc.equal(rules, rule)).to_numpy() for rule in rules.unique().to_pylist()
    }
