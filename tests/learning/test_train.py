"""`ade-stream train`: what is fitted, measured, kept and registered."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sklearn.linear_model import LinearRegression

from tests.learning.market import DATASET, SHOPS, SPLIT, Sale, describe, land, loaded, model, refused, sales, told
from tests.learning.market import place as unloaded
from tests.system.looking import number, rows
from tests.system.processes import Place, ade, entered, load


@pytest.fixture(scope="module")
def market(tmp_path_factory: pytest.TempPathFactory) -> Place:
    """The market, loaded and trained twice."""
    found = loaded(tmp_path_factory.mktemp("market"), model())
    assert ade(found, "train", "price").returncode == 0, "as a process of its own"
    assert entered(found, "train", "price").returncode == 0
    return found


def metrics(place: Place, version: int = 1) -> dict[str, float]:
    """The figures of a version, by part and metric."""
    sql = "SELECT part, metric, value FROM meta_model_metrics WHERE version = ?"
    return {f"{part!s}.{metric!s}": float(str(value)) for part, metric, value in rows(place.warehouse, sql, version)}


def matrix(days: range) -> tuple[np.ndarray[Any, Any], np.ndarray[Any, Any]]:
    """Size, rows of the shop before, the shops; and prices; made by hand."""
    sold, inputs, prices = dict.fromkeys(SHOPS, 0), [], []
    for day in range(days.stop):
        for row in sales(day):
            if day in days:
                inputs.append([float(row.size), sold[row.shop], *(row.shop == shop for shop in SHOPS)])
                prices.append(float(row.price))
            sold[row.shop] += 1
    return np.array(inputs), np.array(prices)


def test_the_model_is_that_of_scikit_learn_on_the_same_split(market: Place) -> None:
    theirs = LinearRegression().fit(*matrix(range(4)))
    inputs, prices = matrix(range(5, 6))
    assert metrics(market)["test.mae"] == pytest.approx(np.abs(theirs.predict(inputs) - prices).mean(), rel=1e-9)
    assert metrics(market)["test.r2"] == pytest.approx(theirs.score(inputs, prices), rel=1e-9)


def test_the_baselines_are_the_mean_and_the_row_before_of_the_entity(market: Place) -> None:
    average = matrix(range(4))[1].mean()
    _, prices = matrix(range(5, 6))
    assert metrics(market)["mean.test.mae"] == pytest.approx(np.abs(average - prices).mean())
    last: dict[str, float] = {}
    errors = []
    for day in range(6):
        for row in sales(day):
            if day == 5:
                errors.append(abs(float(row.price) - last[row.shop]))
            last[row.shop] = float(row.price)
    assert metrics(market)["no_change.test.mae"] == pytest.approx(np.mean(errors))


def test_the_numbers_of_the_learner_are_those_with_which_it_followed_the_rows(market: Place) -> None:
    found = metrics(market)
    sql = "SELECT part, rows FROM meta_model_metrics WHERE version = 1 AND metric = 'mae'"
    counts = {str(part): int(str(count)) for part, count in rows(market.warehouse, sql)}
    parts = [f"prequential.{part}" for part in ("train", "validation", "test")]
    together = sum(counts[part] * found[f"{part}.mae"] for part in parts) / 240
    [(kept,)] = rows(market.warehouse, "SELECT metrics FROM meta_learners WHERE model = 'price'")
    assert together == pytest.approx(json.loads(str(kept))["mae"], rel=1e-9)


def test_the_first_version_is_the_champion_and_the_next_one_the_challenger(market: Place) -> None:
    assert rows(market.warehouse, "SELECT version, alias FROM meta_models") == [(1, "champion"), (2, "challenger")]


def test_the_same_rows_give_the_same_artifact(market: Place) -> None:
    [(hashed,)] = rows(market.warehouse, "SELECT DISTINCT artifact_hash FROM meta_models")
    [(path,)] = rows(market.warehouse, "SELECT artifact FROM meta_models WHERE version = 2")
    content = (market.warehouse.parent / str(path)).read_bytes()
    assert hashlib.sha256(content).hexdigest() == hashed
    assert list(json.loads(content)["coefficients"]) == ["shop=north", "shop=south", "shop=söuth", "size", "sold"]


def test_the_registry_says_of_what_a_version_is_made(market: Place) -> None:
    sql = "SELECT algorithm, dataset, view, view_version, rows, length(row_hash), split_id, libraries FROM meta_models"
    *said, libraries = rows(market.warehouse, f"{sql} WHERE version = 1")[0]
    assert said == ["linear_model.LinearRegression", "sales", "shops", 1, 160, 64, 1]
    assert set(json.loads(str(libraries))) == {"numpy", "scikit-learn", "skops"}
    assert number(market.warehouse, "SELECT sum(rows) FROM meta_dataset_splits WHERE split_id = 1") == 240


def test_a_person_reads_a_row_for_each_part_and_who_predicts_it(market: Place) -> None:
    shown = entered(market, "models", "show", "price").stdout
    assert shown.count("no change") == 6
    assert "price version 2, challenger: linear_model.LinearRegression" in shown
    assert "price online.1: learning since" in shown


def test_classes_are_told_apart_by_their_own_figures(tmp_path: Path) -> None:
    features = {"features": {"columns": {"is_big": "size > 30"}}}

    steps = [DATASET["processors"][0], DATASET["processors"][1], features]
    inputs = {"numbers": ["size", "sold"], "categories": ["shop"]}
    place = loaded(
        tmp_path,
        model(model="big", task="classification", target="is_big", inputs=inputs, online=None)
        | {"batch": {"split": SPLIT}},
        processors=steps,
    )
    told(place, "train", "big")
    found = metrics(place)
    assert found["test.accuracy"] > 0.95 > found["mean.test.accuracy"]
    assert found["test.log_loss"] < found["mean.test.log_loss"]
    assert "test.f1" in found


def test_rows_without_an_input_are_refused_and_counted(tmp_path: Path) -> None:

    place = unloaded(tmp_path, model(online=None), processors=DATASET["processors"][:3])
    land(place, "nulls_2026-11-02.csv", [row._replace(sale=f"n{row.sale}", size="") for row in sales(1)])
    load(place)
    assert told(place, "train", "price")["refused"] == {"null.size": 40}


FOREST = {"sklearn": "ensemble.RandomForestRegressor", "with": {"n_estimators": 5}, "split": SPLIT}


@pytest.mark.parametrize("batch", [{"split": SPLIT}, FOREST])
def test_numbers_beyond_all_measure_are_refused_and_change_no_figure(tmp_path: Path, batch: dict[str, Any]) -> None:
    """Those of the fifth day, and a target of the sixth, which is tested with."""
    columns, steps = DATASET["columns"] | {"price": {"type": "number"}}, DATASET["processors"][:2]
    of_it = model(online=None, batch=batch)
    clean, spoilt = (unloaded(tmp_path / name, of_it, columns=columns, processors=steps) for name in "ab")
    for each in (clean, spoilt):
        huge = Sale("huge", "north", "2026-11-06 00:01:00", "5", "1e40" if each is spoilt else "")
        huger = Sale("huger", "south", "2026-11-05 00:01:00", "4e38", "1")
        land(each, "huge_2026-11-06.csv", [huge, huger])
        load(each)
    refused = [told(each, "train", "price")["refused"] for each in (clean, spoilt)]
    assert refused[1] == {"infinite.price": 1, "infinite.size": 1}
    shown = entered(spoilt, "models", "show", "price").stdout
    assert max(map(len, shown.splitlines())) < 150
    assert metrics(clean) == metrics(spoilt)


def test_what_a_library_warns_of_is_told(tmp_path: Path) -> None:
    lasso = {"sklearn": "linear_model.Lasso", "with": {"alpha": 0.0001, "max_iter": 1}, "split": SPLIT}
    place = loaded(tmp_path, model(batch=lasso))
    [notice] = told(place, "train", "price")["notices"]
    assert "did not converge" in notice


def test_what_cannot_be_trained_is_told_with_the_way_out(tmp_path: Path) -> None:
    place = loaded(tmp_path, model(batch=None))
    assert "the model price has no `batch`; write `batch: {}`" in refused(place, 2, "train", "price")
    assert "no config describes a model 'nix'; there are price." in refused(place, 2, "train", "nix")
    assert "it goes with --online" in refused(place, 2, "train", "price", "--from", "2026-11-01")
    gamma = {"sklearn": "ensemble.HistGradientBoostingRegressor", "with": {"loss": "gamma"}, "split": SPLIT}
    below = [row._replace(sale=f"b{row.sale}", price="-1") for row in sales(0, count=3)]
    land(place, "below_2026-11-01.csv", below)
    load(place)
    describe(place, model(batch=gamma))
    assert "price cannot be trained: loss='gamma' requires strictly positive y" in refused(place, 2, "train", "price")


@pytest.mark.parametrize(
    ("batch", "said"),
    [
        ({"sklearn": "svm.SVR"}, "batch.sklearn: svm.SVR is not offered; there are linear_model.LinearRegression"),
        ({"sklearn": "linear_model.LogisticRegression"}, "is for classification, and the task is regression"),
        (
            {"with": {"n_jobs": 8}},
            "batch.with.n_jobs: linear_model.LinearRegression has no option n_jobs; it has fit_intercept",
        ),
        (
            {"sklearn": "linear_model.Ridge", "with": {"alpha": -1.0}},
            "batch.with.alpha: linear_model.Ridge: alpha is -1.0, and must be a number of at least 0.",
        ),
        (
            {"sklearn": "ensemble.RandomForestRegressor", "with": {"n_estimators": 2.5}},
            "batch.with.n_estimators: ensemble.RandomForestRegressor: n_estimators is 2.5, and must be a whole number",
        ),
        (
            {"sklearn": "ensemble.HistGradientBoostingRegressor", "with": {"loss": "quantile"}},
            "loss is 'quantile', and must be one of squared_error, absolute_error, gamma, poisson.",
        ),
    ],
)
def test_check_tells_what_is_not_offered(tmp_path: Path, batch: dict[str, Any], said: str) -> None:

    place = unloaded(tmp_path, model(batch=batch))
    done = entered(place, "check")
    assert done.returncode == 2
    assert said in done.stderr
    assert "price.yaml:" in done.stderr
