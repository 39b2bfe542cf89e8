"""Joined rows as CSV or Parquet, page by page, there as a whole or not at all."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, TypeAlias

import polars as pl
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from processors.errors import ConfigError
from sinks.database.encoding import iso_timestamps
from stream.features.formats import file_format
from stream.replacing import replacing_bytes, sync_folder

Writer: TypeAlias = Callable[[pa.RecordBatch], None]


@contextmanager
def writing(path: Path, schema: pa.Schema) -> Iterator[Writer]:
    """What takes the rows. Raises ConfigError where the file cannot hold such columns, OSError as files do."""
    form = file_format(path)
    if not path.parent.is_dir():
        raise ConfigError(f"{path}: there is no folder {path.parent}; make it first.")
    if form == "csv":
        _check_flat(path, schema)
    writer = _parquet if form == "parquet" else _csv
    with replacing_bytes(path) as file, writer(file, schema) as write:
        yield write
    sync_folder(path.parent)


@contextmanager
def _parquet(file: BinaryIO, schema: pa.Schema) -> Iterator[Writer]:
    with pq.ParquetWriter(file, schema) as writer:
        yield writer.write_batch


@contextmanager
def _csv(file: BinaryIO, schema: pa.Schema) -> Iterator[Writer]:
    file.write(csv_header(schema))

    def write(rows: pa.RecordBatch) -> None:
        file.write(csv_lines(rows))

    yield write


def csv_header(schema: pa.Schema) -> bytes:
    """The first line of a CSV file with these columns."""
    return _lines(pl.DataFrame(schema.empty_table()), header=True)


def csv_lines(rows: pa.RecordBatch) -> bytes:
    """Rows as lines of a CSV file."""
    columns = {name: pl.Series(_told(rows[name])) for name in rows.schema.names}
    return _lines(pl.DataFrame(columns), header=False)


def _check_flat(path: Path, schema: pa.Schema) -> None:
    nested = [field.name for field in schema if pa.types.is_nested(field.type) or pa.types.is_binary(field.type)]
    if nested:
        raise ConfigError(f"{path}: a CSV cannot hold {', '.join(nested)}; write a .parquet file.")


def _told(column: pa.Array) -> pa.Array:
    """Instants as the warehouse has them, and empty text as nothing, which polars would put in quotes."""
    if pa.types.is_timestamp(column.type) and column.type.tz is not None:
        return iso_timestamps(column.cast(pa.timestamp("us", "UTC"), safe=False))
    if pa.types.is_string(column.type) or pa.types.is_large_string(column.type):
        return pc.if_else(pc.equal(column, ""), None, column)
    return column


def _lines(frame: pl.DataFrame, *, header: bool) -> bytes:
    """Lines end as RFC 4180 has it."""
    text = io.BytesIO()
    frame.write_csv(text, include_header=header, line_terminator="\r\n")
    return text.getvalue()
