"""Daily drops of real sets: their cells agree with what Python's csv, decimal and datetime modules make of them."""

from __future__ import annotations

import csv
import re
from collections import Counter, defaultdict
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from tests.system.examples import COUNTRIES, EXAMPLES, by_file, counted, first_of
from tests.system.looking import number
from tests.system.processes import Place
from tests.system.shared import SHARED, needs

pytestmark = needs("cdnow", "jhu_covid", "nycflights13")
COVID = ["jhu_covid_global", "jhu_covid_us"]
each_covid = pytest.mark.parametrize("dataset", COVID)
MISSING_FLIGHTS = ("dep_time", "dep_delay", "arr_time", "arr_delay", "tailnum", "air_time")


@each_covid
@pytest.mark.parametrize("column", ["Confirmed", "Deaths", "Recovered"])
def test_every_count_of_a_report_is_there(examples: Place, dataset: str, column: str) -> None:
    for name, staged in first_of(by_file(examples, dataset, column.lower())).items():
        cells = [row[column] for row in EXAMPLES[dataset].records(name)]
        assert staged == [float(cell) if cell else None for cell in cells], name


@each_covid
def test_every_moment_of_a_report_is_read_in_whatever_form_it_came(examples: Place, dataset: str) -> None:
    for name, staged in first_of(by_file(examples, dataset, "last_update")).items():
        records = EXAMPLES[dataset].records(name)
        cells = [row["Last Update" if "Last Update" in row else "Last_Update"] for row in records]
        assert staged == [moment(cell) for cell in cells], name


def moment(cell: str) -> str:
    """2020-02-02T23:43:02, 1/31/2020 23:59 and 1/23/20 17:00 as we store them."""
    numbers = list(map(int, re.findall("[0-9]+", cell)))
    if "/" in cell:
        month, day, year, *clock = numbers
        numbers = [year if year > 99 else 2000 + year, month, day, *clock]
    year, month, day, *clock = numbers
    return datetime(year, month, day, *clock, tzinfo=UTC).strftime("%Y-%m-%dT%H:%M:%S.000000Z")  # type: ignore[arg-type,misc]


@pytest.mark.parametrize(
    "columns", [("Province/State", "Province_State", "province"), ("Country/Region", "Country_Region", "country")]
)
def test_a_renamed_column_goes_on_under_its_name(examples: Place, columns: tuple[str, str, str]) -> None:
    old, new, ours = columns
    for name, staged in first_of(by_file(examples, "jhu_covid_global", ours)).items():
        records = global_records(name)
        cells = [row[old if old in row else new].strip() for row in records]
        wanted = [COUNTRIES.get(cell, cell) if ours == "country" else cell for cell in cells]
        assert [cell or "" for cell in staged] == wanted, name


def test_countries_are_counted_that_were_called_otherwise(examples: Place) -> None:
    records = (row for name in EXAMPLES["jhu_covid_global"].profile() for row in global_records(name))
    cells = [row.get("Country/Region", row.get("Country_Region", "")).strip() for row in records]
    assert set(COUNTRIES) <= set(cells)
    assert counted(examples, "jhu_covid_global", "mapped.country") == sum(cell in COUNTRIES for cell in cells)


def test_codes_have_their_zeros(examples: Place) -> None:
    for name, staged in first_of(by_file(examples, "jhu_covid_global", "fips")).items():
        cells = [row.get("FIPS", "") for row in global_records(name)]
        assert staged == [cell.zfill(5) if cell else None for cell in cells], name
    assert counted(examples, "jhu_covid_global", "padded.fips") > 0


def global_records(name: str) -> list[dict[str, str]]:
    """The records of a file of the world."""
    return EXAMPLES["jhu_covid_global"].records(name)


@pytest.mark.parametrize(
    "columns", [("People_Tested", "Total_Test_Results", "tests"), ("Cases_28_Days", "Cases_28_Days", "cases_28_days")]
)
def test_a_column_of_some_files_is_null_in_the_others(examples: Place, columns: tuple[str, str, str]) -> None:
    old, new, ours = columns
    for name, staged in first_of(by_file(examples, "jhu_covid_us", ours)).items():
        cells = [row.get(old, row.get(new, "")) for row in EXAMPLES["jhu_covid_us"].records(name)]
        assert staged == [float(cell) if cell else None for cell in cells], name


@pytest.mark.parametrize("column", MISSING_FLIGHTS)
def test_a_flight_has_null_where_the_file_has_na(examples: Place, column: str) -> None:
    found = {
        name: sum(row[0] is None for row in each) for name, each in by_file(examples, "nycflights13", column).items()
    }
    flights = EXAMPLES["nycflights13"]
    assert found == {name: sum(row[column] == "NA" for row in flights.records(name)) for name in flights.profile()}
    assert sum(found.values()) > 0


def test_no_other_cell_of_a_flight_is_null(examples: Place) -> None:
    others = "carrier, flight, origin, dest, distance, sched_dep_time, sched_arr_time, hour, minute, time_hour"
    condition = " OR ".join(f"{column} IS NULL" for column in others.split(", "))
    assert number(examples.warehouse, f"SELECT count(*) FROM stg_nycflights13 WHERE {condition}") == 0


def test_the_orders_of_a_customer_s_day_agree_to_the_cent(examples: Place) -> None:
    expected: dict[tuple[str, str], list[tuple[int, Decimal]]] = defaultdict(list)
    with (SHARED / "cdnow" / "FEATURES.csv").open(encoding="utf-8", newline="") as text:
        for row in csv.DictReader(text):
            expected[row["customer_id"], row["order_date"]].append((int(row["cds"]), Decimal(row["amount"])))
    found: dict[tuple[str, str], list[tuple[int, Decimal]]] = defaultdict(list)
    for each in by_file(examples, "cdnow", "customer_id, order_date, cds, amount").values():
        for customer, day, cds, amount in each:
            found[str(customer), str(day)].append((int(str(cds)), Decimal(str(amount))))
    assert {key: Counter(orders) for key, orders in found.items()} == {
        key: Counter(orders) for key, orders in expected.items()
    }
