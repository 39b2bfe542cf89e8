"""Three towns' salaries, by year: they agree to the cent with what Python's csv and decimal modules made of them."""

from __future__ import annotations

import re
from collections import Counter
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from tests.system.examples import EXAMPLES, by_department, by_file, counted, figures, first_of, truth, truths
from tests.system.looking import files, number, rows
from tests.system.processes import Place
from tests.system.shared import described, needs

pytestmark = needs("boston_earnings", "baltimore_salaries", "montgomery_salaries")
#: The amounts of each set as TRUTH.json names them: our column, and theirs.
AMOUNTS = [
    ("boston_earnings", "department", "total", "total"),
    ("baltimore_salaries", "agency", "annual_salary", "annual"),
    ("montgomery_salaries", "department", "salary", "salary"),
]
each_amount = pytest.mark.parametrize(("dataset", "department", "amount", "told"), AMOUNTS)
PARTS = ("regular", "retro", "other", "overtime", "injured", "detail", "quinn")


def years(name: str) -> dict[str, dict[str, Any]]:
    """What TRUTH.json says, by file name."""
    prefix = "FY" if name == "baltimore_salaries" else ""
    return {f"{prefix}{year}.csv": told for year, told in described(name, "TRUTH.json")["years"].items()}


@each_amount
def test_the_amounts_of_a_year_agree_to_the_cent(
    examples: Place, dataset: str, department: str, amount: str, told: str
) -> None:
    found = {name: figures(cells) for name, cells in first_of(by_file(examples, dataset, amount)).items()}
    assert found == {name: truth(year[told]["overall"]) for name, year in years(dataset).items()}


@each_amount
def test_the_amounts_of_every_department_agree_to_the_cent(
    examples: Place, dataset: str, department: str, amount: str, told: str
) -> None:
    staged = by_file(examples, dataset, f"{department}, {amount}")
    for name, year in years(dataset).items():
        assert by_department(staged[name]) == truths(year[told]["by_department"]), name


def test_boston_keeps_the_records_of_a_year_that_are_neither_headers_nor_empty(examples: Place) -> None:
    found = {
        Path(path).name: (entry.accepted, entry.rejected)
        for path, entry in files(examples.warehouse).items()
        if path.startswith("boston_earnings/")
    }
    assert found == {
        name: (told["records_kept"], told["dropped_repeated_header"] + told["dropped_all_empty"])
        for name, told in years("boston_earnings").items()
    }


def test_boston_has_regular_pay_to_the_cent_and_knows_where_it_is_missing(examples: Place) -> None:
    staged = first_of(by_file(examples, "boston_earnings", "regular"))
    for name, told in years("boston_earnings").items():
        assert figures(staged[name]) == truth(told["regular"]), name
        assert staged[name].count(None) == told["regular_missing"], name


def test_boston_has_negative_amounts_where_there_are_parentheses(examples: Place) -> None:
    staged = by_file(examples, "boston_earnings", ", ".join((*PARTS, "total")))
    for name, told in years("boston_earnings").items():
        found = [sum(str(cell).startswith("-") for cell in column) for column in zip(*staged[name], strict=True)]
        assert dict(zip((*PARTS, "total"), found, strict=True)) == told["negative_cells"], name


def test_boston_has_a_zero_for_each_lone_dash(examples: Place) -> None:
    staged = by_file(examples, "boston_earnings", ", ".join(PARTS))["2019.csv"]
    found = [column.count("0.00") for column in zip(*staged, strict=True)]
    assert dict(zip(PARTS, found, strict=True)) == years("boston_earnings")["2019.csv"]["dash_cells"]


def test_boston_s_parts_make_the_total_as_in_the_truth(examples: Place) -> None:
    flagged = "SELECT count(*) FROM stg_boston_earnings WHERE ',' || _flags || ',' LIKE '%,parts_make_the_total,%'"
    differing = sum(told["components_sum_differs"] for told in years("boston_earnings").values())
    assert number(examples.warehouse, flagged) == differing


def test_boston_s_names_are_read_as_windows_wrote_them(examples: Place) -> None:
    staged = by_file(examples, "boston_earnings", "name")
    for name, told in years("boston_earnings").items():
        records = EXAMPLES["boston_earnings"].records(name, told["decoded_as"])
        names = [row["NAME" if "NAME" in row else "Name"] for row in records]
        assert [row[0] for row in staged[name]] == [cell.strip() for cell in names if cell not in {"", "NAME"}], name


def test_boston_s_zip_codes_have_all_of_their_digits(examples: Place) -> None:
    staged = first_of(by_file(examples, "boston_earnings", "zip"))
    shapes = {re.sub("[0-9]", "9", str(code)) for codes in staged.values() for code in codes if code is not None}
    assert shapes == {"99999", "99999-9999", "UNKNO"}
    assert counted(examples, "boston_earnings", "padded.zip") == 5 + 516
    cells = [row["POSTAL"].strip() for row in EXAMPLES["boston_earnings"].records("2017.csv")]
    assert staged["2017.csv"] == [cell.zfill(5) for cell in cells]


def test_baltimore_s_gross_pay_agrees_to_the_cent(examples: Place) -> None:
    staged = first_of(by_file(examples, "baltimore_salaries", "gross_pay"))
    for name, told in years("baltimore_salaries").items():
        assert figures(staged[name]) == truth(told["gross"]), name
        assert staged[name].count(None) == told["gross_missing"], name
        assert sum(Decimal(str(cell or 0)) < 0 for cell in staged[name]) == told["gross_negative"], name


def test_baltimore_s_dates_of_hire_are_those_of_the_file_in_their_century(examples: Place) -> None:
    staged = by_file(examples, "baltimore_salaries", "hire_date")
    for name in years("baltimore_salaries"):
        records = EXAMPLES["baltimore_salaries"].records(name)
        cells = [row["HIRE_DT" if "HIRE_DT" in row else "HireDate"] for row in records]
        assert [row[0] for row in staged[name]] == [day(cell.split()) for cell in cells], name


def day(parts: list[str]) -> str | None:
    """10/24/79, whatever time stands behind it, as a date from 1930 on."""
    if not parts:
        return None
    month, of_month, year = map(int, parts[0].split("/"))
    century = (1900 if year >= 30 else 2000) if year < 100 else 0
    return date(century + year, month, of_month).isoformat()


def test_montgomery_keeps_records_that_are_equal(examples: Place) -> None:
    columns = "department_code, department, division, gender, salary, overtime_pay, longevity_pay, grade"
    staged = Counter(by_file(examples, "montgomery_salaries", columns)["2020.csv"])
    beyond_first = sum(count - 1 for count in staged.values())
    assert beyond_first == years("montgomery_salaries")["2020.csv"]["exact_duplicates"]


def test_nothing_of_baltimore_and_montgomery_is_refused(examples: Place) -> None:
    refused = rows(
        examples.warehouse,
        "SELECT path, rejected FROM meta_files WHERE dataset IN ('baltimore_salaries', 'montgomery_salaries') "
        "AND rejected > 0",
    )
    assert refused == []
