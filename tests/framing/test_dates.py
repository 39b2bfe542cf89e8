"""The execution date is read from the path: where it is written, which one counts, and what is no date."""

from __future__ import annotations

import pytest

from stream.landing.dates import execution_date

US = r"(?P<month>\d\d)-(?P<day>\d\d)-(?P<year>\d{4})"
NAMED = r"(?P<day>\d\d)(?P<month>\d\d)(?P<year>\d{4})\.csv$"


@pytest.mark.parametrize(
    ("path", "date"),
    [
        ("orders/dt=2026-11-21/part.csv", "2026-11-21"),
        ("dt=2026-11-21/part.csv", "2026-11-21"),
        ("orders/dt=2026-11-21", "2026-11-21"),
        ("orders/orders_2026-11-21.csv", "2026-11-21"),
        ("orders/2026-11-21/part-0001.csv", "2026-11-21"),
        ("orders/20261121.csv", "2026-11-21"),
        ("orders/orders_20261121_0930.csv", "2026-11-21"),
        ("orders/v2-20261121.csv", "2026-11-21"),
        ("orders/2024-02-29.csv", "2024-02-29"),
    ],
)
def test_a_date_is_found_in_the_path(path: str, date: str) -> None:
    assert execution_date(path) == date


@pytest.mark.parametrize(
    ("path", "date"),
    [
        ("2026-11-20/orders_2026-11-21.csv", "2026-11-21"),
        ("dt=2026-11-20/dt=2026-11-21/part.csv", "2026-11-21"),
        ("20261120/20261121.csv", "2026-11-21"),
        ("2026-11-21/orders_2026-13-45.csv", "2026-11-21"),
    ],
)
def test_of_several_dates_the_last_one_counts(path: str, date: str) -> None:
    assert execution_date(path) == date


@pytest.mark.parametrize(
    ("path", "date"),
    [
        ("dt=2026-11-20/orders_2026-11-21.csv", "2026-11-20"),
        ("dt=2026-11-20/20261121.csv", "2026-11-20"),
        ("2026-11-20/20261121.csv", "2026-11-20"),
    ],
)
def test_the_clearer_way_of_writing_counts_more_than_the_place(path: str, date: str) -> None:
    assert execution_date(path) == date


@pytest.mark.parametrize(
    "path",
    [
        *(
            "orders/part.csv",
            "",
            "orders/2026-13-45.csv",
            "orders/2026-02-29.csv",
            "orders/20260229.csv",
            "99999999.csv",
        ),
        *("orders/20261121093000.csv", "orders/120261121.csv", "orders/12026-11-211.csv", "orders/2026-11.csv"),
        *("orders/0000-01-01.csv", "orders/2026_11_21.csv", "orders/26-11-21.csv", "orders/21.11.2026.csv"),
    ],
)
def test_what_is_no_date_gives_none(path: str) -> None:
    assert execution_date(path) is None


@pytest.mark.parametrize(
    ("path", "pattern", "date"),
    [
        ("covid/03-13-2020.csv", US, "2020-03-13"),
        ("covid/03-13-2020/03-14-2020.csv", US, "2020-03-14"),
        ("covid/13-03-2020.csv", US, None),
        ("covid/2020-03-13.csv", US, None),
        ("dt=2026-11-20/21112026.csv", NAMED, "2026-11-21"),
    ],
)
def test_a_pattern_of_the_dataset_takes_the_place_of_ours(path: str, pattern: str, date: str | None) -> None:
    assert execution_date(path, pattern) == date


def test_a_pattern_whose_groups_took_no_part_gives_none() -> None:
    assert execution_date("orders/11-21.csv", r"(?:(?P<year>\d{4})-)?(?P<month>\d\d)-(?P<day>\d\d)") is None


@pytest.mark.parametrize(
    ("pattern", "date"),
    [
        (r"FY(?P<year>\d{4})", "2019-01-01"),
        (r"FY(?P<year>\d{4})-(?P<month>\d\d)", "2019-07-01"),
        (r"FY(?P<year>\d{4})-(?P<month>\d\d)(?:-(?P<day>\d\d))?", None),
    ],
)
def test_a_pattern_without_a_group_for_the_day_means_the_first(pattern: str, date: str | None) -> None:
    assert execution_date("salaries/FY2019-07.csv", pattern) == date
