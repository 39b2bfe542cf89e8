"""`verify` holds a learner that unlearned rows against what it comes to without them, but for what is history."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from pathlib import Path

from processors.learning.numbers import pack, unpack
from tests.learning.rides import BAYESIAN, CITIES, drop, learner, lines, model, place, run
from tests.system.processes import Place, entered

DAY, NEXT = "rides_2026-11-17.csv", "rides_2026-11-18.csv"


def rewritten(where: Place) -> Place:
    """A first file that another one took the place of, in which the cities come in another order."""
    by_city = sorted(lines(60), key=lambda line: list(CITIES).index(line.split(",")[3]))
    drop(where, DAY, by_city)
    drop(where, NEXT, [line for line in lines(60, seed=2, first=61) if "Tromsø" in line])
    run(where)
    drop(where, DAY, by_city[:0:-1])
    run(where)
    return where


def test_a_learner_that_unlearned_a_file_is_verified_whatever_the_order_of_its_categories(tmp_path: Path) -> None:
    where = rewritten(place(tmp_path, model(BAYESIAN)))
    assert "and so do 1 learner" in run(where, "verify").stdout


def test_predictions_by_rows_that_are_gone_are_not_verified_and_no_difference(tmp_path: Path) -> None:
    where = rewritten(place(tmp_path, model(BAYESIAN | {"scoring": True})))
    told = run(where, "verify").stdout
    assert "not verified: preds_price was predicted while rows were known that are gone; `ade-stream train" in told
    assert "and so do 1 learner" in told


def test_a_backup_in_which_a_file_was_superseded_is_restored(tmp_path: Path) -> None:
    where = rewritten(place(tmp_path, model(BAYESIAN | {"scoring": True})))
    run(where, "backup", str(tmp_path / "copy.db"))
    run(where, "restore", str(tmp_path / "copy.db"))


def test_a_learner_that_begins_anew_at_alarms_is_not_verified_once_rows_went(tmp_path: Path) -> None:
    drift = {"detectors": ["page_hinkley"], "on_alarm": "reset"}
    where = place(tmp_path, model(BAYESIAN | {"tick_rows": 30, "drift": drift}))
    drop(where, DAY, lines(600))
    drop(where, NEXT, lines(600, seed=2, first=601, per_km=30.0))
    run(where)
    drop(where, DAY, lines(200))
    run(where)
    told = run(where, "verify").stdout
    assert "not verified: the learner of price began anew at alarms that rows which are gone may have" in told


def test_sums_that_are_not_those_of_the_rows_are_a_difference_also_where_rows_went(tmp_path: Path) -> None:
    where = rewritten(place(tmp_path, model(BAYESIAN)))
    state = learner(where)["state"]
    estimator = state["pipeline"]["estimator"]
    estimator["mean"] = pack(2 * unpack(estimator["mean"]))
    with closing(sqlite3.connect(where.warehouse)) as warehouse, warehouse:
        warehouse.execute("UPDATE meta_learners SET state = ?", (json.dumps(state),))
    done = entered(where, "verify")
    assert (done.returncode, "state.pipeline.estimator.mean" in done.stdout) == (1, True)
