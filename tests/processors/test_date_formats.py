"""Formats of dates and times are met to the letter, so which of several reads a cell is never a matter of luck."""

from __future__ import annotations

from datetime import UTC, date, datetime

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from processors.casting.casting import cast, expected
from processors.columns import ColumnType, TypeName

MISFIT = "a misfit"
REPORTS = ("iso", "%m/%d/%Y %H:%M", "%m/%d/%y %H:%M")


def read(cell: str, *formats: str, kind: TypeName = "date", first_year: int = 1969) -> object:
    """What one cell is cast to."""
    values, misfits = cast(pl.Series([cell]), ColumnType(kind, formats=formats, first_year=first_year), ("",))
    return MISFIT if misfits[0] else values[0]


@pytest.mark.parametrize("order", [REPORTS, REPORTS[::-1], (REPORTS[1], REPORTS[0], REPORTS[2])])
@pytest.mark.parametrize(
    ("cell", "value"),
    [
        ("1/22/2020 17:00", datetime(2020, 1, 22, 17, tzinfo=UTC)),
        ("1/23/20 17:00", datetime(2020, 1, 23, 17, tzinfo=UTC)),
        ("01/02/20 7:05", datetime(2020, 1, 2, 7, 5, tzinfo=UTC)),
        ("2020-02-02T23:43:02", datetime(2020, 2, 2, 23, 43, 2, tzinfo=UTC)),
        ("2020-03-23 23:19:34", datetime(2020, 3, 23, 23, 19, 34, tzinfo=UTC)),
        ("1/22/120 17:00", MISFIT),
        ("2020-2-2T23:43:02", MISFIT),
    ],
)
def test_iso_and_formats_stand_beside_each_other_in_any_order(order: tuple[str, ...], cell: str, value: object) -> None:
    assert read(cell, *order, kind="timestamp") == value


@pytest.mark.parametrize(
    ("form", "cell"),
    [
        *(("%m/%d/%Y", "1/22/20"), ("%m/%d/%Y", "1/22/020"), ("%m/%d/%Y", "1/22/+2020"), ("%m/%d/%Y", "1/22/12020")),
        *(("%m/%d/%y", "1/22/2020"), ("%m/%d/%y", "1/22/2"), ("%m/%d/%y", "1/22/+2"), ("%m/%d/%y", "1/22/-20")),
        *(("%m/%d/%Y", "1/ 2/2020"), ("%m/%d/%Y", "+1/2/2020"), ("%m/%d/%Y", "001/2/2020"), ("%m/%d/%Y", "1/2 /2020")),
        *(("%Y%m%d", "2020102"), ("%Y%m%d", "2020 1 2"), ("%y%m%d", "20102"), ("%d %b %Y", "1  Jan 2020")),
        *(("%d %b %Y", "1Jan2020"), ("%d %b %Y", "1 January 2020"), ("%d %B %Y", "1 Jan 2020"), ("%Y-%j", "2020-2")),
        *(("%A %d %B %Y", "Wed 1 January 2020"), ("%m/%d/%Y", "1/22/2020 00:00"), ("%m/%d/%Y", "\uff11/22/2020")),
        *(("%m/%d/%Y %H:%M", "1/22/2020  17:00"), ("%m/%d/%Y %H:%M", "1/22/202017:00"), ("%-m/%Y/%d", "1/20/2020")),
        *(("%m/%d/%Y %H:%M", "1/22/2020 17:0"), ("%m/%d/%Y %I:%M %p", "1/22/2020 1:05"), ("%m/%d/%y", "2/30/20")),
    ],
)
def test_text_that_a_lenient_parser_would_take_is_a_misfit(form: str, cell: str) -> None:
    assert read(cell, form) == MISFIT


