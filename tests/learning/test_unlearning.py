"""Rows that go are taken out of a learner that can do that; of others they are counted, and the remedy is told."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path

import pytest

from processors.learning.learner import Learner
from stream.learning.relearning import relearn
from tests.learning.rides import BAYESIAN, STEPWISE, change, drop, learner, lines, model, place, run
from tests.learning.weights import close, compiled, predictions
from tests.system.looking import number, rows
from tests.system.processes import Place

DAY, NEXT = "rides_2026-11-17.csv", "rides_2026-11-18.csv"


def settled(where: Place) -> Place:
    """A run, with everything in the landing folder long enough ago to have settled."""
    run(where)
    return where


def test_a_superseded_file_is_unlearned_as_if_it_had_never_come(tmp_path: Path) -> None:
    rewritten, plain = place(tmp_path / "a", model(BAYESIAN)), place(tmp_path / "b", model(BAYESIAN))
    kept, wrong, right = lines(40), lines(30, seed=2, first=41, per_km=9.0), lines(35, seed=3, first=41)
    drop(rewritten, DAY, kept)
    drop(rewritten, NEXT, wrong)
    run(rewritten)
    drop(rewritten, NEXT, right)
    run(rewritten)
    drop(plain, DAY, kept)
    drop(plain, NEXT, right)
    run(plain)
    assert (learner(rewritten)["rows"], learner(rewritten)["stale"]) == (75, 0)
    close(predictions(rewritten), predictions(plain))


def test_unlearning_equals_a_refit(tmp_path: Path) -> None:
    where = place(tmp_path, model(BAYESIAN))
    drop(where, DAY, lines(40))
    drop(where, NEXT, lines(30, seed=2, first=41, per_km=9.0))
    run(where)
    drop(where, NEXT, lines(10, seed=4, first=41))
    run(where)
    unlearned = predictions(where)
    relearn(where.configs, where.warehouse, "price", None)
    close(unlearned, predictions(where))


def test_categories_of_rows_that_went_leave_their_room_to_others(tmp_path: Path) -> None:
    where, plain = (place(tmp_path / name, model(BAYESIAN | {"categories_max": 3})) for name in ("a", "b"))
    misspelt = [line.replace("Oslo", f"Oslo{number}") for number, line in enumerate(lines(40))]
    drop(where, DAY, misspelt)
    run(where)
    drop(where, DAY, lines(40))
    run(where)
    drop(plain, DAY, lines(40))
    run(plain)
    assert (learner(where)["rows"], len(learner(where)["state"]["categories"])) == (40, 3)
    close(predictions(where), predictions(plain))


def test_no_room_is_taken_by_categories_of_which_no_row_is_kept_where_all_is_added_up_anew(tmp_path: Path) -> None:
    where = place(tmp_path, model(BAYESIAN | {"categories_max": 4}))
    drop(where, DAY, lines(40))
    drop(where, NEXT, ["Z,1e12,1,Nowhere,30\n"])
    run(where)
    drop(where, NEXT, [])
    run(where)
    assert {name for _, name in learner(where)["state"]["categories"]} == {"Oslo", "Bergen", "Tromsø"}
    unlearned = predictions(where)
    relearn(where.configs, where.warehouse, "price", None)
    close(unlearned, predictions(where))


@pytest.mark.parametrize("wrong", ["Z,1e12,1,Oslo,30\n", "Z,3,1,Oslo,5e13\n", "Z,9e15,1,Oslo,-9e15\n"])
def test_a_number_far_larger_than_all_others_is_unlearned_to_the_last_digit(tmp_path: Path, wrong: str) -> None:
    where = place(tmp_path, model(BAYESIAN))
    drop(where, DAY, lines(100))
    drop(where, NEXT, [*lines(20, seed=2, first=101), wrong])
    run(where)
    assert learner(where)["rows"] == 121
    drop(where, NEXT, lines(20, seed=2, first=101))
    assert run(where).stderr == ""
    assert (learner(where)["rows"], learner(where)["stale"]) == (120, 0)
    unlearned = predictions(where)
    relearn(where.configs, where.warehouse, "price", None)
    close(unlearned, predictions(where))


def test_what_a_replay_changed_is_not_learned_where_all_that_is_kept_is_added_up_anew(tmp_path: Path) -> None:
    where = place(tmp_path, model(BAYESIAN))
    drop(where, DAY, lines(100))
    run(where)
    before = predictions(where)
    drop(where, NEXT, ["Z,1e12,1,Oslo,30\n"])
    run(where)
    with closing(sqlite3.connect(where.warehouse)) as warehouse, warehouse:
        warehouse.execute("UPDATE stg_rides SET price = 2 * price")
    drop(where, NEXT, [])
    run(where)
    close(predictions(where), before)


def test_a_learner_that_cannot_be_computed_any_more_rests_and_files_are_loaded_all_the_same(tmp_path: Path) -> None:
    where = place(tmp_path, model(BAYESIAN))
    drop(where, DAY, lines(100))
    drop(where, NEXT, lines(20, seed=2, first=101))
    run(where)
    with closing(sqlite3.connect(where.warehouse)) as warehouse, warehouse:
        warehouse.execute("UPDATE meta_learner_spans SET statistics = replace(statistics, 'f8\": \"', 'f8\": \"A')")
    drop(where, NEXT, lines(10, seed=2, first=101))
    done = run(where)
    assert "price: It cannot be computed any more" in done.stderr
    assert "`ade-stream train price --online`" in learner(where)["reason"]
    assert number(where.warehouse, "SELECT count(*) FROM stg_rides") == 110
    relearn(where.configs, where.warehouse, "price", None)
    assert (learner(where)["status"], learner(where)["rows"]) == ("learning", 110)


def keyed(tmp_path: Path, online: Mapping[str, object]) -> Place:
    """Rides of which each is told once: a later file with a smaller id takes a ride from the one that had it."""
    return place(
        tmp_path, model(online), key=["ride"], processors=[{"schema": {}}, {"quality": {"duplicates": ["key"]}}]
    )


def taken_over(where: Place, every: list[str]) -> None:
    """The second file gives one ride up to the first, which grows."""
    path = drop(where, DAY, every[:20])
    drop(where, NEXT, every[20:])
    run(where)
    with path.open("a", encoding="utf-8") as file:
        file.write(every[30].replace(",Oslo,", ",Bergen,").replace(",Tromsø,", ",Bergen,"))
    run(where)


def test_a_single_row_that_another_takes_the_place_of_is_unlearned(tmp_path: Path) -> None:
    where = keyed(tmp_path, BAYESIAN)
    taken_over(where, lines(40))
    assert number(where.warehouse, "SELECT count(*) FROM stg_rides") == 40
    assert (learner(where)["rows"], learner(where)["stale"]) == (40, 0)
    unlearned = predictions(where)
    relearn(where.configs, where.warehouse, "price", None)
    close(unlearned, predictions(where))


def test_what_went_before_it_was_read_is_not_learned_at_all(tmp_path: Path) -> None:
    where = keyed(tmp_path, BAYESIAN)
    (where.configs / "models" / "price.yaml").unlink()
    taken_over(where, lines(40))
    change(where, model(BAYESIAN))
    run(where)
    assert (learner(where)["rows"], learner(where)["stale"]) == (40, 0)


def test_rows_that_cannot_be_unlearned_are_counted(tmp_path: Path) -> None:
    where = place(tmp_path, model(STEPWISE))
    drop(where, DAY, lines(40))
    drop(where, NEXT, lines(30, seed=2, first=41))
    run(where)
    drop(where, NEXT, lines(10, seed=3, first=41))
    run(where)
    assert (learner(where)["rows"], learner(where)["stale"]) == (80, 30)


def test_a_learner_that_cannot_unlearn_counts_a_single_row(tmp_path: Path) -> None:
    where = keyed(tmp_path, STEPWISE | {"tick_rows": 1})
    taken_over(where, lines(40))
    assert (learner(where)["rows"], learner(where)["stale"]) == (41, 1)


def test_predictions_of_rows_that_went_go(tmp_path: Path) -> None:
    where = place(tmp_path, model(BAYESIAN | {"scoring": True}))
    drop(where, DAY, lines(20))
    run(where)
    drop(where, DAY, lines(12, seed=2))
    run(where)
    staged = rows(where.warehouse, "SELECT _id FROM stg_rides ORDER BY 1")
    assert rows(where.warehouse, "SELECT _id FROM preds_price ORDER BY 1") == staged


def test_what_is_left_can_be_taken_out_too(tmp_path: Path) -> None:
    where = keyed(tmp_path, BAYESIAN)
    taken_over(where, lines(40))
    drop(where, NEXT, lines(5, seed=7, first=90))
    run(where)
    unlearned = predictions(where)
    relearn(where.configs, where.warehouse, "price", None)
    close(unlearned, predictions(where))


def test_a_learner_that_is_loaded_unlearns_what_another_process_learned(tmp_path: Path) -> None:
    where = place(tmp_path, model(BAYESIAN))
    drop(where, DAY, lines(40))
    run(where)
    assert Learner.load(compiled(where), learner(where)["state"]).can_unlearn


def test_what_is_kept_of_a_span_does_not_grow_with_the_categories_of_others(tmp_path: Path) -> None:
    where = place(tmp_path, model(BAYESIAN))
    drop(where, DAY, [line.replace("Oslo", f"Oslo {number}") for number, line in enumerate(lines(200))])
    run(where)
    drop(where, NEXT, lines(5, seed=2, first=201))
    run(where)
    kept = "SELECT length(statistics) FROM meta_learner_spans ORDER BY seq DESC LIMIT 1"
    assert number(where.warehouse, kept) < 1000
    drop(where, NEXT, lines(4, seed=3, first=201))
    run(where)
    unlearned = predictions(where)
    relearn(where.configs, where.warehouse, "price", None)
    close(unlearned, predictions(where))


def retried(where: Place, every: list[str]) -> None:
    """A file of which one ride is rejected, corrected and let in."""
    cells = every[0].split(",")
    drop(where, DAY, [",".join([cells[0], "x", *cells[2:]]), *every[1:]])
    run(where)
    fixed = where.warehouse.parent / "fixed.csv"
    run(where, "rejects", "export", "--dataset", "rides", "--output", str(fixed))
    fixed.write_text(fixed.read_text("utf-8").replace(",x,", f",{cells[1]},"), "utf-8")
    run(where, "rejects", "retry", "--from", str(fixed))


def test_a_row_that_a_retry_lets_in_is_learned_like_any_other(tmp_path: Path) -> None:
    where = place(tmp_path, model(BAYESIAN))
    retried(where, lines(40))
    run(where)
    assert (learner(where)["rows"], learner(where)["stale"]) == (40, 0)
    learned = predictions(where)
    assert "and so do 1 learner" in run(where, "verify").stdout
    relearn(where.configs, where.warehouse, "price", None)
    close(learned, predictions(where))


@pytest.mark.parametrize("online", [BAYESIAN, STEPWISE | {"tick_rows": 1}])
def test_a_row_that_goes_is_told_from_one_of_its_span_that_a_retry_let_in(
    tmp_path: Path, online: Mapping[str, object]
) -> None:
    steps = [{"schema": {}}, {"quality": {"duplicates": ["key"], "keep": "last"}}]
    where = place(tmp_path, model(online), key=["ride"], processors=steps)
    every = lines(40)
    retried(where, every)
    drop(where, NEXT, [every[7].replace(",Oslo,", ",Bergen,")])
    run(where)
    is_unlearned = online is BAYESIAN
    assert (learner(where)["rows"], learner(where)["stale"]) == ((40, 0) if is_unlearned else (41, 1))
    if is_unlearned:
        unlearned = predictions(where)
        relearn(where.configs, where.warehouse, "price", None)
        close(unlearned, predictions(where))
