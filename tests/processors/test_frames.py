"""Between Arrow and polars: where a value is, and rows that are taken apart."""

from __future__ import annotations

import polars as pl
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from processors.frames import known, parted
from tests.processors.batches import typed_batches

_CELLS = st.lists(st.none() | st.booleans(), max_size=40)


@settings(deadline=None)
@given(_CELLS, st.integers(0, 20), st.integers(0, 20), st.sampled_from([pa.bool_(), pa.int64(), pa.string()]))
def test_of_an_array_that_was_cut_the_known_cells_are_its_own(
    cells: list[bool | None], begin: int, count: int, kind: pa.DataType
) -> None:
    cut = pa.array(cells, pa.bool_()).cast(pa.int64()).cast(kind)[begin : begin + count]
    assert known(cut).to_list() == [cell is not None for cell in cells[begin : begin + count]]


@settings(deadline=None)
@given(_CELLS, _CELLS)
def test_of_a_series_in_pieces_too(first: list[bool | None], second: list[bool | None]) -> None:
    mask = pl.concat([pl.Series(first, dtype=pl.Boolean), pl.Series(second, dtype=pl.Boolean)], rechunk=False)
    assert known(mask.to_arrow()).to_list() == [cell is not None for cell in first + second]


@pytest.mark.parametrize(
    ("cells", "there"), [(pa.array([1, 2]), True), (pa.nulls(2), False), (pa.nulls(2, pa.string()), False)]
)
def test_an_array_without_a_bitmap_is_known_or_unknown_as_a_whole(cells: pa.Array, there: bool) -> None:
    assert known(cells).to_list() == [there, there]


@settings(deadline=None)
@given(typed_batches(), st.data())
def test_both_parts_are_what_two_filters_give(rows: pa.RecordBatch, data: st.DataObject) -> None:
    mask = data.draw(st.lists(st.booleans(), min_size=rows.num_rows, max_size=rows.num_rows))
    first, second = parted(rows, pl.Series(mask, dtype=pl.Boolean))
    assert first.equals(rows.filter(pa.array([not each for each in mask], pa.bool_())))
    assert second.equals(rows.filter(pa.array(mask, pa.bool_())))
