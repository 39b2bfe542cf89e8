"""What the format of CSV files promises, for any text."""

from __future__ import annotations

import csv
import hashlib
import io

import polars as pl
import pyarrow as pa
import pyarrow.csv as pacsv
from hypothesis import given, settings
from hypothesis import strategies as st

from stream.exporting.formats import Csv, Hashed

TEXT = st.text(st.characters(codec="utf-8"), max_size=6) | st.sampled_from(["", '"', "\r", "\n", "\r\n", ",", " ", "'"])
CELLS = st.none() | TEXT
ROWS = st.lists(st.tuples(CELLS, CELLS), max_size=12)


def written(*frames: pl.DataFrame) -> tuple[bytes, str]:
    """The bytes of a file with these frames, and their hash."""
    target = io.BytesIO()
    hashed = Hashed(target)
    file = Csv(hashed)
    for frame in frames:
        file.write(frame.to_arrow())
    file.end()
    return target.getvalue(), hashed.content_hash()


def framed(rows: list[tuple[str | None, str | None]]) -> pl.DataFrame:
    return pl.DataFrame(rows, {"a": pl.String, "b": pl.String}, orient="row")


@settings(deadline=None)
@given(ROWS)
def test_python_reads_every_cell_as_it_was(rows: list[tuple[str | None, str | None]]) -> None:
    read = csv.reader(io.StringIO(written(framed(rows))[0].decode(), newline=""), strict=True)
    assert list(read) == [["a", "b"], *([cell or "" for cell in row] for row in rows)]


@settings(deadline=None)
@given(ROWS)
def test_nothing_and_an_empty_text_are_told_apart(rows: list[tuple[str | None, str | None]]) -> None:
    told = pacsv.ConvertOptions(strings_can_be_null=True, quoted_strings_can_be_null=False, null_values=[""])
    lines = pacsv.ParseOptions(newlines_in_values=True)
    told.column_types = {"a": pa.string(), "b": pa.string()}
    read = pacsv.read_csv(io.BytesIO(written(framed(rows))[0]), parse_options=lines, convert_options=told)
    assert [tuple(row.values()) for row in read.to_pylist()] == rows


@settings(deadline=None)
@given(ROWS, st.integers(0, 12))
def test_it_makes_no_difference_where_the_rows_are_cut(rows: list[tuple[str | None, str | None]], at: int) -> None:
    whole = framed(rows)
    assert written(whole[:at], whole[at:]) == written(whole)


def test_the_hash_is_that_of_the_bytes() -> None:
    data, digest = written(framed([("x", None)]))
    assert digest == hashlib.sha256(data).hexdigest()


@settings(deadline=None)
@given(st.lists(st.floats(allow_nan=False, allow_infinity=False), min_size=1))
def test_numbers_are_written_so_that_they_come_back(numbers: list[float]) -> None:
    [_, *lines] = written(pl.DataFrame({"x": numbers}))[0].decode().splitlines()
    assert [float(line) for line in lines] == numbers
