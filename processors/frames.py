"""Between Arrow and polars. Rows travel as Arrow; a step hands polars only the columns that it computes with.

Expressions are computed one after the other (`select_seq`): handing a micro-batch's to polars' pool of threads takes
longer than computing them, and the commit beside needs the other core.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import numpy as np
import polars as pl
import pyarrow as pa
import pyarrow.compute as pc
from polars.exceptions import PanicException, PolarsError

_PLAIN = pl.CompatLevel.oldest()


def to_frame(rows: pa.RecordBatch, names: Iterable[str] | None = None) -> pl.DataFrame:
    """`rows`, or only the columns `names` of it, as a polars frame.

    As a stream of one batch: from the batch itself polars would make its frame with its pool of threads, which costs
    more than the work.
    """
    chosen = rows if names is None else rows.select(list(names))
    return pl.DataFrame(pa.RecordBatchReader.from_batches(chosen.schema, [chosen]))


def computed(frame: pl.DataFrame, expressions: Sequence[pl.Expr]) -> pl.DataFrame:
    """The expressions over `frame`; null in a row for which an expression cannot be computed.

    polars gives up a whole frame for one value that overflows or does not cast. Then the frame is halved until the row
    stands alone, so that a row's value never depends on its neighbours.
    """
    try:
        return frame.select_seq(expressions)
    except (PolarsError, PanicException):
        if frame.height > 1:
            middle = frame.height // 2
            return pl.concat([computed(frame[:middle], expressions), computed(frame[middle:], expressions)])
    return pl.DataFrame([_alone(frame, expression) for expression in expressions])


def _alone(row: pl.DataFrame, expression: pl.Expr) -> pl.Series:
    try:
        return row.select(expression).to_series()
    except (PolarsError, PanicException):
        name, kind = next(iter(row.lazy().select(expression).collect_schema().items()))
        return pl.Series(name, [None], kind)


def known(cells: pa.Array) -> pl.Series:
    """Where there is a value: the bitmap that an array with nulls has anyway.

    To ask polars is an expression, to ask Arrow a kernel; each takes several times as long on a micro-batch.
    """
    bits = cells.buffers()[0]
    if bits is None:
        return pl.Series(pc.is_valid(cells))
    return pl.Series(pa.BooleanArray.from_buffers(pa.bool_(), len(cells), [None, bits], offset=cells.offset))


def to_arrays(frame: pl.DataFrame) -> dict[str, pa.Array]:
    """The columns of `frame` as Arrow arrays; text as large_string, which every consumer reads."""
    return {column.name: column.to_arrow(compat_level=_PLAIN) for column in frame.rechunk().get_columns()}


def with_columns(rows: pa.RecordBatch, columns: Mapping[str, pa.Array]) -> pa.RecordBatch:
    """`rows` with `columns` in the place of those of the same name, new ones at the end."""
    arrays = dict(zip(rows.schema.names, rows.columns, strict=True)) | dict(columns)
    return pa.RecordBatch.from_arrays(list(arrays.values()), names=list(arrays))


def parted(rows: pa.RecordBatch, apart: pl.Series) -> tuple[pa.RecordBatch, pa.RecordBatch]:
    """The rows where `apart` is false and those where it is true, each in their order: taken at once, then cut."""
    mask = apart.to_numpy()
    first, second = np.flatnonzero(~mask), np.flatnonzero(mask)
    both = rows.take(pa.array(np.concatenate([first, second])))
    return both[: len(first)], both[len(first) :]


def only(rows: pa.RecordBatch, kept: pl.Series) -> pa.RecordBatch:
    """The rows where `kept` is true."""
    return rows.filter(kept.to_arrow())
