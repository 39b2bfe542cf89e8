"""`train MODEL --online`: the learner begins anew, with all that is recorded or the days from one on."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from processors.errors import ConfigError
from stream.learning.relearning import relearn
from tests.learning.rides import BAYESIAN, STEPWISE, change, drop, learner, lines, model, place, run
from tests.learning.test_following import DAYS, both, dropped
from tests.learning.weights import close, predictions
from tests.system.looking import number
from tests.system.processes import entered


@both
def test_one_pass_over_the_log_comes_to_what_was_learned_as_it_came(
    tmp_path: Path, online: Mapping[str, object]
) -> None:
    where, every = place(tmp_path, model(online)), lines(90)
    for day, name in enumerate(DAYS):
        drop(where, name, every[day * 30 : (day + 1) * 30])
        run(where)
    followed = predictions(where)
    relearn(where.configs, where.warehouse, "price", None)
    close(predictions(where), followed)
    assert (learner(where)["version"], learner(where)["rows"]) == (2, 90)


def test_from_a_day_on_only_later_days_are_learned(tmp_path: Path) -> None:
    where, later = dropped(place(tmp_path / "a", model(BAYESIAN))), place(tmp_path / "b", model(BAYESIAN))
    run(where)
    relearn(where.configs, where.warehouse, "price", "2026-11-18")
    every = lines(90)
    for day in (1, 2):
        drop(later, DAYS[day], every[day * 30 : (day + 1) * 30])
    run(later)
    assert learner(where)["rows"] == 60
    close(predictions(where), predictions(later))


def test_what_comes_behind_it_is_learned_on_top(tmp_path: Path) -> None:
    where = dropped(place(tmp_path, model(STEPWISE)))
    run(where)
    relearn(where.configs, where.warehouse, "price", "2026-11-19")
    drop(where, "rides_2026-11-20.csv", lines(20, seed=5, first=200))
    run(where)
    assert learner(where)["rows"] == 50


@both
def test_days_before_it_are_not_learned_by_the_next_run_either(tmp_path: Path, online: Mapping[str, object]) -> None:
    where = dropped(place(tmp_path, model(online)))
    run(where)
    relearn(where.configs, where.warehouse, "price", "2026-11-18")
    drop(where, "late_2026-11-17.csv", lines(20, seed=5, first=200))
    drop(where, "rides_2026-11-20.csv", lines(10, seed=6, first=300))
    run(where)
    assert learner(where)["rows"] == 70
    assert "price online.2: learning" in run(where, "models", "show", "price").stdout
    assert ", of rows from 2026-11-18 on\n" in run(where, "models", "show", "price").stdout


def test_what_is_learned_anew_without_a_day_is_all_there_is(tmp_path: Path) -> None:
    where = dropped(place(tmp_path, model(BAYESIAN)))
    run(where)
    relearn(where.configs, where.warehouse, "price", "2026-11-18")
    relearn(where.configs, where.warehouse, "price", None)
    run(where)
    assert learner(where)["rows"] == 90


def test_a_day_that_fills_no_tick_hides_nothing_behind_it(tmp_path: Path) -> None:
    where, every = place(tmp_path, model(STEPWISE | {"tick_rows": 40})), lines(90)
    for name, first in ((DAYS[1], 0), (DAYS[0], 30), (DAYS[2], 60)):
        drop(where, name, every[first : first + 30])
        run(where)
    relearn(where.configs, where.warehouse, "price", "2026-11-18")
    assert learner(where)["rows"] == 40


def test_a_replay_moves_the_learner_once_it_learns_anew(tmp_path: Path) -> None:
    where = dropped(place(tmp_path, model(BAYESIAN)))
    run(where)
    before = learner(where)["state"]["pipeline"]
    config = where.configs / "rides.yaml"
    text = config.read_text("utf-8").replace(
        "- quality:", "- validation: {rules: [{check: range, column: km, max: 20}]}\n- quality:"
    )
    config.write_text(text, "utf-8")
    for name in DAYS:
        run(where, "replay", "--date", name[6:16])
    assert number(where.warehouse, "SELECT count(*) FROM stg_rides") < 90
    run(where)
    assert learner(where)["state"]["pipeline"] == before
    relearn(where.configs, where.warehouse, "price", None)
    assert learner(where)["rows"] == number(where.warehouse, "SELECT count(*) FROM stg_rides")


@pytest.mark.parametrize("changed", [model(STEPWISE), model(BAYESIAN) | {"inputs": {"numbers": ["km"]}}])
def test_a_learner_of_another_model_rests_until_it_learns_anew(tmp_path: Path, changed: Mapping[str, object]) -> None:
    where = dropped(place(tmp_path, model(BAYESIAN)))
    run(where)
    change(where, changed)
    drop(where, "rides_2026-11-20.csv", lines(20, seed=5, first=200))
    done = entered(where, "run")
    assert done.returncode == 0
    assert (
        "ade-stream: price: The model is another than the one that it learned. It rests until it learns anew: "
        "`ade-stream train price --online`.\n"
    ) in done.stderr
    assert (learner(where)["status"], learner(where)["rows"]) == ("paused", 90)
    relearn(where.configs, where.warehouse, "price", None)
    assert (learner(where)["status"], learner(where)["reason"], learner(where)["rows"]) == ("learning", "", 110)
    assert run(where).stderr == ""


def test_a_learner_whose_model_is_put_back_goes_on(tmp_path: Path) -> None:
    where = dropped(place(tmp_path, model(BAYESIAN)))
    run(where)
    change(where, model(STEPWISE))
    entered(where, "run")
    change(where, model(BAYESIAN))
    drop(where, "rides_2026-11-20.csv", lines(20, seed=5, first=200))
    run(where)
    assert (learner(where)["status"], learner(where)["rows"], learner(where)["version"]) == ("learning", 110, 1)


def test_a_model_that_is_not_there_is_told_with_those_that_are(tmp_path: Path) -> None:
    where = dropped(place(tmp_path, model(BAYESIAN)))
    run(where)
    with pytest.raises(ConfigError, match=r"no model 'cost' with an online part; there are: price\."):
        relearn(where.configs, where.warehouse, "cost", None)
