"""No exported cell is a formula, and every cell comes back as it was."""

from __future__ import annotations

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stream.rejects.export import column_name, column_title
from stream.rejects.spreadsheet import bare, guarded

BEGINNINGS = "=+-@\t\r\n＝＋－＠'"  # noqa: RUF001
CELLS = st.one_of(
    st.text(),
    st.builds(str.__add__, st.text(BEGINNINGS, max_size=3), st.text(max_size=5)),
    st.floats().map(str),
    st.integers().map(str),
    st.sampled_from(["_id", "_raw", "'_line", "''_id"]),
)


@given(CELLS)
def test_every_cell_comes_back(cell: str) -> None:
    assert bare(guarded(cell)) == cell


@given(CELLS)
def test_every_column_name_comes_back(name: str) -> None:
    assert column_name(column_title(name)) == name


@given(CELLS)
def test_no_cell_but_a_number_begins_like_a_formula(cell: str) -> None:
    if guarded(cell)[:1] in set(BEGINNINGS[:-1]):
        assert float(guarded(cell)) is not None


@pytest.mark.parametrize("beginning", list(BEGINNINGS[:-1]))
def test_a_cell_that_begins_like_a_formula_gets_an_apostrophe(beginning: str) -> None:
    assert guarded(f'{beginning}HYPERLINK("x")') == f'\'{beginning}HYPERLINK("x")'


@pytest.mark.parametrize("number", ["-5", "+1.5", "-.5", "-1e9", "-12.", "+0"])
def test_a_plain_number_stays_as_it_is(number: str) -> None:
    assert guarded(number) == number


@pytest.mark.parametrize("cell", ["-5+1", "+1|cmd", "-1e", "-", "+.", "-٣", "-1\n", "-inf"])
def test_what_only_begins_like_a_number_gets_an_apostrophe(cell: str) -> None:
    assert guarded(cell) == f"'{cell}"


@given(st.lists(CELLS.filter(lambda cell: "\0" not in cell), min_size=2, max_size=2))
def test_cells_come_back_through_a_file(cells: list[str]) -> None:
    text = io.StringIO(newline="")
    csv.writer(text).writerow(map(guarded, cells))
    text.seek(0)
    assert [[bare(cell) for cell in row] for row in csv.reader(text)] == [cells]
