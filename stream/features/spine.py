"""Spines: files with an entity and an instant a row, to which vectors are joined. Read in pages, in their order."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import TextIO

import pyarrow as pa
import pyarrow.parquet as pq

from processors.errors import ConfigError
from stream.features.formats import file_format

#: So many rows are joined at a time.
PAGE_ROWS = 1 << 17
_CELL_BYTES_MAX = 1 << 30


@dataclass(frozen=True, slots=True)
class Page:
    """Rows of a spine, their columns as they came. `numbers`: the line at which each begins, or its number."""

    rows: pa.RecordBatch
    numbers: Sequence[int]


@dataclass(frozen=True, slots=True)
class Spine:
    """An open spine. `pages` can be gone through once."""

    path: Path
    schema: pa.Schema
    pages: Iterator[Page]

    def place(self, number: int) -> str:
        """Where a row of a page is."""
        where = f":{number}" if file_format(self.path) == "csv" else f" row {number}"
        return f"{self.path}{where}"


@contextmanager
def opened(path: Path, page_rows: int = PAGE_ROWS) -> Iterator[Spine]:
    """A CSV file (UTF-8, commas, a header) with all columns as text, or a Parquet file.

    Raises ConfigError where it cannot be read, within the block too.
    """
    form = file_format(path)
    if not path.is_file():
        raise ConfigError(f"{path}: there is no such file. Nothing was written.")
    try:
        if form == "parquet":
            with pq.ParquetFile(path) as file:
                yield Spine(path, _distinct(path, file.schema_arrow), _row_groups(file, page_rows))
        else:
            csv.field_size_limit(_CELL_BYTES_MAX)  # the default is smaller than a cell may be
            with path.open(encoding="utf-8-sig", newline="") as file:
                yield _of_csv(path, file, page_rows)
    except (pa.ArrowException, UnicodeDecodeError, csv.Error) as error:
        what = "Parquet file" if form == "parquet" else "CSV in UTF-8"
        raise ConfigError(f"{path}: is no sound {what}: {error}. Nothing was written.") from error


def _row_groups(file: pq.ParquetFile, page_rows: int) -> Iterator[Page]:
    first = 1
    for rows in file.iter_batches(page_rows):
        yield Page(rows, range(first, first + rows.num_rows))
        first += rows.num_rows


def _of_csv(path: Path, file: TextIO, page_rows: int) -> Spine:
    reader = csv.reader(file, strict=True)
    header = next(reader, [])
    if not header:
        raise ConfigError(f"{path}:1: has no header. Name its columns in the first line.")
    schema = _distinct(path, pa.schema([(name, pa.string()) for name in header]))
    return Spine(path, schema, _records(path, reader, schema, page_rows))


def _records(path: Path, reader: Iterator[list[str]], schema: pa.Schema, page_rows: int) -> Iterator[Page]:
    records = _numbered(path, reader, len(schema))
    while page := list(islice(records, page_rows)):
        numbers, cells = zip(*page, strict=True)
        columns = [pa.array(column, pa.string()) for column in zip(*cells, strict=True)]
        yield Page(pa.RecordBatch.from_arrays(columns, schema=schema), numbers)


def _numbered(path: Path, reader: Iterator[list[str]], width: int) -> Iterator[tuple[int, list[str]]]:
    """Each record and the line at which it begins; blank lines are none. Raises ConfigError where one is ragged: which
    of its cells is the time, nobody knows."""
    number = _line_number(reader) + 1
    for cells in reader:
        at, number = number, _line_number(reader) + 1
        if not cells:
            continue
        if len(cells) != width:
            raise ConfigError(f"{path}:{at}: has {len(cells)} cells and the header {width}. Nothing was written.")
        yield at, cells


def _line_number(reader: Iterator[list[str]]) -> int:
    return int(reader.line_num)  # type: ignore[attr-defined]


def _distinct(path: Path, schema: pa.Schema) -> pa.Schema:
    repeated = sorted({name for name in schema.names if schema.names.count(name) > 1})
    if repeated:
        raise ConfigError(f"{path}: names {', '.join(repeated)} more than once. Rename the columns.")
    return schema
