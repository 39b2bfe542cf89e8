"""Profiles of columns: they add up, they are bounded, and they know how numbers and dates are written."""

from __future__ import annotations

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from processors.profiling.cell_hashes import cell_hashes, joined
from processors.profiling.number_evidence import MARKS
from processors.profiling.profile import DISTINCT_MAX, ColumnProfile, profile
from processors.profiling.time_evidence import ISO_DATE
from processors.schemas.model import VALUES_MAX

CELLS = st.one_of(
    st.text(max_size=12),
    st.sampled_from(["", "NA", "-", "null", " - ", "$ -", "(1.00)", "007", "1e5", "1.234", "1,234.5", "€ 1.234,50"]),
    st.sampled_from(["3/4/2020", "13/4/20 10:00", "2020-01-31", "2020-01-31T10:00:00Z", "20200131", "5 Jan 2020"]),
    st.integers().map(str),
    st.floats(allow_nan=False, allow_infinity=False).map(str),
    st.dates().map(str),
)


def profiled(*cells: str) -> ColumnProfile:
    return profile(pl.Series("cells", list(cells), dtype=pl.String))


def marks_of(*cells: str) -> set[tuple[str, str | None]]:
    """The marks that read all cells."""
    found = profiled(*cells).numbers
    return {marks for place, marks in enumerate(MARKS) if found.count and found.read_by(place) == found.count}


@settings(max_examples=40, deadline=None)
@given(st.lists(CELLS, max_size=30), st.lists(CELLS, max_size=30))
def test_the_profiles_of_two_parts_add_up_to_that_of_the_whole(one: list[str], other: list[str]) -> None:
    assert profiled(*one) + profiled(*other) == profiled(*one, *other)


@settings(max_examples=40, deadline=None)
@given(st.lists(CELLS, max_size=40))
def test_every_cell_is_a_word_for_nothing_a_number_a_date_or_text(cells: list[str]) -> None:
    found = profiled(*cells)
    assert found.words.total() + found.numbers.count + found.times.count + found.texts == found.count == len(cells)


def test_a_profile_does_not_grow_with_the_number_of_values() -> None:
    found = profiled(*(f"value {number}" for number in range(10 * DISTINCT_MAX)))
    assert found.values is None
    assert len(found.some) == VALUES_MAX


def test_the_values_that_are_kept_of_many_are_the_same_wherever_they_occur() -> None:
    values = [f"value {number}" for number in range(1000)]
    assert profiled(*values).some == profiled(*reversed(values), *values).some


@pytest.mark.parametrize(
    ("cells", "marks"),
    [
        (("1,234.50", "12"), {(".", ",")}),
        (("1.234,50", "12"), {(",", ".")}),
        (("1 234,50",), {(",", " ")}),
        (("1'234.50",), {(".", "'")}),
        (("1,5",), {(",", None), (",", "."), (",", " "), (",", "\u00a0"), (",", "\u202f")}),
        (("1,2,3",), set()),
        (("1.234,5", "1,234.5"), set()),
        (("12.34.56",), set()),
    ],
)
def test_the_marks_are_those_that_read_every_number(cells: tuple[str, ...], marks: set[tuple[str, str | None]]) -> None:
    assert marks_of(*cells) == marks


def test_what_stands_around_numbers_is_counted() -> None:
    found = profiled("$1.00", " ($2.50) ", "$ -", "3.00", "007", "1e5").numbers
    assert (found.count, found.currencies, found.accounting, found.zeros, found.exponents) == (6, {"$": 3}, 2, 1, 1)


def test_the_least_and_the_greatest_number_are_read_with_their_marks() -> None:
    extent = profiled("1.234,50", "(2.000,00)", "7").numbers.by_comma
    assert (extent.low, extent.high, extent.digits, extent.fractions) == (-2000, 1234.5, 4, {0: 1, 2: 2})


@pytest.mark.parametrize("cell", ["A03031", "C536379", "85123A", "12 Main Street", "EUR", "$", "1-2", "0x10"])
def test_what_only_looks_like_a_number_is_text(cell: str) -> None:
    assert (profiled(cell).numbers.count, profiled(cell).texts) == (0, 1)


@pytest.mark.parametrize(
    ("cell", "formats"),
    [
        ("2020-01-31", (ISO_DATE,)),
        ("2020-01-31 10:00", ("iso",)),
        ("1/31/2020", ("%m/%d/%Y",)),
        ("31/1/2020", ("%d/%m/%Y",)),
        ("3/4/2020", ("%m/%d/%Y", "%d/%m/%Y")),
        ("1/31/20 9:05", ("%m/%d/%y %H:%M",)),
        ("01/31/2020 12:00:00 AM", ("%m/%d/%Y %I:%M:%S %p",)),
        ("31.12.2020", ("%d.%m.%Y",)),
        ("5-Jan-20", ("%d-%b-%y",)),
        ("5. January 2020", ("%d. %B %Y",)),
        ("1/31/20 10:00:00.1234", ("%m/%d/%y %H:%M:%S%.f",)),
        ("Jan 5, 2020", ("%b %d, %Y",)),
        ("2026-13-45", ()),
    ],
)
def test_a_date_is_read_by_every_format_that_may_be_meant(cell: str, formats: tuple[str, ...]) -> None:
    assert dict(profiled(cell).times.readings) == {formats: 1}


def test_records_differ_where_the_pair_of_their_cells_does() -> None:
    cells = pl.DataFrame({"day": ["1", "1", "2", "2"], "shop": ["a", "b", "a", "b"], "same": ["x", "x", "x", "y"]})
    found = joined([cell_hashes(cells[:2], 10), cell_hashes(cells[2:], 10)])
    assert [found.distinct(place) for place in range(3)] == [2, 2, 2]
    assert found.unique_pairs((0, 1, 2)) == [(0, 1)]


def test_no_more_records_are_hashed_than_are_asked_for() -> None:
    assert cell_hashes(pl.DataFrame({"a": ["1", "2", "3"]}), 2).records == 2