@pytest.mark.parametrize(
    ("form", "cell"),
    [
        *(("%m/%d/%Y", "1/2/2020"), ("%m/%d/%Y", "01/02/2020"), ("%-m/%-d/%Y", "1/2/2020"), ("%D", "1/2/20")),
        *(("%Y%m%d", "20200102"), ("%y%m%d", "200102"), ("%d %b %Y", "2 JAN 2020"), ("%d %B %Y", "2 january 2020")),
        *(("%e.%m.%Y", " 2.01.2020"), ("%A, %d %B %Y", "Thursday, 2 January 2020"), ("%Y-%j", "2020-002")),
        *(("%G-W%V-%u", "2020-W01-4"), ("%m/%d/%Y %I:%M:%S %p", "01/02/2020 12:00:00 AM"), ("%d%%%m%%%Y", "2%1%2020")),
        *(("%F", "2020-01-02"), ("(%d+%m+%Y)", "(2+1+2020)"), ("%a %d-%h-%y", "Thu 2-Jan-20")),
    ],
)
def test_a_cell_that_fits_is_read(form: str, cell: str) -> None:
    assert read(cell, form) == date(2020, 1, 2)


@pytest.mark.parametrize(
    ("form", "cell", "microsecond"),
    [
        *(
            ("%Y-%m-%d %H:%M:%S%.f", "2020-01-02 03:04:05.5", 500_000),
            ("%F %T,%3f", "2020-01-02 03:04:05,007", 7000),
        ),
        *(("%F %T%.3f", "2020-01-02 03:04:05.120", 120_000), ("%F %T%.f", "2020-01-02 03:04:05", 0)),
        *(("%F %T%:z", "2020-01-02 04:04:05+01:00", 0), ("%F %T %z", "2020-01-02 04:04:05 +0100", 0)),
        *(("%FT%T%#z", "2020-01-02T03:04:05Z", 0), ("%+", "2020-01-02T03:04:05.25Z", 250_000)),
        *(("%F %r", "2020-01-02 03:04:05 am", 0), ("%s", "1577934245", 0)),
    ],
)
def test_a_moment_that_fits_is_read(form: str, cell: str, microsecond: int) -> None:
    assert read(cell, form, kind="timestamp") == datetime(2020, 1, 2, 3, 4, 5, microsecond, UTC)


@pytest.mark.parametrize(
    ("first_year", "year"), [(1969, 1969), (1970, 2069), (1930, 1969), (1900, 1969), (2000, 2069), (1870, 1969)]
)
def test_a_year_of_two_digits_is_one_of_the_hundred_years_from_the_first(first_year: int, year: int) -> None:
    assert read("3/1/69", "%m/%d/%y", first_year=first_year) == date(year, 3, 1)


@settings(max_examples=100, deadline=None)
@given(first=st.integers(1000, 9900), offset=st.integers(0, 99), padded=st.booleans())
def test_every_year_of_the_hundred_is_read_back(first: int, offset: int, padded: bool) -> None:
    year = first + offset
    cell = f"{'01/09' if padded else '1/9'}/{year % 100:02}"
    assert read(cell, "%m/%d/%y", first_year=first) == date(year, 1, 9)


def test_the_29th_of_february_is_there_in_leap_years_only() -> None:
    assert read("2/29/00", "%m/%d/%y") == date(2000, 2, 29)
    assert read("2/29/00", "%m/%d/%y", first_year=1900) == MISFIT


@pytest.mark.parametrize("form", ["%Q", "%f", "%Z", "%x", "%c", "%"])
def test_a_letter_without_a_shape_is_refused(form: str) -> None:
    with pytest.raises(ValueError, match=r"is not taken[;,] "):
        read("2020", form)


def test_a_misfit_is_told_the_formats() -> None:
    assert expected(ColumnType("timestamp", formats=REPORTS)) == (
        "a timestamp written as in 2026-11-21T09:30:00Z or %m/%d/%Y %H:%M or %m/%d/%y %H:%M"
    )
    assert expected(ColumnType("date")) == "a date written as in 2026-11-21"


@settings(max_examples=100, deadline=None)
@given(
    moment=st.datetimes(datetime(1970, 1, 1), datetime(2068, 12, 31)).map(  # noqa: DTZ001
        lambda each: each.replace(second=0, microsecond=0, tzinfo=UTC)
    ),
    form=st.sampled_from((*REPORTS[1:], "%d %B %Y %I:%M %p", "%y%m%d%H%M", "%a %e %b %Y, %k:%M")),
)
def test_what_a_format_writes_it_reads(moment: datetime, form: str) -> None:
    text = pl.Series([moment]).dt.to_string(form)[0]
    assert read(text, form, kind="timestamp") == moment
