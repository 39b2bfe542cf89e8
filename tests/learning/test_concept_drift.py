"""The error of a learner rises: the alarm names the file and the line where that began, and the policy is followed."""

from __future__ import annotations

import re
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from tests.learning.rides import BAYESIAN, change, drop, learner, lines, model, place, run
from tests.system.looking import rows
from tests.system.processes import Outcome, Place

#: The ride from which on a kilometre costs four times as much, and the line of it in the second file.
TURN, LINE = 900, 302
SPLIT = {"split": {"boundaries": {"validation": "2026-11-18", "test": "2026-11-19"}, "embargo": "0 days"}}
#: One that tells all rides nearly the same price.
POOR = {"sklearn": "linear_model.Ridge", "with": {"alpha": 1e6}}


def online(policy: str, detectors: tuple[str, ...]) -> dict[str, Any]:
    """A learner that is watched, in the words of its YAML."""
    return BAYESIAN | {"tick_rows": 10, "drift": {"detectors": list(detectors), "on_alarm": policy}}


def prepared(tmp_path: Path, policy: str, detectors: tuple[str, ...]) -> tuple[Place, list[str]]:
    """A place for rides, and the rides."""
    every = [*lines(TURN), *lines(1800 - TURN, seed=9, first=TURN + 1, per_km=8.0)]
    return place(tmp_path, model(online(policy, detectors), batch=SPLIT)), every


def drifting(
    tmp_path: Path, policy: str, detectors: tuple[str, ...] = ("adwin", "page_hinkley")
) -> tuple[Place, Outcome]:
    """Three files of 600 rides; in the middle of the second one prices rise."""
    where, every = prepared(tmp_path, policy, detectors)
    for number in range(3):
        drop(where, f"rides_2026-11-1{number + 7}.csv", every[number * 600 : (number + 1) * 600])
    return where, run(where)


@pytest.mark.parametrize("detector", ["adwin", "page_hinkley"])
def test_an_alarm_names_the_file_and_the_line_where_the_change_began(tmp_path: Path, detector: str) -> None:
    where, done = drifting(tmp_path, "alert", (detector,))
    first = rows(where.warehouse, "SELECT path_from, row_id_from & 4294967295, action FROM meta_drift_alarms")[0]
    told = re.search(r"learning dataset=rides date=\S+ model=price severity=warning message=\"(.*)\"", done.stdout)
    assert told is not None
    named = re.search(r"began at (\S+) line (\d+)", told[1])
    assert named is not None
    assert (named[1], int(named[2])) == (first[0], int(str(first[1])) + 1)
    assert first[0] == "rides/rides_2026-11-18.csv"
    assert abs(int(named[2]) - LINE) <= 60
    assert first[2] == "told, no more"


def test_no_change_is_no_alarm(tmp_path: Path) -> None:
    where = place(tmp_path, model(BAYESIAN | {"tick_rows": 10, "drift": {}}))
    drop(where, "rides_2026-11-17.csv", lines(1800))
    run(where)
    assert rows(where.warehouse, "SELECT * FROM meta_drift_alarms") == []


def test_after_a_reset_only_what_came_since_is_known(tmp_path: Path) -> None:
    where, _ = drifting(tmp_path, "reset")
    [(action,)] = rows(where.warehouse, "SELECT DISTINCT action FROM meta_drift_alarms")
    assert action == "the learner began anew"
    assert learner(where)["rows"] < 1800 - TURN
    assert learner(where)["metrics"]["rows"] == 1800


def test_a_superseded_file_that_was_forgotten_is_not_taken_out(tmp_path: Path) -> None:
    where, _ = drifting(tmp_path, "reset")
    before = learner(where)
    drop(where, "rides_2026-11-17.csv", lines(10, seed=3, first=5000, per_km=8.0))
    run(where)
    assert (learner(where)["rows"], learner(where)["stale"]) == (before["rows"] + 10, 0)


def test_without_a_challenger_nothing_is_promoted_and_that_is_told(tmp_path: Path) -> None:
    where, done = drifting(tmp_path, "promote_challenger")
    assert rows(where.warehouse, "SELECT DISTINCT action FROM meta_drift_alarms") == [
        ("there is no challenger to promote",)
    ]
    assert "there is no challenger to promote" in done.stdout


