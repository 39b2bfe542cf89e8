"""One column, many ways in which strangers write its values: each is read as what it means, or named a misfit."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

import polars as pl
import pytest

from processors.casting.casting import cast
from processors.casting.numerals import NumberStyle
from processors.columns import ColumnType

AMOUNT = ColumnType("decimal", 12, 2, style=NumberStyle(thousands_mark=",", currency="$", accounting=True))
MOMENT = ColumnType("timestamp", formats=("iso", "%m/%d/%y %H:%M", "%m/%d/%Y %H:%M", "%m/%d/%Y %I:%M:%S %p"))


def read(kind: ColumnType, *cells: str) -> list[object]:
    """The values of a column; a misfit is the text itself."""
    values, misfits = cast(pl.Series(cells), kind, ("",))
    return [cell if wrong else value for cell, value, wrong in zip(cells, values, misfits, strict=True)]


def test_amounts_in_one_column_are_read_in_all_the_ways_of_spreadsheets() -> None:
    cells = ("$46,291.98", "(1.00)", " -   ", "58,474.54 ", "$58,474.54 ", " $(1.00)", "($1.00)", "2989.36", "", "7")
    wanted = ["46291.98", "-1.00", "0.00", "58474.54", "58474.54", "-1.00", "-1.00", "2989.36", None, "7.00"]
    assert read(AMOUNT, *cells) == [cell and Decimal(cell) for cell in wanted]


@pytest.mark.parametrize("cell", ["4,6291.98", "46.291,98", "(1.00", "--", "€1.00", "1.005", "$", "1.00-"])
def test_an_amount_in_none_of_these_ways_is_a_misfit(cell: str) -> None:
    assert read(AMOUNT, cell) == [cell]


@pytest.mark.parametrize(
    "cell",
    [
        *("2020-01-23 17:00:00", "2020-01-23T17:00:00", "2020-01-23 17:00", "2020-01-23T17:00:00Z", " 1/23/20 17:00 "),
        *("1/23/20 17:00", "01/23/20 17:00", "1/23/2020 17:00", "1/23/2020 5:00:00 PM", "2020-01-23T18:00:00+01:00"),
    ],
)
def test_a_moment_in_iso_or_as_month_day_and_year_is_the_same_in_one_column(cell: str) -> None:
    assert read(MOMENT, cell) == [datetime(2020, 1, 23, 17, tzinfo=UTC)]


@pytest.mark.parametrize(
    ("unit", "cells"),
    [
        ("kg", ("12 kg", "12kg", " 12.0 kg ", "12")),
        ("%", ("12 %", "12%", "12.0%", "12")),
        ("°C", ("12 °C", "12.0°C", "12")),
        ("EUR", ("12 EUR", "EUR 12", "12")),
    ],
)
def test_a_unit_may_stand_at_a_number_and_does_not_count(unit: str, cells: tuple[str, ...]) -> None:
    kind = ColumnType("number", style=NumberStyle(currency=unit))
    assert read(kind, *cells, "12 lb", "12 Kg") == [12.0] * len(cells) + ["12 lb", "12 Kg"]


def test_a_percentage_stays_the_number_that_is_written() -> None:
    assert read(ColumnType("decimal", 5, 2, style=NumberStyle(currency="%")), "(12.5%)", "12.5%") == [
        "(12.5%)",
        Decimal("12.50"),
    ]
