"""Estimators of scikit-learn as they are fitted, kept and measured."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np
import polars as pl
import pytest
import skops.io
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.ensemble import HistGradientBoostingRegressor
from sklearn.linear_model import LinearRegression
from sklearn.metrics import accuracy_score, f1_score, log_loss, mean_absolute_error, r2_score, root_mean_squared_error

from processors.learning.batch.baselines import mean, no_change
from processors.learning.batch.encoding import Encoding
from processors.learning.batch.measuring import is_better, measured
from processors.learning.batch.offered import OFFERED
from processors.learning.batch.trained import Linear, trained
from processors.learning.model import Step
from processors.learning.options import Accepted, Choice, Either, Number, Whole
from stream.learning.archives import ForeignError, archived, restored
from stream.learning.artifacts import artifact_hash, files_of
from tests.learning.shops import big_sales, model, sales, seen
from tests.system.processes import ROOT, environment

#: Quick ones, where an estimator is slow as it comes.
QUICK: dict[str, tuple[tuple[str, Any], ...]] = {
    "ensemble.HistGradientBoostingRegressor": (("max_iter", 5),),
    "ensemble.HistGradientBoostingClassifier": (("max_iter", 5),),
    "ensemble.RandomForestRegressor": (("n_estimators", 30),),
    "ensemble.RandomForestClassifier": (("n_estimators", 30),),
    "linear_model.Lasso": (("alpha", 0.01),),
}
each_estimator = pytest.mark.parametrize("name", OFFERED)


def fitted(name: str, seed: int = 1) -> Any:
    """The estimator, trained on sales."""
    task = OFFERED[name].task
    rows = (sales if task == "regression" else big_sales)(seed=seed)
    return trained(Step(name, QUICK.get(name, ())), task, seen(model(task), rows))


@each_estimator
def test_what_is_offered_learns_and_predicts_better_than_the_mean(name: str) -> None:
    task = OFFERED[name].task
    later = seen(model(task), (sales if task == "regression" else big_sales)(seed=2))
    assert later.target is not None
    metric = "mae" if task == "regression" else "log_loss"
    found = measured(task, later.target, fitted(name).predict(later))
    assert found[metric] < measured(task, later.target, mean(later.target, len(later.target)))[metric]


@each_estimator
def test_the_same_rows_give_the_same_hash_and_others_another(name: str) -> None:
    hashes = [artifact_hash(files_of(model(OFFERED[name].task), name, fitted(name, seed))) for seed in (1, 1, 2)]
    assert hashes[0] == hashes[1] != hashes[2]


def test_the_bytes_of_an_archive_do_not_depend_on_the_process() -> None:
    code = (
        "import hashlib, sys; from stream.learning.archives import archived; "
        "from tests.learning.test_training_estimators import fitted; "
        "junk = [object() for _ in range(int(sys.argv[1]))]; "
        "print([hashlib.sha256(archived(fitted(f'ensemble.{name}').estimator)).hexdigest() for name in "
        "('RandomForestClassifier', 'HistGradientBoostingRegressor')])"
    )
    told = {
        subprocess.run(
            [sys.executable, "-c", code, junk], cwd=ROOT, env=environment(), capture_output=True, text=True, check=True
        ).stdout
        for junk in ("1", "100000")
    }
    assert len(told) == 1


TRIED: dict[type[Accepted], tuple[Any, ...]] = {
    Choice: (),
    Whole: (1, 2, 3, 255, 0, -1),
    Number: (0.0, 0.5, 1.0, 2.5, -1.0),
}


def tried(accepted: Accepted) -> Iterator[Any]:
    """Values on both sides of what an option may be."""
    yield from accepted.values if isinstance(accepted, Choice) else TRIED.get(type(accepted), ())
    if isinstance(accepted, Either):
        yield from (value for kind in accepted.kinds for value in tried(kind))
    yield "no such value"


@each_estimator
@pytest.mark.filterwarnings("ignore::UserWarning")  # it tells of few rows, and few rounds
def test_the_library_takes_what_an_option_may_be_and_no_other_text(name: str) -> None:
    task = OFFERED[name].task
    rows = seen(model(task), big_sales(20) if task == "classification" else sales(20))
    quick = dict(QUICK.get(name, ()))
    for option, accepted in OFFERED[name].options.items():
        for value in tried(accepted):
            step = Step(name, tuple((quick | {option: value}).items()))
            if accepted.takes(value):
                trained(step, task, rows)
            elif value == "no such value":
                with pytest.raises(ValueError, match=option):
                    trained(step, task, rows)


@pytest.mark.parametrize("name", [name for name, each in OFFERED.items() if not each.is_linear])
def test_what_comes_out_of_an_archive_predicts_what_went_in(name: str) -> None:
    task = OFFERED[name].task
    before, later = fitted(name), seen(model(task), sales(seed=2))
    behind = replace(before, estimator=restored(archived(before.estimator)))
    assert (behind.predict(later) == before.predict(later)).all()


@pytest.mark.parametrize("name", [name for name, each in OFFERED.items() if each.is_linear])
def test_a_linear_model_is_its_coefficients(name: str) -> None:
    before = fitted(name)
    assert isinstance(before, Linear)
    assert Linear.read(before.task, before.written()) == before
    assert list(before.written()["coefficients"]) == ["x", "shop=a", "shop=b"]


def test_nothing_is_taken_from_a_pickle_or_from_an_archive_of_something_else() -> None:
    with pytest.raises(ForeignError, match="is no skops archive"):
        restored(b"\x80\x04\x95\x11\x00\x00\x00\x00\x00\x00\x00\x8c\x05posix\x94\x8c\x06system\x94\x93\x94.")
    for thing in (LinearRegression(), print, np.random.RandomState(1), [slice(1)]):
        with pytest.raises(ForeignError, match="which no model is made of"):
            restored(skops.io.dumps(thing))


def test_an_estimator_with_a_loss_that_is_not_offered_is_not_kept() -> None:
    rows = seen(model(), sales())
    other = HistGradientBoostingRegressor(loss="quantile", quantile=0.5, max_iter=2)
    other.fit(rows.numbers.to_numpy(), rows.target)
    with pytest.raises(ForeignError, match="PinballLoss"):
        archived(other)


def test_ordinary_least_squares_are_those_of_scikit_learn() -> None:
    rows = seen(model(), sales())
    assert rows.target is not None
    matrix = np.column_stack([rows.numbers["x"], rows.categories["shop"] == "a", rows.categories["shop"] == "b"])
    theirs = LinearRegression().fit(matrix, rows.target)
    assert fitted("linear_model.LinearRegression").predict(rows) == pytest.approx(theirs.predict(matrix), abs=1e-9)


def test_a_penalty_does_not_depend_on_the_unit_of_a_number() -> None:
    rows, cents = sales(), sales()
    cents["x"] = [100 * value for value in cents["x"]]
    step = Step("linear_model.Ridge", (("alpha", 5.0),))
    predictions = [
        trained(step, "regression", each).predict(each) for each in (seen(model(), rows), seen(model(), cents))
    ]
    assert predictions[0] == pytest.approx(predictions[1], abs=1e-9)


def test_a_category_that_was_not_seen_has_no_column() -> None:
    encoding = Encoding.of(seen(model(), sales()))
    later = seen(model(), {"x": [1.0, 2.0], "shop": ["b", "new"], "y": [0.0, 0.0]})
    assert encoding.columns == ("x", "shop=a", "shop=b")
    assert encoding.matrix(later).tolist() == [[1.0, 0.0, 1.0], [2.0, 0.0, 0.0]]


def test_targets_that_are_all_alike_are_no_classification() -> None:
    rows = seen(model("classification"), big_sales() | {"y": [1.0] * 200})
    with pytest.raises(ValueError, match="have the same target"):
        trained(Step("linear_model.LogisticRegression"), "classification", rows)


def test_a_category_with_thousands_of_values_is_refused_with_the_way_out() -> None:
    rows = sales(1500)
    rows["shop"] = [f"shop {number}" for number in range(1500)]
    with pytest.raises(
        ValueError, match=r"make 1501 columns.* at most 1000 .* leave out 'shop', which has 1500 values"
    ):
        trained(Step("linear_model.LinearRegression"), "regression", seen(model(), rows))


def test_more_cells_than_memory_should_hold_are_refused_with_the_way_out() -> None:
    with pytest.raises(ValueError, match=r"200 rows of 3 columns, .* leave out the categories with the most values"):
        trained(Step("linear_model.LinearRegression"), "regression", seen(model(), sales()), cells_max=599)


NUMBERS = st.floats(-1e6, 1e6).map(lambda number: round(number, 3))
PAIRS = st.lists(st.tuples(NUMBERS, NUMBERS), min_size=2, max_size=50)


@settings(deadline=None)
@given(PAIRS)
def test_metrics_of_a_regression_are_those_of_scikit_learn(pairs: list[tuple[float, float]]) -> None:
    target, predictions = np.array(pairs).T
    found = measured("regression", target, predictions)
    assert found["mae"] == pytest.approx(mean_absolute_error(target, predictions))
    assert found["rmse"] == pytest.approx(root_mean_squared_error(target, predictions))
    assert ("r2" in found) == (len(set(target)) > 1)
    assert "r2" not in found or found["r2"] == pytest.approx(r2_score(target, predictions))


@settings(deadline=None)
@given(st.lists(st.tuples(st.integers(0, 1), st.floats(0, 1)), min_size=2, max_size=50))
def test_metrics_of_a_classification_are_those_of_scikit_learn(pairs: list[tuple[int, float]]) -> None:
    target, likely = np.array(pairs, np.float64).T
    found, told = measured("classification", target, likely), likely >= 0.5
    assert found["accuracy"] == pytest.approx(accuracy_score(target, told))
    assert found.get("f1", 0.0) == pytest.approx(f1_score(target, told, zero_division=0.0))
    assert found["log_loss"] == pytest.approx(log_loss(target, np.column_stack([1 - likely, likely]), labels=[0, 1]))


def test_better_is_less_of_an_error_and_more_of_a_share() -> None:
    assert is_better("mae", 9.0, 10.0)
    assert not is_better("mae", 10.0, 10.0)
    assert not is_better("mae", 9.6, 10.0, 0.05)
    assert is_better("mae", 9.4, 10.0, 0.05)
    assert is_better("r2", 0.9, 0.8)
    assert not is_better("accuracy", 0.8, 0.9)


def test_no_change_is_the_last_known_target_of_the_entity() -> None:
    rows = pl.DataFrame(
        {
            "who": ["a", "b", "a", "a", "b"],
            "_event_us": [3, 1, 1, 2, 2],
            "_id": [1, 2, 3, 4, 5],
            "target": [30.0, 7.0, 10.0, None, 8.0],
        }
    )
    assert no_change(rows, ["who"], -1.0).tolist() == [10.0, -1.0, -1.0, 10.0, 7.0]
    assert no_change(rows, [], -1.0).tolist() == [8.0, -1.0, 7.0, 10.0, 10.0]


def test_the_error_of_a_certainty_that_holds_is_zero_without_a_sign() -> None:
    ones = np.ones(3)
    assert str(measured("classification", ones, ones)["log_loss"]) == "0.0"
