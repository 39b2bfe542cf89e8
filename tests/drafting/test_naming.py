"""The pattern and the date of files, from the names of samples."""

from __future__ import annotations

from fnmatch import fnmatchcase
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stream.drafting.naming import naming
from stream.landing.dates import execution_date

LANDING = Path("landing")
NAMES = st.text(st.characters(exclude_characters="/\0", codec="utf-8"), min_size=1).filter(
    lambda name: name not in {".", ".."}
)


@pytest.mark.parametrize(
    ("names", "pattern", "dates"),
    [
        (["2011.csv", "2012.csv"], "*.csv", ["2011-01-01", "2012-01-01"]),
        (["FY2012.csv"], "FY*.csv", ["2012-01-01"]),
        (["01-22-2020.csv", "03-13-2020.csv"], "*.csv", ["2020-01-22", "2020-03-13"]),
        (["22-01-2020.csv", "13-03-2020.csv"], "*.csv", ["2020-01-22", "2020-03-13"]),
        (["orders_2026-11-21.csv"], "orders_*.csv", ["2026-11-21"]),
        (["dt=2026-11-21/part.csv", "dt=2026-11-22/part.csv"], "*.csv", ["2026-11-21", "2026-11-22"]),
        (["20261121.csv"], "*.csv", ["2026-11-21"]),
        (["sales_2026_11.tsv"], "sales_*.tsv", ["2026-11-01"]),
        (["sales_jan.csv", "sales_june.csv"], "sales_*.csv", [None, None]),
        (["a.csv", "b.csv"], "*.csv", [None, None]),
        (["part-1.csv.gz"], "part-*.csv.gz", [None]),
    ],
)
def test_the_pattern_and_the_date_are_what_the_names_share(
    names: list[str], pattern: str, dates: list[str | None]
) -> None:
    found = naming("orders", LANDING, [Path("samples") / name for name in names])
    assert (found.patterns, found.dates) == ((pattern,), tuple(dates))


def test_files_with_several_endings_have_several_patterns() -> None:
    found = naming("orders", LANDING, [Path("orders_2026-11-21.csv"), Path("orders_2026-11-22.csv.gz")])
    assert found.patterns == ("orders_*.csv", "orders_*.csv.gz")


def test_a_month_that_may_be_a_day_is_ambiguous() -> None:
    assert naming("covid", LANDING, [Path("01-02-2020.csv")]).is_ambiguous
    assert not naming("covid", LANDING, [Path("01-22-2020.csv")]).is_ambiguous


def test_samples_in_the_landing_folder_tell_the_datasets_folder(tmp_path: Path) -> None:
    samples = [tmp_path / "shop" / "in" / f"dt=2026-11-2{day}" / "part.csv" for day in (1, 2)]
    assert naming("orders", tmp_path, samples).folder == "shop/in"
    assert naming("shop", tmp_path, [tmp_path / "shop" / "part.csv"]).folder is None
    assert naming("shop", tmp_path / "other", samples).folder is None


@given(st.lists(NAMES, min_size=1, max_size=4))
def test_the_patterns_take_every_sample_and_the_date_reads_each_or_none(names: list[str]) -> None:
    found = naming("orders", LANDING, [Path("samples") / name for name in names])
    assert all(any(fnmatchcase(name, pattern) for pattern in found.patterns) for name in names)
    if found.date is not None:
        assert all(execution_date(name, found.date) for name in names)
