"""Names in headers and declared columns: to the letter first, then by what they mean, and never by a guess."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from processors.columns import Column, ColumnType
from processors.naming.matching import declared

TEXT = ColumnType("string")
TOTAL = Column("total", "Total Earnings", TEXT, aliases=("TOTAL_GROSS", "Sum"))
ZIP = Column("zip", "POSTAL", TEXT)
NAMES = st.sampled_from(["a", "A", " a", "a-b", "a_b", "A B", "a b", "b", "B", "ab", "_a", "é", "e", "Ж", "ж", "", "-"])
#: No two columns have a name in common, as a config sees to; their own names may mean those of others.
COLUMNS = st.lists(NAMES, unique=True).map(
    lambda names: tuple(
        Column(("ab", "a", "b", "e")[place // 2 % 4], names[place], TEXT, aliases=tuple(names[place + 1 : place + 2]))
        for place in range(0, min(len(names), 8), 2)
    )
)


def found(header: list[str], *columns: Column) -> dict[str, str]:
    """The names of the declared columns by those in the header."""
    return {name: column.name for name, column in declared(header, columns).items()}


@pytest.mark.parametrize("name", ["Total Earnings", "TOTAL EARNINGS", "total_earnings", "TOTAL_ GROSS", "sum", "TOTAL"])
def test_a_column_is_found_however_one_of_its_names_is_written(name: str) -> None:
    assert found([name, "Zip"], TOTAL, ZIP) == {name: "total", "Zip": "zip"}


@pytest.mark.parametrize("name", ["Totals", "Total-", "Earnings", "", "-", "Zíp 2"])
def test_a_name_that_means_something_else_is_not_declared(name: str) -> None:
    assert found([name], Column("n", "Total Earnings", TEXT), ZIP) == {}


def test_a_name_to_the_letter_leaves_those_alone_that_mean_the_same() -> None:
    assert found(["sum", "Sum", "TOTAL", "total_gross"], TOTAL) == {"Sum": "total"}


def test_a_name_of_the_config_comes_before_the_column_s_own() -> None:
    assert found(["TOTAL", "sum"], TOTAL) == {"sum": "total"}
    swapped = (Column("a", "b", TEXT), Column("b", "a", TEXT))
    assert found(["A", "B"], *swapped) == {"A": "b", "B": "a"}


def test_several_names_of_one_column_are_all_told_and_the_first_of_the_config_first() -> None:
    assert list(found(["Sum", "TOTAL_GROSS"], TOTAL).items()) == [("TOTAL_GROSS", "total"), ("Sum", "total")]
    assert found(["SUM", "total gross"], TOTAL) == {"SUM": "total", "total gross": "total"}


def test_a_name_that_may_mean_two_columns_means_none() -> None:
    both = (Column("one", "a-b", TEXT), Column("two", "a_b", TEXT))
    assert found(["a_b", "a-b"], *both) == {"a_b": "two", "a-b": "one"}
    assert found(["a_b", "A B"], *both) == {"a_b": "two"}
    assert found(["A B"], *both) == {}


@given(st.lists(NAMES, unique=True), COLUMNS)
def test_the_order_of_a_header_does_not_matter(header: list[str], columns: tuple[Column, ...]) -> None:
    assert found(header, *columns) == found(header[::-1], *columns)


@given(st.lists(NAMES, unique=True), COLUMNS)
def test_a_column_that_has_a_name_to_the_letter_has_only_such_names(
    header: list[str], columns: tuple[Column, ...]
) -> None:
    for name, column in declared(header, columns).items():
        assert name in column.names or not set(column.names) & set(header)
