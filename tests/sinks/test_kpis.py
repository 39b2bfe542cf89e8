"""Key figures of dates: made from accepted rows when a date is closed, each date as a whole."""

from __future__ import annotations

import json
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sinks.database.connection import Scalar
from sinks.reading import WarehouseReader
from stream.config import Dataset
from tests.sinks.landings import land
from tests.sinks.shop import HEADER, Place, shop

REVENUE = {"revenue": {"value": "sum(amount)"}}


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(tmp_path)


def measured(**kpis: Mapping[str, Any]) -> Dataset:
    """The shop with these KPIs."""
    return shop(kpis=kpis)


def history(place: Place) -> list[tuple[Scalar, ...]]:
    """All of it but the dataset."""
    return place.rows("SELECT kpi, date, dimensions, value FROM kpi_history ORDER BY 1, 2, 3")


def test_a_kpi_has_a_value_for_each_date(place: Place) -> None:
    place.land(1, ["0.10", "0.20"])
    place.land(2, [5])
    place.loaded(measured(**REVENUE))
    assert history(place) == [("revenue", "2026-11-01", "{}", 0.3), ("revenue", "2026-11-02", "{}", 5.0)]


def test_refused_rows_do_not_count(place: Place) -> None:
    place.land(1, [1, -1, "x"])
    place.loaded(measured(rows={"value": "count(*)"}))
    assert history(place) == [("rows", "2026-11-01", "{}", 1.0)]


def test_values_are_told_by_dimensions_nulls_among_them(place: Place) -> None:
    land(place.landing, "shop/a-2026-11-01.csv", HEADER, "a,1,,,true", "b,2,,,", "c,3,,,true")
    place.loaded(measured(rows={"value": "sum(amount)", "by": {"Good": "good", "small": "amount < 3"}}))
    assert [(json.loads(str(by)), value) for _, _, by, value in history(place)] == [
        ({"Good": 1, "small": 0}, 3.0),
        ({"Good": 1, "small": 1}, 1.0),
        ({"Good": None, "small": 1}, 2.0),
    ]


def test_rows_that_do_not_meet_the_condition_are_passed_over(place: Place) -> None:
    place.land(1, [1, 20])
    place.loaded(measured(large={"value": "count(*)", "where": "amount > 9.5"}))
    assert history(place) == [("large", "2026-11-01", "{}", 1.0)]


def test_a_slash_divides_as_on_paper(place: Place) -> None:
    place.land(1, [1, 20])
    place.loaded(measured(share={"value": "count(*) FILTER (WHERE amount > 9) / count(*)"}))
    assert history(place) == [("share", "2026-11-01", "{}", 0.5)]


def test_whole_numbers_that_do_not_do_with_64_bits_are_summed(place: Place) -> None:
    place.land(1, [1, 2])
    place.loaded(measured(huge={"value": "sum(9223372036854775807 * CAST(amount AS BIGINT))"}))
    assert history(place) == [("huge", "2026-11-01", "{}", 3 * 2.0**63)]


def test_a_value_that_is_no_number_is_null(place: Place) -> None:
    place.land(1, [1])
    place.loaded(measured(least={"value": "min(lower(id))"}))
    assert history(place) == [("least", "2026-11-01", "{}", None)]


def test_numbers_that_are_written_alike_are_one_dimension(place: Place) -> None:
    place.land(1, [1, 2])
    by = {"at": "CASE WHEN amount = 1 THEN 0.1 + 0.2 ELSE 0.3 END"}
    place.loaded(measured(rows={"value": "count(*)", "by": by}))
    assert history(place) == [("rows", "2026-11-01", '{"at":0.3}', 2.0)]


def test_a_value_beyond_all_doubles_is_null(place: Place) -> None:
    place.land(1, [1, 2])
    place.loaded(measured(huge={"value": "sum(amount * 1e308)"}))
    assert history(place) == [("huge", "2026-11-01", "{}", None)]


def test_a_sum_of_decimals_behind_a_filter_has_their_scale_too(place: Place) -> None:
    place.land(1, ["0.10", "0.20", "9"])
    place.loaded(measured(small={"value": "sum(amount) FILTER (WHERE amount < 9)"}))
    assert history(place) == [("small", "2026-11-01", "{}", 0.3)]


