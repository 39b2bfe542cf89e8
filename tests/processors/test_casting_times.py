"""Dates and timestamps: days and hours that exist, offsets, naive times in the dataset's zone, several formats."""

from __future__ import annotations

from datetime import UTC, date, datetime

import polars as pl
import pytest

from processors.casting.casting import cast
from processors.columns import ColumnType

MISFIT = "a misfit"
BERLIN = "Europe/Berlin"


def read(cell: str, kind: ColumnType, *tokens: str) -> object:
    """What one cell is cast to; text of a value that Python's dates cannot hold."""
    values, misfits = cast(pl.Series([cell]), kind, tokens)
    if misfits[0]:
        return MISFIT
    text = values.cast(pl.String)[0]
    return values[0] if text is None or text[0].isdigit() else text


def utc(*parts: int) -> datetime:
    """A moment."""
    return datetime(*parts, tzinfo=UTC)  # type: ignore[misc,arg-type]


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        ("2023-02-03", date(2023, 2, 3)),
        (" 2023-02-03 ", date(2023, 2, 3)),
        ("2024-02-29", date(2024, 2, 29)),
        ("2000-02-29", date(2000, 2, 29)),
        ("0001-01-01", date(1, 1, 1)),
        ("9999-12-31", date(9999, 12, 31)),
    ],
)
def test_a_date_is_iso(cell: str, value: date) -> None:
    assert read(cell, ColumnType("date")) == value


@pytest.mark.parametrize(
    "cell",
    [
        *(
            "2023-02-29",
            "1900-02-29",
            "2023-02-30",
            "2023-04-31",
            "2023-13-01",
            "2023-00-10",
            "2023-01-00",
            "2023-01-32",
        ),
        *("20230203", "2023/02/03", "03.02.2023", "23-02-03x", "2023-02-03T00:00:00", "2023-02-03 00:00", "2023-02"),
        *("2023-02-0\uff13", "\uff12023-02-03", "45000", "today", "-", "2023-02-03\x00"),
    ],
)
def test_what_is_no_day_of_the_calendar_is_a_misfit(cell: str) -> None:
    assert read(cell, ColumnType("date")) == MISFIT


@pytest.mark.parametrize(
    ("cell", "kind"),
    [
        ("+12023-01-01", ColumnType("date")),
        ("-2023-01-01", ColumnType("date")),
        ("+262142-12-31", ColumnType("date")),
        ("+12023-01-01 00:00:00", ColumnType("timestamp")),
        ("-2023-01-01T00:00:00Z", ColumnType("timestamp")),
    ],
)
def test_a_year_that_has_not_four_digits_is_a_misfit(cell: str, kind: ColumnType) -> None:
    """It could be stored, but would not sort as it reads, and neither SQLite nor Python could read it back."""
    assert read(cell, kind) == MISFIT


@pytest.mark.parametrize(
    "cell",
    [
        *(
            "2026-11-21 09:30:00",
            "2026-11-21T09:30:00",
            "2026-11-21 09:30",
            "2026-11-21T09:30",
            " 2026-11-21 09:30:00 ",
        ),
        *("2026-11-21T09:30:00Z", "2026-11-21T09:30:00.000Z", "2026-11-21T09:30:00+00:00", "2026-11-21T10:30:00+01:00"),
        *("2026-11-21 04:00:00-05:30", "2026-11-21T09:30:00.0"),
    ],
)
def test_a_timestamp_is_iso_with_or_without_an_offset(cell: str) -> None:
    assert read(cell, ColumnType("timestamp")) == utc(2026, 11, 21, 9, 30)


@pytest.mark.parametrize(
    "cell",
    [
        *("2026-13-45 99:99:99", "2026-02-30 10:00:00", "2026-11-21 24:00:00", "2026-11-21 09:60:00", "2026-11-21"),
        *("2026-11-21T09:30:00+25:00", "2026-11-21 09:30:00,5", "1795253400", "yesterday", "09:30:00", "2026-11-21T"),
        *("2026-11-21 09:30:00 Z x", "2026-11-21 09:30:00\x00", "inf", "0x10"),
    ],
)
def test_what_is_no_moment_is_a_misfit(cell: str) -> None:
    assert read(cell, ColumnType("timestamp")) == MISFIT


