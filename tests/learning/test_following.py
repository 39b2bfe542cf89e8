"""A learner follows what `run` commits: every row is predicted once and learned once, then and in that order."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.learning.rides import (
    BAYESIAN,
    STEPWISE,
    change,
    drop,
    in_a_process,
    learner,
    lines,
    model,
    place,
    run,
)
from tests.learning.weights import close, predictions
from tests.system.looking import number, rows
from tests.system.processes import Place, watching

DAYS = ("rides_2026-11-17.csv", "rides_2026-11-18.csv", "rides_2026-11-19.csv")
both = pytest.mark.parametrize("online", [BAYESIAN, STEPWISE], ids=["bayesian", "stepwise"])


def dropped(where: Place, count: int = 90) -> Place:
    """Three days of rides, of equal size."""
    every = lines(count)
    for day, name in enumerate(DAYS):
        drop(where, name, every[day * count // 3 : (day + 1) * count // 3])
    return where


@both
def test_every_row_of_a_run_is_learned_once(tmp_path: Path, online: Mapping[str, object]) -> None:
    where = dropped(place(tmp_path, model(online)))
    run(where)
    assert learner(where)["rows"] == 90


@both
def test_a_run_without_news_moves_nothing(tmp_path: Path, online: Mapping[str, object]) -> None:
    where = dropped(place(tmp_path, model(online)))
    run(where)
    before = learner(where)
    run(where)
    assert learner(where) == before


@both
def test_what_is_learned_day_by_day_is_what_is_learned_at_once(tmp_path: Path, online: Mapping[str, object]) -> None:
    daily, at_once, every = place(tmp_path / "a", model(online)), place(tmp_path / "b", model(online)), lines(90)
    for day, name in enumerate(DAYS):
        for where in (daily, at_once):
            drop(where, name, every[day * 30 : (day + 1) * 30])
        run(daily)
    run(at_once)
    close(predictions(daily), predictions(at_once))


def test_rows_that_do_not_fill_a_tick_wait_for_the_next_ones(tmp_path: Path) -> None:
    where, every = place(tmp_path, model(STEPWISE)), lines(30)
    drop(where, DAYS[0], every[:23])
    run(where)
    assert learner(where)["rows"] == 20
    drop(where, DAYS[1], every[23:])
    run(where)
    assert learner(where)["rows"] == 30


def test_ticks_do_not_depend_on_how_rows_are_cut_into_files_and_batches(tmp_path: Path) -> None:
    whole, cut, every = place(tmp_path / "a", model(STEPWISE)), place(tmp_path / "b", model(STEPWISE)), lines(40)
    drop(whole, DAYS[0], every)
    for first, last in ((0, 7), (7, 8), (8, 29), (29, 40)):
        drop(cut, f"rides_{first:02d}_2026-11-17.csv", every[first:last])
        run(cut)
    run(whole)
    for part in ("pipeline", "categories", "rows", "in_tick"):
        assert learner(cut)["state"][part] == learner(whole)["state"][part]


def test_rows_are_predicted_before_they_are_learned(tmp_path: Path) -> None:
    where = place(tmp_path, model(STEPWISE | {"scoring": True}))
    drop(where, DAYS[0], lines(20))
    run(where)
    joined = "preds_price JOIN stg_rides USING (_id)"
    kept = rows(where.warehouse, f"SELECT prediction, price - prediction - error FROM {joined}")
    assert [prediction for prediction, _ in kept[:10]] == [0.0] * 10
    assert all(prediction != 0.0 for prediction, _ in kept[10:])
    assert [rest for _, rest in kept] == pytest.approx([0.0] * 20)


def test_poison_is_refused_counted_and_changes_nothing(tmp_path: Path) -> None:
    poisoned, clean, good = place(tmp_path / "a", model(BAYESIAN)), place(tmp_path / "b", model(BAYESIAN)), lines(30)
    poison = ["P-1,,1,Oslo,50\n", "P-2,1e300,1,Oslo,50\n", "P-3,3,1,,50\n", "P-4,3,,,50\n", "P-5,3,1,Oslo,\n"]
    drop(poisoned, DAYS[0], [*good[:10], *poison, *good[10:]])
    drop(poisoned, DAYS[1], [])
    drop(clean, DAYS[0], good)
    for where in (poisoned, clean):
        run(where)
    assert learner(poisoned)["refused"] == {
        "infinite.km": 1,
        "null.city": 2,
        "null.km": 1,
        "null.price": 1,
        "null.stops": 1,
    }
    assert learner(poisoned)["rows"] == 30
    close(predictions(poisoned), predictions(clean))


def test_a_category_that_was_never_seen_is_learned_and_the_state_stays_sound(tmp_path: Path) -> None:
    where = place(tmp_path, model(BAYESIAN))
    drop(where, DAYS[0], lines(30))
    run(where)
    drop(where, DAYS[1], ["N-1,5,1,Narvik,55\n", *lines(30, seed=2, first=31)])
    run(where)
    assert learner(where)["rows"] == 61
    assert learner(where)["refused"] == {}


def test_a_category_beyond_the_most_that_a_model_takes_is_refused(tmp_path: Path) -> None:
    where = place(tmp_path, model(BAYESIAN | {"categories_max": 3}))
    drop(where, DAYS[0], [*lines(30), "N-1,5,1,Narvik,55\n"])
    run(where)
    assert (learner(where)["rows"], learner(where)["refused"]) == (30, {"category.city": 1})


@both
def test_a_watch_learns_what_a_run_learns(tmp_path: Path, online: Mapping[str, object]) -> None:
    watched, taken = place(tmp_path / "a", model(online)), dropped(place(tmp_path / "b", model(online)))
    with watching(watched, tmp_path / "watch.log") as watch:
        dropped(watched)
        watch.until_printed("rides_2026-11-19.csv")
        assert watch.stop() == 0
    run(watched)
    run(taken)
    close(predictions(watched), predictions(taken))


def test_a_learner_starts_with_the_rows_that_were_there_before_it(tmp_path: Path) -> None:
    where = dropped(place(tmp_path))
    run(where)
    change(where, model(BAYESIAN))
    run(where)
    assert learner(where)["rows"] == 90


def test_a_replay_moves_no_learner(tmp_path: Path) -> None:
    where = dropped(place(tmp_path, model(BAYESIAN)))
    run(where)
    before = learner(where)
    run(where, "replay", "--date", "2026-11-17")
    run(where)
    assert learner(where) == before


def test_models_need_no_learner(tmp_path: Path) -> None:
    without = {key: value for key, value in model(BAYESIAN).items() if key != "online"}
    where = dropped(place(tmp_path, without | {"batch": {}}))
    run(where)
    assert number(where.warehouse, "SELECT count(*) FROM meta_learners") == 0


def test_a_run_in_a_process_of_its_own_learns_the_same(tmp_path: Path) -> None:
    here, there = dropped(place(tmp_path / "a", model(STEPWISE))), dropped(place(tmp_path / "b", model(STEPWISE)))
    run(here)
    in_a_process(there)
    assert learner(here)["state"] == learner(there)["state"]


def test_a_learner_rests_while_no_config_describes_it(tmp_path: Path) -> None:
    where = place(tmp_path, model(BAYESIAN | {"scoring": True}))
    drop(where, "rides_2026-11-17.csv", lines(50))
    run(where)
    yaml = where.configs / "models" / "price.yaml"
    content = yaml.read_text("utf-8")
    yaml.unlink()
    drop(where, "rides_2026-11-18.csv", lines(50, seed=2, first=51))
    run(where)
    assert (learner(where)["status"], learner(where)["rows"]) == ("paused", 50)
    assert "No config describes it." in run(where, "models", "show", "price").stdout
    assert rows(where.warehouse, "SELECT count(*) FROM preds_price") == [(50,)]
    yaml.write_text(content, "utf-8")
    run(where)
    assert (learner(where)["status"], learner(where)["rows"], learner(where)["reason"]) == ("learning", 100, "")


def test_a_model_of_another_name_leaves_no_advice_about_the_old_one(tmp_path: Path) -> None:
    where = place(tmp_path, model(BAYESIAN))
    drop(where, "rides_2026-11-17.csv", lines(50))
    run(where)
    change(where, model(BAYESIAN, inputs={"numbers": ["km"]}))
    run(where)
    assert "train price --online" in learner(where)["reason"]
    (where.configs / "models" / "price.yaml").unlink()
    change(where, model(BAYESIAN, model="fare"))
    run(where)
    assert learner(where)["reason"].startswith("No config describes it.")
    assert learner(where, "fare")["status"] == "learning"
