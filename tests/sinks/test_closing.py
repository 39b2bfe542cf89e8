"""Dates are closed: which are open, what their rules come to, when the reference is frozen."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path

import pytest

from processors.errors import ConfigError
from sinks.base import Finding
from sinks.closing.references import new_reference
from sinks.closing.rows import typed_rows
from sinks.database.connection import Connection, Scalar
from sinks.reading import WarehouseReader
from sinks.verifying.closings import of_closing
from sinks.warehouse import Warehouse
from stream.closing import Closings
from tests.sinks.landings import dataset
from tests.sinks.shop import COLUMNS, Place, shop


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(tmp_path)


def test_what_was_committed_but_not_summed_up_is_found_by_whoever_opens_the_warehouse_next(place: Place) -> None:
    place.land(1, [1])
    place.land(2, [1])
    place.load(shop())
    assert place.open() == ["2026-11-01", "2026-11-02"]
    place.close(shop())
    assert place.open() == []


def test_a_date_is_open_again_when_more_of_it_comes(place: Place) -> None:
    for day in (1, 2):
        place.land(day, [1])
    place.loaded(shop())
    place.land(2, [2], "b")
    place.load(shop())
    assert place.open() == ["2026-11-02"]


def test_a_date_is_open_again_when_it_was_replayed(place: Place) -> None:
    place.land(1, [1])
    place.loaded(shop())
    place.replay(shop({"check": "range", "column": "amount", "max": 0, "name": "none"}), 1)
    assert place.open() == ["2026-11-01"]


def test_a_date_is_open_again_when_one_of_its_rows_loses_to_another_date(place: Place) -> None:
    place.land(2, [1])
    place.loaded(shop())
    with Connection(place.warehouse) as connection, connection.transaction():
        connection.run("UPDATE meta_files SET accepted = accepted - 1, rejected = rejected + 1")
    assert place.open() == ["2026-11-02"]


def test_a_file_without_records_makes_its_date_known(place: Place) -> None:
    place.land(1, [])
    found = place.loaded(shop({"check": "row_count", "min": 1}))
    assert [(each.subject, each.message) for each in found] == [("row_count", "0 rows, and must be at least 1")]


def test_a_commit_that_is_rolled_back_opens_no_date(place: Place) -> None:
    place.land(1, [1])
    place.loaded(shop())
    with Warehouse(place.warehouse, [shop().table]) as warehouse, warehouse.transaction(keep=False):
        warehouse.connection.run("UPDATE meta_spans SET passed = 0")
    assert place.open() == []


def test_only_accepted_rows_count(place: Place) -> None:
    place.land(1, [1, -1, "x"])
    place.land(1, [5], "a2026-")  # another key
    place.loaded(shop({"check": "row_count", "max": 10}))
    assert place.rows("SELECT observed FROM meta_date_results") == [('{"rows": 2}',)]


def test_a_rule_of_files_has_a_result_for_each(place: Place) -> None:
    place.land(1, [1])
    place.land(1, [1, 2], "b")
    [found] = place.loaded(shop({"check": "row_count", "min": 2, "scope": "file"}))
    assert found.message == "shop/a-2026-11-01.csv: 1 row, and must be at least 2"
    assert place.rows("SELECT file_id, unexpected_count FROM meta_date_results ORDER BY 1") == [(1, 1), (2, 0)]


def test_a_decimal_mean_and_median_of_a_date_are_exact(place: Place) -> None:
    place.land(1, ["0.10", "0.20", "0.40", "0.80"])
    check = {"check": "distribution", "column": "amount", "mean": {"min": 0.375, "max": 0.375}}
    found = place.loaded(shop(check | {"quantile": {"q": 0.5, "min": 0.3, "max": 0.3}}))
    assert found == []
    [(observed,)] = place.rows("SELECT observed FROM meta_date_results")
    assert observed == '{"rows": 4, "nulls": 0, "mean": "0.375", "quantile": "0.30"}'


def test_dates_and_moments_have_means_and_limits_of_their_own_kind(place: Place) -> None:
    place.land(3, [1, 2])
    on = {"check": "distribution", "column": "on", "mean": {"max": date(2026, 11, 2)}}
    at = {"check": "distribution", "column": "at", "quantile": {"q": 1, "max": datetime(2026, 11, 3, 12)}}  # noqa: DTZ001
    found = place.loaded(shop(on, at))
    assert [each.message for each in found] == [
        "the mean of on is 2026-11-03, and must be at most 2026-11-02",
    ]


def test_a_broken_rule_is_found_once_and_again_when_it_was_mended_between(place: Place) -> None:
    of = shop({"check": "row_count", "min": 2})
    place.land(1, [1])
    assert len(place.loaded(of)) == 1
    place.replay(of, 1)
    assert place.close(of) == []
    place.land(1, [1], "b")
    assert place.loaded(of) == []
    assert place.rows("SELECT unexpected_count FROM meta_date_results") == [(0,)]


def test_a_rule_with_the_action_fail_is_an_error_and_is_remembered(place: Place) -> None:
    of = shop({"check": "row_count", "min": 2, "action": "fail", "severity": "info"})
    place.land(1, [1])
    place.load(of)
    with Warehouse(place.warehouse, [of.table]) as warehouse:
        found: list[Finding] = []
        closings = Closings(warehouse, found.append)
        closings.close()
    assert closings.has_failed
    assert [each.severity for each in found] == ["error"]


def test_volume_is_judged_again_on_the_dates_behind_one_that_changes(place: Place) -> None:
    of = shop({"check": "volume", "dates": 3})
    for day in (1, 2, 3):
        place.land(day, [1])
    place.land(4, [1, 2])
    assert [(each.date, each.kind) for each in place.loaded(of)] == [("2026-11-04", "rule"), ("2026-11-04", "score")]
    for day in (1, 2):
        place.land(day, [1], "b")
    assert place.loaded(of) == []
    broken = "SELECT date FROM meta_date_results WHERE unexpected_count = 1"
    assert place.rows(broken) == []


def test_dates_whose_volume_is_judged_again_are_scored_again(place: Place) -> None:
    of = shop({"check": "volume", "dates": 3, "max_change_percent": 30})
    for day in (1, 3, 4, 5):
        place.land(day, [1, 2, 3])
    place.loaded(of)
    place.land(2, [1])
    place.loaded(of)
    place.land(6, [1])  # of this one, none looks back at an open date
    place.loaded(of)
    with Connection(place.warehouse, read_only=True) as connection:
        dates = [str(date) for (date,) in connection.rows("SELECT date FROM meta_closings")]
        assert [each for date in dates for each in of_closing(connection, of.table, date)] == []


def test_a_rule_that_is_taken_out_of_the_config_has_no_result_any_more(place: Place) -> None:
    place.land(1, [1])
    place.loaded(shop({"check": "row_count", "min": 2}))
    place.replay(shop(), 1)
    place.close(shop())
    assert place.rows("SELECT * FROM meta_date_results") == []


def states(place: Place, column: str = "amount") -> list[Scalar]:
    """The states of a column, date by date."""
    return [
        row[0] for row in place.rows(f"SELECT state FROM meta_profiles WHERE \"column\" = '{column}' ORDER BY date")
    ]


PROFILE = {"columns": ["amount"], "reference_rows": 300}
DAY = [round(value / 7, 2) for value in range(200)]
SHIFTED = [round(40 + value / 7, 2) for value in range(200)]


def test_a_shifted_feed_is_told_on_the_dates_on_which_it_shifts(place: Place) -> None:
    of = shop(profile=PROFILE)
    for day, amounts in enumerate([DAY, DAY, DAY, DAY[:50], SHIFTED, SHIFTED, DAY], 1):
        place.land(day, amounts)
    found = place.loaded(of)
    assert states(place) == ["warming_up", "warming_up", "ok", "warming_up", "drift", "drift", "ok"]
    assert [(each.date, each.kind, each.subject, each.severity) for each in found] == [
        ("2026-11-05", "drift", "amount", "error")
    ]


def test_states_are_the_same_whether_dates_are_closed_one_by_one_or_together(tmp_path: Path) -> None:
    of, days = shop(profile=PROFILE), [DAY, DAY, DAY, SHIFTED, DAY]
    profiles = []
    for name in ("each", "all"):
        place = Place(tmp_path / name)
        for day, amounts in enumerate(days, 1):
            place.land(day, amounts)
            if name == "each":
                place.loaded(of)
        place.loaded(of)
        profiles.append(place.rows("SELECT date, profile, psi, js, state FROM meta_profiles ORDER BY date"))
    assert profiles[0] == profiles[1]


def test_a_replay_compares_a_date_with_what_it_was_compared_with(place: Place) -> None:
    of = shop(profile=PROFILE)
    for day, amounts in enumerate([DAY, DAY, DAY, SHIFTED], 1):
        place.land(day, amounts)
    place.loaded(of)
    stored = "SELECT date, profile, psi, js, state FROM meta_profiles ORDER BY date"
    before = place.rows(stored)
    for day in (2, 4, 1, 3):
        place.replay(of, day)
        assert place.close(of) == []
    assert place.rows(stored) == before
    assert place.rows("SELECT count(*) FROM meta_references") == [(1,)]


def test_a_reference_that_is_frozen_stays_when_an_earlier_date_comes_late(place: Place) -> None:
    of = shop(profile=PROFILE)
    for day in (2, 3, 4):
        place.land(day, DAY)
    place.loaded(of)
    place.land(1, SHIFTED)
    place.loaded(of)
    place.replay(of, 3)
    place.close(of)
    assert place.rows("SELECT version, through FROM meta_references") == [(1, "2026-11-03")]


def test_rejected_rows_never_move_the_reference(tmp_path: Path) -> None:
    references = []
    dirt: list[float | str] = [-5, "x", -7]
    for name, rejected in (("clean", dirt[:0]), ("dirty", dirt * 200)):
        place = Place(tmp_path / name)
        for day in (1, 2, 3):
            place.land(day, [*DAY, *rejected])
        place.loaded(shop(profile=PROFILE))
        references.append(place.rows('SELECT version, "column", reference, through FROM meta_references'))
    assert references[0] == references[1]
    assert references[0][0][3] == "2026-11-02"


def test_a_new_reference_makes_a_shift_the_usual(place: Place) -> None:
    of = shop(profile=PROFILE)
    for day, amounts in enumerate([DAY, DAY, DAY, SHIFTED, SHIFTED, SHIFTED], 1):
        place.land(day, amounts)
    place.loaded(of)
    assert states(place)[3:] == ["drift"] * 3
    assert of.table.profiling is not None
    with Warehouse(place.warehouse, [of.table]) as warehouse, warehouse.connection.transaction():
        made = new_reference(warehouse.connection, of.table, of.table.profiling, "2026-11-05")
    assert made == (2, ["2026-11-04", "2026-11-05"])
    assert place.open() == ["2026-11-06"]
    place.close(of)
    assert states(place)[3:] == ["drift", "drift", "ok"]


def test_a_column_of_another_type_warms_up_again(place: Place) -> None:
    for day in (1, 2, 3):
        place.land(day, DAY)
    place.loaded(shop(profile=PROFILE))
    step = {"quality": {"duplicates": ["key"]}}
    wider = dataset("shop", {**COLUMNS, "amount": "decimal(14,4)"}, step, key=["id"], profile=PROFILE)
    for day in (4, 5, 6):
        place.land(day, DAY)
    place.loaded(wider)
    assert states(place) == ["warming_up", "warming_up", "ok", "warming_up", "warming_up", "ok"]


def test_a_new_reference_of_too_few_rows_is_refused(place: Place) -> None:
    of = shop(profile=PROFILE)
    place.land(1, DAY)
    place.loaded(of)
    assert of.table.profiling is not None
    with (
        Warehouse(place.warehouse, [of.table]) as warehouse,
        pytest.raises(ConfigError, match="200 accepted rows up to"),
    ):
        new_reference(warehouse.connection, of.table, of.table.profiling, "2026-11-05")


def test_a_profile_has_every_column_in_its_own_words(place: Place) -> None:
    place.land(1, ["1.25", "", "3.75"])
    place.loaded(shop(profile={}))
    told = """SELECT "column", profile ->> 'min', profile ->> 'max', profile ->> 'nulls', profile ->> 'mean'
        FROM meta_profiles ORDER BY 1"""
    noon = "2026-11-01T12:00:00.000000Z"
    assert place.rows(told) == [
        ("amount", "1.25", "3.75", 1, "2.50"),
        ("at", noon, noon, 0, noon),
        ("good", None, None, 0, None),
        ("id", None, None, 0, None),
        ("on", "2026-11-01", "2026-11-01", 0, "2026-11-01"),
    ]


def test_a_column_that_begins_with_nulls_is_read_in_its_type(place: Place) -> None:
    place.land(1, [*[""] * 3000, "7.50"])
    of = shop()
    place.load(of)
    with Connection(place.warehouse, read_only=True) as connection:
        parts = list(typed_rows(connection, "shop", 1, dict(of.table.columns)))
    assert sum(part.height for part in parts) == 3001
    assert str(parts[-1]["amount"][-1]) == "7.50"


def test_what_has_a_place_of_its_own_is_told_behind_any_number_that_has_none(place: Place) -> None:
    of = shop()
    place.land(1, [1])
    place.load(of)
    with Connection(place.warehouse) as connection, connection.transaction():
        connection.run(
            """WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2000)
            INSERT INTO meta_date_results SELECT 'shop', '2026-11-01', iif(i = 2000, 1, NULL), printf('r%04d', i),
            1, 0, 1, '{}', '', 'error', 'warn', '' FROM n"""
        )
        connection.run(
            """WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2000)
            INSERT INTO meta_profiles SELECT 'shop', '2026-11-01', printf('c%04d', i), '{}', iif(i = 2000, 0.5, NULL),
            iif(i = 2000, 0.0, NULL), 'ok', '' FROM n"""
        )
    with WarehouseReader(place.warehouse) as reader:
        assert [each.path for each in reader.broken_rules()[-2:]] == [None, "shop/a-2026-11-01.csv"]
        assert [(each.psi, each.js) for each in reader.profiles("shop", None)[-2:]] == [(None, None), (0.5, 0.0)]
