"""Turning masks of failing cells into rejected records that carry every reason."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl
import pyarrow as pa
import pyarrow.compute as pc

from processors.frames import to_frame
from processors.outcome import REJECTED, ROW_ID, RowIds, no_rejects

#: The rule that a cell breaks which does not cast to its column's type.
TYPE = "type"
#: The rule that a record breaks whose file lacks a column.
MISSING = "missing_column"
#: Of a record with a value in a column that the contract does not have.
NEW = "new_column"
#: Of a line among the records that repeats the file's header, and of one that is another header.
REPEATED_HEADER, OTHER_HEADER = "repeated_header", "other_header"


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
    marked = [fault for fault in faults if fault.mask.any()]
    if not marked:
        return no_rejects()
    ids = pl.Series(ROW_ID, row_ids)
    parts = [_reasons(ids, order, fault) for order, fault in enumerate(marked)]
    return _grouped(pl.concat(parts).with_columns(pl.lit(0).alias("step")))


def _reasons(row_ids: pl.Series, order: int, fault: Fault) -> pl.DataFrame:
    mask = fault.mask.fill_null(value=False)
    values = pl.lit(None, pl.String) if fault.values is None else fault.values.filter(mask).cast(pl.String)
    return pl.select(
        row_ids.filter(mask).alias(ROW_ID),
        pl.lit(order).alias("order"),
        pl.struct(
            pl.lit(fault.rule).alias("rule"),
            pl.lit(fault.column, pl.String).alias("column"),
            (values if isinstance(values, pl.Expr) else pl.lit(values)).alias("value"),
            pl.lit(fault.message).alias("message"),
            pl.lit(fault.severity).alias("severity"),
            pl.lit(fault.action).alias("action"),
        ).alias("reason"),
    )


def add_reasons(rejected: pa.RecordBatch, further: pa.RecordBatch) -> tuple[pa.RecordBatch, dict[str, RowIds]]:
    """`rejected` with the reasons that a later step found for some of its rows, which it marks as `rule.<name>`.

    A cell that does not cast, or is not there, gets no further reason: the later step saw a null in its place.
    """
    if not further.num_rows:
        return rejected, {}
    known, found = _one_a_line(rejected, 0), _one_a_line(further, 1)
    misfits = known.filter(pl.col("reason").struct.field("rule").is_in([TYPE, MISSING])).select(ROW_ID, "column")
    new = found.join(misfits, on=[ROW_ID, "column"], how="anti")
    rules = new.group_by(pl.col("reason").struct.field("rule").alias("rule"), maintain_order=True).agg(ROW_ID)
    marked = {f"rule.{rule}": ids.to_numpy() for rule, ids in zip(rules["rule"], rules[ROW_ID], strict=True)}
    return _grouped(pl.concat([known, new])), marked


def _one_a_line(rejected: pa.RecordBatch, step: int) -> pl.DataFrame:
    lines = to_frame(rejected).explode("reasons").rename({"reasons": "reason"}).with_row_index("order")
    column = pl.col("reason").struct.field("column").alias("column")
    return lines.with_columns(column, pl.lit(step).alias("step"))


def _grouped(lines: pl.DataFrame) -> pa.RecordBatch:
    """Lines of `_id`, `step`, `order` and `reason` as one row a record."""
    grouped = lines.sort(ROW_ID, "step", "order").group_by(ROW_ID, maintain_order=True).agg("reason")
    table = grouped.to_arrow().cast(pa.schema([REJECTED.field(0), REJECTED.field(1).with_name("reason")]))
    return table.rename_columns(REJECTED.names).combine_chunks().to_batches()[0]


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