def trained_before_a_drift(tmp_path: Path, *batches: dict[str, Any]) -> Outcome:
    """What `run` says of a drift that comes when a model was trained in these ways, one after the other."""
    where, every = prepared(tmp_path, "promote_challenger", ("page_hinkley",))
    for day in range(3):
        drop(where, f"rides_2026-11-1{day + 7}.csv", every[day * 300 : (day + 1) * 300])
    run(where)
    for batch in batches:
        change(where, model(online("promote_challenger", ("page_hinkley",)), batch=SPLIT | batch))
        run(where, "train", "price")
    drop(where, "rides_2026-11-20.csv", every[TURN:])
    return run(where)


def test_a_challenger_that_is_better_is_promoted_where_the_policy_says_so(tmp_path: Path) -> None:
    done = trained_before_a_drift(tmp_path, POOR, {})
    assert "version 2, the challenger, was made champion" in done.stdout
    registered = rows(tmp_path / "ade.db", "SELECT version, alias FROM meta_models ORDER BY version")
    assert registered == [(1, None), (2, "champion")]


@pytest.mark.parametrize("share", [0, 0.02])
def test_one_that_is_no_better_is_not_promoted_by_a_drift_either_and_that_is_told(tmp_path: Path, share: float) -> None:
    rule = {"promotion": {"metric": "mae", "min_improvement": share}}
    done = trained_before_a_drift(tmp_path, rule, rule)
    assert "version 2, the challenger, was not made champion: it has mae 0.0" in done.stdout
    assert f"on the same 300 rows, and must be better{' by 2.0%' if share else ''}" in done.stdout
    [(action,)] = rows(tmp_path / "ade.db", "SELECT DISTINCT action FROM meta_drift_alarms")
    assert "was not made champion" in str(action)
    registered = rows(tmp_path / "ade.db", "SELECT version, alias FROM meta_models ORDER BY version")
    assert registered == [(1, "champion"), (2, "challenger")]


@pytest.mark.parametrize("spoilt", ["file", "registry"])
def test_a_challenger_that_cannot_be_used_is_not_promoted(tmp_path: Path, spoilt: str) -> None:
    where, every = prepared(tmp_path, "promote_challenger", ("page_hinkley",))
    for day in range(3):
        drop(where, f"rides_2026-11-1{day + 7}.csv", every[day * 300 : (day + 1) * 300])
    run(where)
    for _ in range(3):
        run(where, "train", "price")
    if spoilt == "file":
        (tmp_path / "models" / "price" / "3" / "model.json").write_text("{}", "utf-8")
    else:
        with closing(sqlite3.connect(where.warehouse)) as warehouse, warehouse:
            warehouse.execute("UPDATE meta_models SET schema_hash = 'another' WHERE version = 3")
    drop(where, "rides_2026-11-20.csv", every[TURN:])
    done = run(where)
    assert "the challenger cannot be promoted: " in done.stdout
    assert "`ade-stream train price` trains it anew." in done.stdout
    registered = rows(where.warehouse, "SELECT version, alias FROM meta_models ORDER BY version")
    assert registered == [(1, "champion"), (2, None), (3, "challenger")]


def test_a_drift_of_the_past_promotes_nobody(tmp_path: Path) -> None:
    where, _ = drifting(tmp_path, "promote_challenger", ("page_hinkley",))
    for _ in range(2):
        run(where, "train", "price")
    run(where, "train", "price", "--online")
    registered = rows(where.warehouse, "SELECT version, alias FROM meta_models ORDER BY version")
    assert registered == [(1, "champion"), (2, "challenger")]


def test_alarms_are_told_once(tmp_path: Path) -> None:
    where, _ = drifting(tmp_path, "alert")
    before = rows(where.warehouse, "SELECT * FROM meta_drift_alarms")
    assert "model=price" not in run(where).stdout
    assert rows(where.warehouse, "SELECT * FROM meta_drift_alarms") == before
