"""Scores are kept when they change, and told when they fall."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest

from processors.assessing.scoring import score
from sinks.base import Finding
from sinks.database.connection import Connection
from sinks.results.results import Scope, results, results_by_date
from sinks.results.scores import history, record_scores
from sinks.warehouse import Warehouse
from stream.closing import Closings
from stream.config import Dataset
from tests.sinks import contents
from tests.sinks.landings import dataset, land, load, replayed, rules

RANGE = {"check": "range", "column": "n", "min": 0}
GOOD = ["1"] * 10
DAYS = tuple(f"2026-11-{day}" for day in range(11, 21))


def numbers(*steps: Any, **score: Any) -> Dataset:
    """A dataset of one rule."""
    return dataset("numbers", {"n": "integer"}, *(steps or (rules(RANGE),)), score=score)


def loaded(folder: Path, described: Dataset, *days: list[str]) -> Path:
    """A warehouse with a file of these numbers a day."""
    for day, lines in zip(DAYS, days, strict=False):
        land(folder / "landing", f"numbers/{day}.csv", "n", *lines)
    load(folder / "w.db", folder / "landing", {"numbers": described})
    return folder / "w.db"


def recorded(path: Path, described: Dataset, dates: Iterable[str] = DAYS) -> list[Finding]:
    """Record scores as the closing of dates does."""
    with Warehouse(path, [described.table]) as sink, sink.connection.transaction():
        return record_scores(sink.connection, described.table, dates)


def points(path: Path) -> contents.Rows:
    """What is kept, in the order in which it came."""
    return contents.rows(path, "SELECT date, round(score, 3) FROM meta_quality_scores ORDER BY score_id")


def test_the_score_of_each_date_that_has_rows_is_kept(tmp_path: Path) -> None:
    path = loaded(tmp_path, numbers(), GOOD, [*GOOD[2:], "-1", "-1"])
    assert recorded(path, numbers()) != []
    assert points(path) == [(DAYS[0], 100.0), (DAYS[1], 93.333)]


def test_a_score_that_has_not_changed_is_not_kept_twice(tmp_path: Path) -> None:
    path = loaded(tmp_path, numbers(), GOOD, ["-1"])
    recorded(path, numbers())
    assert recorded(path, numbers()) == []
    assert len(points(path)) == 2


def test_a_score_that_has_changed_is_kept_beside_the_one_before(tmp_path: Path) -> None:
    path = loaded(tmp_path, numbers(), ["1", "-1"])
    recorded(path, numbers())
    milder = numbers(rules({**RANGE, "min": -5}))
    replayed(path, {"numbers": milder}, DAYS[:1])
    recorded(path, milder)
    assert points(path) == [(DAYS[0], 83.333), (DAYS[0], 100.0)]


def test_the_kept_score_is_that_of_the_results(tmp_path: Path) -> None:
    path = loaded(tmp_path, numbers(), ["1", "-1", "x"])
    recorded(path, numbers())
    with Connection(path, read_only=True) as connection:
        [kept] = history(connection, "numbers")
        found = results(connection, Scope("numbers", date=DAYS[0]))
    assert kept.explanation == score(found.rules, numbers().table.scoring).explained()


def test_a_fall_against_the_dates_before_is_found_and_says_what_it_cost(tmp_path: Path) -> None:
    path = loaded(tmp_path, numbers(), GOOD, GOOD, GOOD, ["1", "-1"])
    [finding] = recorded(path, numbers())
    assert (finding.date, finding.kind, finding.subject, finding.severity) == (DAYS[3], "score", "score", "warning")
    assert finding.message == ("the quality score fell to 83.3, from 100.0 on the dates before; n_range cost 16.7")


@pytest.mark.parametrize(("fall", "found"), [(16, 1), (17, 0)])
def test_a_fall_is_more_than_so_many_points(tmp_path: Path, fall: float, found: int) -> None:
    described = numbers(fall=fall)
    assert len(recorded(loaded(tmp_path, described, GOOD, ["1", "-1"]), described)) == found


def test_a_score_is_compared_with_the_median_of_so_many_dates(tmp_path: Path) -> None:
    described, bad = numbers(dates=3), ["1", "-1"]
    path = loaded(tmp_path, described, GOOD, GOOD, GOOD, bad, bad, bad, ["-1", "-1"])
    findings = recorded(path, described)
    assert [each.date for each in findings] == [DAYS[3], DAYS[4], DAYS[6]]


def test_findings_do_not_depend_on_how_many_dates_are_recorded_at_once(tmp_path: Path) -> None:
    days = GOOD, ["1", "-1"], GOOD, ["-1"]
    at_once = recorded(loaded(tmp_path / "once", numbers(), *days), numbers())
    path = loaded(tmp_path / "each", numbers(), *days)
    assert [each for day in DAYS for each in recorded(path, numbers(), [day])] == at_once


def test_a_date_without_rows_has_no_score(tmp_path: Path) -> None:
    path = loaded(tmp_path, numbers(), [])
    assert recorded(path, numbers()) == []
    assert points(path) == []


def test_no_date_is_nothing_to_do(tmp_path: Path) -> None:
    assert recorded(loaded(tmp_path, numbers(), GOOD), numbers(), []) == []


def test_a_rolled_back_score_is_not_kept(tmp_path: Path) -> None:
    path = loaded(tmp_path, numbers(), GOOD)
    with Warehouse(path, [numbers().table]) as sink, sink.transaction(keep=False):
        record_scores(sink.connection, numbers().table, DAYS)
    assert points(path) == []


def test_rules_about_whole_dates_are_scored_with_the_others(tmp_path: Path) -> None:
    described = numbers(rules(RANGE, {"check": "row_count", "min": 5}))
    path = loaded(tmp_path, described, GOOD, GOOD[:2])
    with Warehouse(path, [described.table]) as sink:
        Closings(sink, tell=lambda _: None).close()
    kept = "SELECT date, timeliness, score FROM meta_quality_scores ORDER BY date"
    assert contents.rows(path, kept) == [(DAYS[0], 100.0, 100.0), (DAYS[1], 0.0, 50.0)]


def test_the_results_of_many_dates_are_those_of_each(tmp_path: Path) -> None:
    path = loaded(tmp_path, numbers(), GOOD, ["1", "x"], ["-1"])
    with Connection(path, read_only=True) as connection:
        together = results_by_date(connection, "numbers", DAYS)
        alone = {day: results(connection, Scope("numbers", date=day)).rules for day in DAYS[:3]}
    assert together == alone
