"""Which column may be another under a new name: on real headers that were renamed, and on columns that were not."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from itertools import permutations

import pytest

from processors.schemas.comparing import compare
from processors.schemas.model import VALUES_MAX, Schema, SchemaColumn
from processors.schemas.renames import suggest_renames
from tests.system.shared import SHARED, needs

BOSTON = {
    2012: {
        **{name: name.upper() for name in ("Name", "Title", "Regular", "Retro", "Other", "Overtime", "Injured")},
        "Department Name": "DEPARTMENT",
        "Detail": "DETAIL",
        "Quinn": "QUINN",
        "Total Earnings": "TOTAL EARNINGS",
        "Zip Code": "ZIP",
    },
    2013: {},
    2014: {"DEPARTMENT": "DEPARTMENT NAME"},
    2015: {
        "DEPARTMENT NAME": "DEPARTMENT_NAME",
        "DETAIL": "DETAILS",
        "QUINN": "QUINN/EDUCATION INCENTIVE",
        "ZIP": "POSTAL",
    },
    2016: {"DETAILS": "DETAIL"},
    2017: {"DEPARTMENT_NAME": "DEPARTMENT NAME"},
    2018: {"DEPARTMENT NAME": "DEPARTMENT_NAME"},
    2019: {},
    2020: {"QUINN/EDUCATION INCENTIVE": "QUINN / EDUCATION INCENTIVE"},
    2021: {"QUINN / EDUCATION INCENTIVE": "QUINN_EDUCATION_INCENTIVE", "TOTAL EARNINGS": "TOTAL_GROSS"},
    2022: {"QUINN_EDUCATION_INCENTIVE": "QUINN_EDUCATION", "TOTAL_GROSS": "TOTAL_ GROSS"},
}
DAYS = {
    "global/03-01-2020": ("global/02-29-2020", {}),
    "global/03-22-2020": (
        "global/03-21-2020",
        {
            "Province/State": "Province_State",
            "Country/Region": "Country_Region",
            "Last Update": "Last_Update",
            "Latitude": "Lat",
            "Longitude": "Long_",
        },
    ),
    "us/11-09-2020": (
        "us/11-08-2020",
        {"People_Tested": "Total_Test_Results", "Mortality_Rate": "Case_Fatality_Ratio"},
    ),
    "us/08-09-2021": ("us/08-08-2021", {}),
    "us/08-11-2021": ("us/08-10-2021", {}),
}
DROPS = [
    *((f"boston_earnings/{year - 1}", f"boston_earnings/{year}", renames) for year, renames in BOSTON.items()),
    *((f"jhu_covid/{before}", f"jhu_covid/{after}", renames) for after, (before, renames) in DAYS.items()),
]


def drop(name: str, *, values: bool) -> Schema:
    """The columns of a file as they are when no config declares them: with some of their values, or names alone."""
    text = (SHARED / f"{name}.csv").read_text("utf-8", errors="replace")
    header, *records = csv.reader(text.removeprefix("\ufeff").splitlines())
    whole = [record for record in records if len(record) == len(header)]
    columns = zip(header, zip(*whole, strict=True), strict=True)
    return Schema(tuple(column(name.strip(), cells if values else ()) for name, cells in columns))


def column(name: str, cells: Sequence[str]) -> SchemaColumn:
    """A column with the first of its values."""
    seen = dict.fromkeys(cell for cell in cells if cell.strip())
    numeric = seen and all(cell.replace(".", "", 1).lstrip("-").isdigit() for cell in seen)
    return SchemaColumn(name, "number" if numeric else "string", values=tuple(seen)[:VALUES_MAX])


def suggested(old: Schema, new: Schema) -> dict[str | None, str]:
    """The renames among all changes."""
    return {change.before: change.column for change in compare(old, new).changes if change.kind == "renamed"}


@needs("boston_earnings", "jhu_covid")
@pytest.mark.parametrize("values", [True, False], ids=["contents", "names"])
@pytest.mark.parametrize(("before", "after", "renames"), DROPS, ids=[after for _, after, _ in DROPS])
def test_the_renames_of_real_drops_are_suggested_and_no_others(
    before: str, after: str, renames: dict[str, str], values: bool
) -> None:
    assert suggested(drop(before, values=values), drop(after, values=values)) == renames


@needs("boston_earnings")
def test_no_column_of_boston_is_taken_for_another_that_comes_in_its_place() -> None:
    columns = drop("boston_earnings/2016", values=True).columns
    taken: list[tuple[str, str]] = []
    for gone, come in permutations(columns, 2):
        before = [each for each in columns if each is not come]
        after = [come if each is gone else each for each in before]
        taken += [(each.dropped.name, each.added.name) for each in suggest_renames([gone], [come], before, after)]
    assert taken == [("NAME", "DEPARTMENT_NAME"), ("DEPARTMENT_NAME", "NAME")]


def test_an_added_column_that_is_like_none_that_went_is_no_rename() -> None:
    gone, come = SchemaColumn("overtime", "number"), SchemaColumn("cases", "number")
    assert suggest_renames([gone], [come]) == ()


def test_columns_that_the_contract_tells_apart_are_no_rename() -> None:
    gone, come = SchemaColumn("Total", "number", "total"), SchemaColumn("TOTAL", "number", "gross")
    assert suggest_renames([gone], [come]) == ()


def test_a_column_is_in_one_suggestion_only() -> None:
    gone = [SchemaColumn("zip", "string"), SchemaColumn("zip code", "string")]
    come = [SchemaColumn("ZIP CODE", "string")]
    assert [(each.dropped.name, each.added.name) for each in suggest_renames(gone, come)] == [("zip code", "ZIP CODE")]


def test_equal_values_speak_for_names_that_do_not() -> None:
    values = tuple(f"K-{number:04}" for number in range(20))
    gone, come = SchemaColumn("client", "string", values=values), SchemaColumn("client_ref", "string", values=values)
    alike, unlike = suggest_renames([gone], [come]), suggest_renames([gone], [SchemaColumn("client_ref", "date")])
    assert [each.score for each in alike] > [each.score for each in unlike]
