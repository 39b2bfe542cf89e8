"""Of what type cells are, and what wider type would take those that do not fit."""

from __future__ import annotations

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from processors.casting.casting import cast
from processors.casting.numerals import NumberStyle
from processors.columns import ColumnType
from processors.schemas.inference import fits_wider, infer, widened
from processors.schemas.model import join_types
from tests.processors.batches import CELLS

INTEGER, PRICE = ColumnType("integer"), ColumnType("decimal", 5, 2)
TYPES = ("unknown", "boolean", "integer", "number", "decimal(5,2)", "decimal(38,30)", "date", "timestamp", "string")


@pytest.mark.parametrize(
    ("cells", "kind"),
    [
        ([], "unknown"),
        (["", " ", "NA"], "unknown"),
        (["1", " -2 ", ""], "integer"),
        (["0", "1"], "integer"),
        (["1", "2.5"], "number"),
        (["1e3", ".5"], "number"),
        (["yes", "No", "TRUE"], "boolean"),
        (["y", "n"], "string"),
        (["02108", "12"], "string"),
        (["00.5"], "string"),
        (["0.5", "0"], "number"),
        (["9223372036854775808"], "string"),
        (["inf", "nan"], "string"),
        (["1e309"], "string"),
        (["2026-11-21"], "date"),
        (["2026-02-30"], "string"),
        (["2026-11-21 09:30:00", "2026-11-21T09:30:00Z"], "timestamp"),
        (["2026-11-21", "2026-11-21 09:30:00"], "string"),
        (["1", "yes"], "string"),
        (["1", "a"], "string"),
        (["0x10", "1_0"], "string"),
    ],
)
def test_the_type_of_a_column_is_the_narrowest_that_takes_its_values(cells: list[str], kind: str) -> None:
    assert infer(pl.Series(cells, dtype=pl.String), ("", "NA")) == kind


@settings(deadline=None)
@given(left=st.lists(CELLS), right=st.lists(CELLS))
def test_the_type_of_two_parts_is_that_of_their_types(left: list[str], right: list[str]) -> None:
    parts = [infer(pl.Series(cells, dtype=pl.String)) for cells in (left, right)]
    assert infer(pl.Series([*left, *right], dtype=pl.String)) == join_types(*parts)


@settings(deadline=None)
@given(*3 * [st.sampled_from(TYPES)])
def test_types_are_joined_in_any_order(one: str, two: str, three: str) -> None:
    assert join_types(one, one) == one
    assert join_types(one, two) == join_types(two, one)
    assert join_types(join_types(one, two), three) == join_types(one, join_types(two, three))


@pytest.mark.parametrize(
    ("kind", "cells", "wider"),
    [
        (INTEGER, ["12.5", "-0.25", "1."], "number"),
        (INTEGER, ["twelve"], None),
        (INTEGER, ["12.5", "twelve"], None),
        (INTEGER, ["1e3"], None),
        (INTEGER, ["9223372036854775808"], None),
        (INTEGER, ["0.1234567890123456"], None),
        (PRICE, ["1234.56"], "decimal(6,2)"),
        (PRICE, ["1.234", "-12345"], "decimal(8,3)"),
        (PRICE, ["1." + "0" * 36], None),
        (PRICE, ["x"], None),
        (ColumnType("integer", style=NumberStyle(currency="$")), ["$1.50"], "number"),
        (ColumnType("number"), ["x"], None),
        (ColumnType("date"), ["2026-11-21 09:30"], None),
        (INTEGER, [], None),
    ],
)
def test_a_type_is_widened_where_that_loses_nothing(kind: ColumnType, cells: list[str], wider: str | None) -> None:
    found = widened(kind, pl.Series(cells, dtype=pl.String))
    assert (found and found.written) == wider


@pytest.mark.parametrize("kind", [INTEGER, PRICE])
@settings(deadline=None)
@given(cells=st.lists(CELLS | st.decimals(places=3, allow_nan=False, allow_infinity=False).map(str), min_size=1))
def test_a_wider_type_takes_every_cell_that_it_is_to_take(kind: ColumnType, cells: list[str]) -> None:
    text = pl.Series(cells, dtype=pl.String)
    _, misfits = cast(text, kind, ("",))
    left = text.filter(misfits)
    for cell in left.filter(fits_wider(kind, left)):
        one = pl.Series([cell])
        wider = widened(kind, one)
        assert wider is not None
        assert cast(one, wider, ("",))[1].to_list() == [False]
