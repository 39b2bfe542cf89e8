"""`status --gaps`: which dates have no file, by the rhythm in which files come."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable
from datetime import date, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from stream.gaps import WEEKDAYS, Gap, coverage
from tests.system.drops import orders, write
from tests.system.processes import Place, ade, entered, load

MONDAY = date(2026, 11, 2)


def of_days(days: Iterable[int]) -> list[str]:
    """Days behind a Monday as dates."""
    return [(MONDAY + timedelta(days=day)).isoformat() for day in sorted(days)]


def test_missing_dates_in_a_row_are_one_gap() -> None:
    found = coverage("orders", of_days([0, 1, 4, 5, 7]))
    assert found.gaps == (Gap("2026-11-04", "2026-11-05", 2), Gap("2026-11-08", "2026-11-08", 1))
    assert (found.dates, found.missing, found.rhythm, found.never) == (5, 3, "day", ())


def test_a_weekday_that_never_has_a_file_is_no_gap() -> None:
    workdays = [day for day in range(28) if day % 7 < 5]
    found = coverage("orders", of_days(workdays))
    assert (found.never, found.gaps) == (("Saturday", "Sunday"), ())


def test_a_gap_reaches_over_weekdays_that_never_have_a_file() -> None:
    workdays = {day for day in range(28) if day % 7 < 5} - {11, 14}
    assert coverage("orders", of_days(workdays)).gaps == (Gap("2026-11-13", "2026-11-16", 2),)


def test_one_weekend_without_files_is_a_gap() -> None:
    assert coverage("orders", of_days([*range(5), 7])).gaps == (Gap("2026-11-07", "2026-11-08", 2),)


def test_a_file_a_week_has_no_gaps_between() -> None:
    assert coverage("orders", of_days([0, 7, 21])).gaps == (Gap("2026-11-16", "2026-11-16", 1),)


def test_files_that_tell_the_month_or_the_year_are_expected_as_often() -> None:
    months = coverage("orders", ["2025-11-01", "2025-12-01", "2026-03-01"])
    assert (months.rhythm, months.gaps) == ("month", (Gap("2026-01-01", "2026-02-01", 2),))
    years = coverage("orders", ["2011-01-01", "2012-01-01", "2014-01-01"])
    assert (years.rhythm, years.gaps) == ("year", (Gap("2013-01-01", "2013-01-01", 1),))


@settings(deadline=None)
@given(st.sets(st.integers(0, 60), min_size=1))
def test_each_date_is_there_or_missing_or_of_a_weekday_that_never_is(days: set[int]) -> None:
    dates = of_days(days)
    found = coverage("orders", dates)
    if found.rhythm != "day":
        return
    missing = {
        each.isoformat()
        for gap in found.gaps
        for each in (date.fromisoformat(gap.first) + timedelta(days=day) for day in range(61))
        if each.isoformat() <= gap.last and WEEKDAYS[each.weekday()] not in found.never
    }
    assert len(missing) == found.missing
    assert not missing.intersection(dates)
    for day in range(min(days), max(days)):
        each = MONDAY + timedelta(days=day)
        assert each.isoformat() in missing.union(dates) or WEEKDAYS[each.weekday()] in found.never


def test_the_command_shows_gaps_of_the_dates_in_the_ledger(place: Place) -> None:
    for day in (21, 22, 25):
        path = write(place.landing / "orders" / f"orders_2026-11-{day}.csv", orders([day]))
        os.utime(path, (1_700_000_000, 1_700_000_000))
    load(place)
    done = ade(place, "status", "--gaps")
    assert (done.returncode, done.stdout) == (
        0,
        "orders: 2026-11-21 to 2026-11-25, a file each day: 3 dates, 2 missing\n  2026-11-23 to 2026-11-24, 2 dates\n",
    )
    [told] = json.loads(entered(place, "status", "--gaps", "--json", "--dataset", "orders").stdout)["datasets"]
    assert told["gaps"] == [{"first": "2026-11-23", "last": "2026-11-24", "dates": 2}]


def test_a_file_for_an_old_date_closes_its_gap(place: Place) -> None:
    for day in (21, 23, 22):
        path = write(place.landing / "orders" / f"orders_2026-11-{day}.csv", orders([day]))
        os.utime(path, (1_700_000_000, 1_700_000_000))
        load(place)
    assert "none is missing" in entered(place, "status", "--gaps").stdout


def test_only_the_dataset_that_is_asked_for_is_shown(loaded: Place) -> None:
    told = json.loads(entered(loaded, "status", "--json", "--dataset", "orders").stdout)
    assert [each["dataset"] for each in told["datasets"]] == ["orders"]
    gaps = json.loads(entered(loaded, "status", "--gaps", "--json", "--dataset", "employees").stdout)
    assert [each["dataset"] for each in gaps["datasets"]] == ["employees"]