def test_a_unit_that_is_changed_is_told(place: Place) -> None:
    place.land(1, [1])
    place.loaded(measured(**REVENUE))
    place.close(measured(revenue={"value": "sum(amount)", "unit": "EUR"}))
    with WarehouseReader(place.warehouse) as reader:
        assert reader.kpis("shop", "revenue")[0].unit == "EUR"


def test_closing_a_date_again_changes_nothing(place: Place) -> None:
    place.land(1, [1, 2])
    place.loaded(measured(**REVENUE))
    before = history(place)
    place.replay(measured(**REVENUE), 1)
    place.close(measured(**REVENUE))
    assert history(place) == before


def test_only_dates_that_changed_are_made_anew(place: Place) -> None:
    for day in (1, 2):
        place.land(day, [1])
    place.loaded(measured(**REVENUE))
    with_mark = "UPDATE kpi_history SET value = -1"
    place.write(with_mark)
    place.land(2, [2], "b")
    place.loaded(measured(**REVENUE))
    assert [row[-1] for row in history(place)] == [-1.0, 3.0]


def test_a_date_whose_rows_have_gone_has_no_value(place: Place) -> None:
    place.land(1, [1])
    place.loaded(measured(**REVENUE))
    place.land(1, [-1])
    place.loaded(measured(**REVENUE))
    assert history(place) == []


def test_a_kpi_that_is_new_or_defined_otherwise_is_made_for_all_dates(place: Place) -> None:
    for day in (1, 2):
        place.land(day, [day])
    place.loaded(shop())
    place.close(measured(**REVENUE))
    assert [row[-1] for row in history(place)] == [1.0, 2.0]
    place.close(measured(revenue={"value": "sum(amount) * 2"}))
    assert [row[-1] for row in history(place)] == [2.0, 4.0]


def test_a_kpi_that_is_gone_leaves_nothing_behind(place: Place) -> None:
    place.land(1, [1])
    place.loaded(measured(**REVENUE))
    place.close(shop())
    assert history(place) == []
    assert place.rows("SELECT name FROM sqlite_schema WHERE name LIKE 'kpi_shop%'") == []


def test_each_kpi_has_a_view_with_its_dimensions_as_columns(place: Place) -> None:
    land(place.landing, "shop/a-2026-11-01.csv", HEADER, "a,1,,,true")
    place.loaded(measured(revenue={"value": "sum(amount)", "by": {"it's good"[:2]: "good"}}))
    assert place.rows("SELECT date, it, value FROM kpi_shop_revenue") == [("2026-11-01", 1, 1.0)]


def test_the_change_is_that_against_the_date_before(place: Place) -> None:
    for day, amount in ((1, 4), (2, 5)):
        place.land(day, [amount])
    place.loaded(measured(**REVENUE))
    with WarehouseReader(place.warehouse) as reader:
        [trend] = reader.kpis("shop", "revenue")
        assert (trend.dates, trend.values) == (("2026-11-01", "2026-11-02"), (4.0, 5.0))
        assert trend.change_percent == 25
        assert reader.kpis("shop", "revenue", last="2026-11-01")[0].change_percent is None


@settings(deadline=None, max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(
        st.tuples(st.integers(1, 3), st.lists(st.decimals(-5, 10**6, places=2), max_size=4)), min_size=1, max_size=5
    )
)
def test_sums_of_decimals_are_those_of_the_accepted_rows_whatever_comes_in_which_order(
    tmp_path_factory: pytest.TempPathFactory, files: list[tuple[int, list[Decimal]]]
) -> None:
    place, expected = Place(tmp_path_factory.mktemp("kpi")), dict[str, Decimal]()
    for number, (day, amounts) in enumerate(files):
        place.land(day, map(str, amounts), f"f{number}")
        place.loaded(measured(**REVENUE))
        if taken := [amount for amount in amounts if amount >= 0]:
            date = f"2026-11-{day:02d}"
            expected[date] = expected.get(date, Decimal(0)) + sum(taken)
    assert {date: value for _, date, _, value in history(place)} == {
        date: float(value) for date, value in expected.items()
    }
