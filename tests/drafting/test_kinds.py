"""The type of a column is that of all its values, and what could be meant otherwise is said."""

from __future__ import annotations

import polars as pl
import pytest

from processors.casting.numerals import NumberStyle
from processors.profiling.profile import profile
from stream.drafting.kinds import Kind, decide


def kind(*cells: str, name: str = "value") -> Kind:
    return decide(name, profile(pl.Series("cells", list(cells), dtype=pl.String)))


@pytest.mark.parametrize(
    ("cells", "type_"),
    [
        (["1", "-2", "+3"], "integer"),
        (["1", "2.5"], "number"),
        (["12.0", "3"], "number"),
        (["1e5", "2.5"], "number"),
        (["1.50", "2.25"], "decimal(12,2)"),
        (["$5", "$6.5"], "decimal(12,2)"),
        (["$12345678901.50"], "decimal(15,2)"),
        (["007", "12"], "string"),
        (["02118-3126", "2043"], "string"),
        (["1e5", "2e7"], "string"),
        (["12345678901234567890"], "string"),
        (["$5", "€6"], "string"),
        (["1.234.5", "7"], "string"),
        (["2020-01-31", "2020-02-01"], "date"),
        (["2020-01-31", "2020-02-01 10:00"], "timestamp"),
        (["20200131", "20200201", "20200202", "20200203", "20200204"], "date"),
        (["true", "FALSE"], "boolean"),
        (["true"], "boolean"),
        (["yes", "no"], "boolean"),
        (["NO"], "string"),
        (["F", "M"], "string"),
        (["0", "1"], "integer"),
        (["a", "b"] * 10, "category"),
        (["a", "b"], "string"),
        (["", ""], "string"),
    ],
)
def test_the_type_is_that_of_all_values(cells: list[str], type_: str) -> None:
    assert kind(*cells).type == type_


@pytest.mark.parametrize("name", ["zip", "Zip_Code", "phone", "fips", "customer_id"])
def test_digits_that_count_nothing_are_text(name: str) -> None:
    assert kind("2118.0", "2136.0", name=name).type == "string"


def test_a_column_that_may_be_money_is_exact_by_its_name() -> None:
    assert (kind("2.5", "3", name="unit_price").type, kind("2.5", "3", name="weight").type) == (
        "decimal(12,2)",
        "number",
    )


def test_amounts_as_spreadsheets_write_them_have_their_style() -> None:
    found = kind("$46,291.98", " ($1.00) ", "  -   ", "58,474.54 ", "")
    assert found.style == NumberStyle(".", ",", "$", accounting=True)
    assert (found.type, found.nulls) == ("decimal(12,2)", ())


def test_a_lone_dash_among_plain_numbers_means_nothing() -> None:
    found = kind("1", "2", "-")
    assert (found.type, found.style.accounting, found.nulls) == ("integer", False, ("-",))


@pytest.mark.parametrize("word", ["NA", "N/A", "null", "NaN", "None", "#N/A", "."])
def test_a_word_for_nothing_is_a_null_token_where_the_rest_has_a_type(word: str) -> None:
    assert kind("1", "2", word).nulls == (word,)
    assert kind("some", "other", "words", word).nulls == ()


def test_a_comma_that_may_be_either_mark_is_pointed_out() -> None:
    assert any("LOOK" in why for why in kind("1,234", "5,678").why)
    assert not any("LOOK" in why for why in kind("1,234", "5,678.5").why)


def test_one_cell_decides_for_all_whether_the_day_or_the_month_comes_first() -> None:
    assert kind("3/4/2020", "5/6/2020", "13/6/2020").formats == ("%d/%m/%Y",)
    assert kind("3/4/2020", "5/6/2020", "6/13/2020").formats == ("%m/%d/%Y",)


def test_dates_that_no_cell_decides_are_pointed_out() -> None:
    found = kind("3/4/2020", "5/6/2020")
    assert found.formats == ("%m/%d/%Y",)
    assert any("LOOK: no cell tells" in why for why in found.why)


def test_what_other_columns_have_first_decides_where_a_column_does_not() -> None:
    cells = pl.Series(["3/4/2020", "5/6/2020"])
    assert decide("day", profile(cells), "day").formats == ("%d/%m/%Y",)


def test_days_and_months_that_both_come_first_are_read_by_two_formats_and_pointed_out() -> None:
    found = kind("3/14/2020", "3/15/2020", "16/3/2020")
    assert found.formats == ("%m/%d/%Y", "%d/%m/%Y")
    assert any("LOOK: some cells" in why for why in found.why)


def test_a_column_has_all_its_formats_the_most_frequent_first() -> None:
    found = kind("1/22/2020 17:00", "1/23/20 17:00", "1/24/20 17:00", *["2020-02-02T23:43:02"] * 3)
    assert found.formats == ("iso", "%m/%d/%y %H:%M", "%m/%d/%Y %H:%M")


def test_times_that_are_always_midnight_are_dates() -> None:
    found = kind(*(f"0{day % 9 + 1}/2{day % 9}/2020 12:00:00 AM" for day in range(40)))
    assert (found.type, found.formats) == ("date", ("%m/%d/%Y %I:%M:%S %p",))


def test_years_of_two_digits_lie_in_one_run_of_years() -> None:
    assert kind("10/24/61", "10/25/79", "10/26/99", "10/27/19").first_year == 1960
    assert kind("10/24/20", "10/25/21").first_year == 1969


def test_few_plain_words_among_many_values_are_dirt() -> None:
    found = kind(*["7"] * 199, "three")
    assert (found.type, found.dirt) == ("integer", 1)


def test_few_days_that_do_not_exist_are_dirt() -> None:
    found = kind(*["2026-11-21"] * 199, "2026-13-45")
    assert (found.type, found.dirt) == ("date", 1)


def test_codes_among_many_numbers_are_no_dirt() -> None:
    assert kind(*["536365"] * 999, "C536379").type == "string"
