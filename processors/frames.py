"""Between Arrow and polars. Rows travel as Arrow; a step hands polars only the columns that it computes with."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import polars as pl
import pyarrow as pa


def to_frame(rows: pa.RecordBatch, names: Iterable[str] | None = None) -> pl.DataFrame:
    """`rows`, or only the columns `names` of it, as a polars frame."""
    frame = pl.from_arrow(rows if names is None else rows.select(list(names)))
    assert isinstance(frame, pl.DataFrame)  # noqa: S101 - from_arrow answers a Series only for an array
    return frame


def to_arrays(frame: pl.DataFrame) -> dict[str, pa.Array]:
    """The columns of `frame` as Arrow arrays; text as large_string, which every consumer reads."""
    table = frame.rechunk().to_arrow(compat_level=pl.CompatLevel.oldest())
    return {name: _array(column) for name, column in zip(table.column_names, table.columns, strict=True)}


def with_columns(rows: pa.RecordBatch, columns: Mapping[str, pa.Array]) -> pa.RecordBatch:
    """`rows` with `columns` in the place of those of the same name, new ones at the end."""
    arrays = dict(zip(rows.schema.names, rows.columns, strict=True)) | dict(columns)
    return pa.RecordBatch.from_arrays(list(arrays.values()), names=list(arrays))


def only(rows: pa.RecordBatch, kept: pl.Series) -> pa.RecordBatch:
    """The rows where `kept` is true."""
    return rows.filter(kept.to_arrow())


def _array(column: pa.ChunkedArray) -> pa.Array:
    return column.chunk(0) if column.num_chunks == 1 else column.combine_chunks()