@pytest.mark.parametrize(
    ("cell", "microsecond"),
    [("09:30:00.5", 500_000), ("09:30:00.123456", 123_456), ("09:30:00.123456789", 123_456), ("09:30:00.000001", 1)],
)
def test_a_timestamp_keeps_microseconds_and_no_more(cell: str, microsecond: int) -> None:
    assert read(f"2026-11-21 {cell}", ColumnType("timestamp")) == utc(2026, 11, 21, 9, 30, 0, microsecond)


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        ("2026-01-15 12:00:00", utc(2026, 1, 15, 11)),
        ("2026-07-15 12:00:00", utc(2026, 7, 15, 10)),
        ("2026-03-29 01:59:59", utc(2026, 3, 29, 0, 59, 59)),
        ("2026-03-29 03:00:00", utc(2026, 3, 29, 1)),
        ("2026-10-25 01:59:59", utc(2026, 10, 24, 23, 59, 59)),
        ("2026-10-25 03:00:00", utc(2026, 10, 25, 2)),
    ],
)
def test_a_naive_time_is_read_in_the_dataset_s_zone(cell: str, value: datetime) -> None:
    assert read(cell, ColumnType("timestamp", timezone=BERLIN)) == value


@pytest.mark.parametrize("cell", ["2026-07-15T12:00:00Z", "2026-07-15T14:00:00+02:00", "2026-07-15 07:00:00-05:00"])
def test_an_offset_counts_more_than_the_dataset_s_zone(cell: str) -> None:
    assert read(cell, ColumnType("timestamp", timezone=BERLIN)) == utc(2026, 7, 15, 12)


@pytest.mark.parametrize("cell", ["2026-03-29 02:00:00", "2026-03-29T02:30", "2026-03-29 02:59:59.999999"])
def test_a_time_in_the_hour_that_is_skipped_is_a_misfit(cell: str) -> None:
    assert read(cell, ColumnType("timestamp", timezone=BERLIN)) == MISFIT


@pytest.mark.parametrize(("cell", "minute"), [("02:00:00", 0), ("02:30:00", 30), ("02:59:00", 59)])
def test_a_time_in_the_hour_that_comes_twice_is_the_earlier_one(cell: str, minute: int) -> None:
    assert read(f"2026-10-25 {cell}", ColumnType("timestamp", timezone=BERLIN)) == utc(2026, 10, 25, 0, minute)


def test_a_moment_in_the_skipped_hour_of_another_zone_is_there_in_utc() -> None:
    assert read("2026-03-29 02:30:00", ColumnType("timestamp")) == utc(2026, 3, 29, 2, 30)


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        ("31/12/2026", date(2026, 12, 31)),
        ("12/31/2026", date(2026, 12, 31)),
        ("03/04/2026", date(2026, 4, 3)),
        ("2026-12-31", MISFIT),
        (" 31/12/2026", date(2026, 12, 31)),
    ],
)
def test_the_first_format_that_reads_a_date_counts(cell: str, value: object) -> None:
    assert read(cell, ColumnType("date", formats=("%d/%m/%Y", "%m/%d/%Y"))) == value


def test_one_column_may_hold_several_formats() -> None:
    kind = ColumnType("timestamp", formats=("%d.%m.%Y %H:%M", "%Y%m%dT%H%M%S%z", "%Y-%m-%d"), timezone=BERLIN)
    cells = ["21.11.2026 10:30", "20261121T093000+0000", "2026-11-21", "", "21.11.2026", "2026-11-21 09:30:00"]
    values, misfits = cast(pl.Series(cells), kind, ("",))
    moment = utc(2026, 11, 21, 9, 30)
    assert values.to_list() == [moment, moment, utc(2026, 11, 20, 23), None, None, None]
    assert misfits.to_list() == [False, False, False, False, True, True]


def test_seconds_since_1970_are_not_read_in_the_dataset_s_zone() -> None:
    """A count of seconds is a moment in itself; only clock times need a zone."""
    kind = ColumnType("timestamp", formats=("%s",), timezone=BERLIN)
    assert read("1795253400", kind) == utc(2026, 11, 21, 9, 30)


@pytest.mark.parametrize("text", ["2026-1-1", "+2026-01-01", "2026- 1- 1", "20260101", "2026-01-01 ", "1-1-1"])
def test_a_date_without_formats_is_iso_to_the_letter(text: str) -> None:
    _, misfits = cast(pl.Series([text]), ColumnType("date"), ("",))
    assert misfits.to_list() == [text != "2026-01-01 "]  # blanks around a value do not count


@pytest.mark.parametrize(
    "text",
    [
        "2026-06-01   12:00:00",
        "2026-06-01T 2:00:00",
        "2026-06-01T12:00:00 UTC",
        "2026-06-01 12:00:60",
        "2026-6-1 12:00",
        "+2026-06-01 12:00",
    ],
)
def test_a_timestamp_without_formats_is_iso_to_the_letter(text: str) -> None:
    _, misfits = cast(pl.Series([text]), ColumnType("timestamp"), ("",))
    assert misfits.to_list() == [True]
