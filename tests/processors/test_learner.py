"""Learners beside river's own pipelines, what they unlearn, what they are published to reach, and whose they are."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np
import polars as pl
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyarrow import csv
from river import compose, linear_model, optim, preprocessing

from processors.columns import ColumnType
from processors.errors import StateError
from processors.learning.drift import Alarm, Looks
from processors.learning.examples import Examples, examples
from processors.learning.learner import Learner
from processors.learning.model import Detector, Model, Online, Step, Task
from processors.learning.prequential import Prequential
from processors.learning.statistics import Statistics
from tests.processors.learning_samples import NUMBER, bayesian, model, put, rows, with_watch
from tests.system.shared import SHARED, needs

SCALED = Step("preprocessing.StandardScaler")
SGD = Step("optim.SGD", (("lr", 0.1),))


def without_categories(steps: tuple[Step, ...], tick_rows: int) -> Model:
    return replace(model(steps, tick_rows), categories=())


def taken(of: Model, count: int = 60, seed: int = 0) -> tuple[Examples, list[pl.DataFrame], list[pl.Series]]:
    """Examples; the same as polars frames and series, a tick each, for river itself."""
    assert of.online is not None
    batch = rows(count, of, seed)
    met = examples(of, batch)
    ticks = range(0, count, of.online.tick_rows)
    ends = [slice(at, at + of.online.tick_rows) for at in ticks]
    assert met.target is not None
    return met, [met.numbers[end] for end in ends], [pl.Series("y", met.target[end]) for end in ends]


PARITY: dict[str, tuple[tuple[Step, ...], Any]] = {
    "bayesian": ((Step("linear_model.BayesianLinearRegression"),), linear_model.BayesianLinearRegression),
    "bayesian, smoothed": (
        (Step("linear_model.BayesianLinearRegression", (("smoothing", 0.9),)),),
        lambda: linear_model.BayesianLinearRegression(smoothing=0.9),
    ),
    "scaled": (
        (SCALED, Step("linear_model.LinearRegression", (("intercept_lr", 0.1),))),
        lambda: compose.Pipeline(preprocessing.StandardScaler(), linear_model.LinearRegression(intercept_lr=0.1)),
    ),
    "scaled, Adam": (
        (SCALED, Step("linear_model.LinearRegression", (("optimizer", Step("optim.Adam")), ("l2", 0.1)))),
        lambda: compose.Pipeline(
            preprocessing.StandardScaler(), linear_model.LinearRegression(optimizer=optim.Adam(), l2=0.1)
        ),
    ),
}


@pytest.mark.parametrize("name", PARITY)
def test_many_rows_a_tick_are_what_rivers_own_pipeline_makes_of_polars_frames(name: str) -> None:
    steps, made = PARITY[name]
    of, river = without_categories(steps, 10), made()
    met, frames, targets = taken(of)
    expected: list[float] = []
    for frame, target in zip(frames, targets, strict=True):
        expected += [0.0] * 10 if not expected else list(river.predict_many(frame))
        river.learn_many(frame, target)
    assert Learner.new(of).fold(met).predictions == pytest.approx(expected, rel=1e-9, abs=1e-9)


@pytest.mark.parametrize("name", ["bayesian", "scaled", "scaled, Adam"])
def test_one_row_a_tick_is_what_rivers_own_pipeline_makes_of_dicts(name: str) -> None:
    steps, made = PARITY[name]
    of, river = without_categories(steps, 1), made()
    met, frames, targets = taken(of)
    expected = []
    for frame, target in zip(frames, targets, strict=True):
        row = frame.row(0, named=True)
        expected.append(river.predict_one(row))
        river.learn_one(row, target[0])
    assert Learner.new(of).fold(met).predictions == pytest.approx(expected, rel=1e-9, abs=1e-9)


def test_large_values_that_are_nearly_alike_are_scaled_by_what_they_vary() -> None:
    """river's own formula says of some of these that they vary by less than nothing."""
    of = without_categories((SCALED, Step("linear_model.LinearRegression")), 10)
    learner = Learner.new(of)
    for seed in range(20):
        batch = rows(10, of, seed)
        learner.fold(examples(of, put(batch, "x", pa.array(1e9 + batch["n"].to_numpy() * 1e-6))))
    assert learner.refused == {}
    assert learner.prequential.mae == pytest.approx(2.0, abs=1.0)


def published(name: str, target: str, task: Task, steps: tuple[Step, ...]) -> Prequential:
    """What a learner reaches that takes a data set of river one row a tick."""
    batch = csv.read_csv(SHARED / "river_bundled" / name).combine_chunks().to_batches()[0]
    inputs = tuple((column, NUMBER) for column in batch.schema.names if column != target)
    of = Model("p", "d", None, task, (target, NUMBER), inputs, (), (), Online(steps, 1), None, "", "", "")
    identified = batch.append_column("_id", pa.array(range(batch.num_rows)))
    return Learner.new(of).fold(examples(of, identified)).prequential


@needs("river_bundled")
def test_trump_approval_comes_to_the_published_error() -> None:
    steps = (SCALED, Step("linear_model.LinearRegression", (("intercept_lr", 0.1),)))
    reached = published("trump_approval.csv", "five_thirty_eight", "regression", steps)
    assert reached.rows == 1001
    assert reached.mae == pytest.approx(0.558735, abs=5e-7)


@needs("river_bundled")
def test_phishing_comes_to_the_published_accuracy() -> None:
    steps = (SCALED, Step("linear_model.LogisticRegression", (("optimizer", SGD),)))
    reached = published("phishing.csv", "is_phishing", "classification", steps)
    assert (reached.rows, reached.accuracy) == (1250, 0.8896)


@needs("river_bundled")
def test_trump_approval_comes_to_the_published_error_of_the_bayesian_regression_too() -> None:
    steps = (Step("linear_model.BayesianLinearRegression"),)
    mae = published("trump_approval.csv", "five_thirty_eight", "regression", steps).mae
    assert mae == pytest.approx(0.586, abs=1e-3)


@settings(deadline=None, max_examples=25)
@given(
    gone=st.sets(st.integers(0, 5), max_size=5),
    dumped=st.booleans(),
    prior=st.sampled_from([0.5, 1.0, 3.0]),
)
def test_what_is_unlearned_was_never_there(gone: set[int], dumped: bool, prior: float) -> None:
    of = model((Step("linear_model.BayesianLinearRegression", (("alpha", prior),)),))
    spans = [examples(of, rows(17, of, seed)) for seed in range(6)]
    live, refit = Learner.new(of), Learner.new(of)
    taken_of = [live.fold(span).statistics for span in spans]
    for at in gone:
        statistics = taken_of[at]
        assert statistics is not None
        live.unlearn(Statistics.load(statistics.dump()) if dumped else statistics)
    for at, span in enumerate(spans):
        if at not in gone:
            refit.fold(span)
    assert live.rows == refit.rows
    probes = examples(of, rows(30, of, 9))
    assert live.predict(probes) == pytest.approx(refit.predict(probes), rel=1e-9, abs=1e-9)
    ours, theirs = live.weights.by_feature, refit.weights.by_feature
    assert {name: ours[name] for name in theirs} == pytest.approx(theirs, rel=1e-9, abs=1e-9)


def test_statistics_of_ticks_add_up_to_those_of_a_span() -> None:
    small, large = bayesian(5), bayesian(100)
    batch = rows(40, small)
    by_ticks = Learner.new(small).fold(examples(small, batch)).statistics
    at_once = Learner.new(large).fold(examples(large, batch)).statistics
    assert by_ticks is not None
    assert at_once is not None
    assert by_ticks.over(at_once.features).xx == pytest.approx(at_once.xx)
    assert (by_ticks.rows, by_ticks.xy.sum()) == (40, pytest.approx(at_once.xy.sum()))


@pytest.mark.parametrize(
    "steps",
    [
        (SCALED, Step("linear_model.BayesianLinearRegression")),
        (Step("linear_model.BayesianLinearRegression", (("smoothing", 0.9),)),),
        (Step("linear_model.LinearRegression"),),
    ],
)
def test_what_is_scaled_smoothed_or_no_sum_cannot_be_unlearned(steps: tuple[Step, ...]) -> None:
    of = model(steps)
    learner = Learner.new(of)
    assert not learner.can_unlearn
    assert learner.fold(examples(of, rows(20, of))).statistics is None


@pytest.mark.parametrize(
    "other", [replace(bayesian(), definition_hash="another"), replace(bayesian(), schema_hash="another")]
)
def test_the_state_of_another_model_is_refused_with_what_to_do(other: Model) -> None:
    dumped = Learner.new(bayesian()).dump()
    with pytest.raises(StateError, match="ade-stream train m --online"):
        Learner.load(other, dumped)


def test_the_state_of_another_release_of_river_is_refused() -> None:
    with pytest.raises(StateError, match=r"another release of river: 0\.1, and now it is"):
        Learner.load(bayesian(), Learner.new(bayesian()).dump() | {"river": "0.1"})


def test_a_row_with_one_category_too_many_is_predicted_and_not_learned() -> None:
    of = bayesian(100, categories_max=4)
    learner = Learner.new(of)
    learner.fold(examples(of, rows(50, of)))
    batch = rows(3, of)
    told = learner.fold(examples(of, put(batch, "c", pa.array(["c1", "fifth", "sixth"]))))
    assert (told.learned, dict(told.refused)) == (1, {"category.c": 2})
    assert np.isfinite(told.predictions).all()
    assert learner.refused == {"category.c": 2}


def test_a_learner_whose_weights_run_away_keeps_those_before() -> None:
    options = (("clip_gradient", 1e300), ("optimizer", Step("optim.SGD", (("lr", 1e9),))))
    of = model((Step("linear_model.LinearRegression", options),))
    learner = Learner.new(of)
    for seed in range(20):
        learner.fold(examples(of, rows(10, of, seed)))
    assert learner.refused["diverged"] > 0
    assert learner.weights.are_sound


def shifting(of: Model, before: int, after: int) -> Iterator[pa.RecordBatch]:
    """Rows in which the target comes of the inputs in another way from the row `before` on."""
    batch = rows(before + after, of)
    turned = np.where(np.arange(before + after) < before, 1.0, -3.0) * batch["y"].to_numpy()
    changed = put(batch, "y", pa.array(turned))
    return (changed[at : at + 100] for at in range(0, before + after, 100))


@pytest.mark.parametrize("detector", ["adwin", "page_hinkley"])
def test_an_alarm_says_where_the_error_began_to_rise(detector: Detector) -> None:
    of = bayesian(20, drift=replace(with_watch(), detectors=(detector,)))
    learner = Learner.new(of)
    alarms = [alarm for batch in shifting(of, 4000, 2000) for alarm in learner.fold(examples(of, batch)).alarms]
    assert [alarm.detector for alarm in alarms][:1] == [detector]
    assert 3900 <= alarms[0].row_from <= 4100
    assert 4000 < alarms[0].row_to <= 4600


def test_an_error_that_falls_while_it_is_learned_is_no_drift() -> None:
    of = model((SCALED, Step("linear_model.LinearRegression")), 20, drift=with_watch())
    learner = Learner.new(of)
    told = [learner.fold(examples(of, rows(100, of, seed))) for seed in range(60)]
    first, last = (of_it.prequential.mae for of_it in (told[0], told[-1]))
    assert first is not None
    assert last is not None
    assert first > 5 * last
    assert [alarm for each in told for alarm in each.alarms] == []


def test_a_learner_that_is_to_begin_anew_knows_rows_since_the_alarm_only() -> None:
    of = bayesian(20, drift=with_watch("reset"))
    learner = Learner.new(of)
    folded = [learner.fold(examples(of, batch)) for batch in shifting(of, 4000, 2000)]
    at = next(place for place, told in enumerate(folded) if told.alarms)
    assert learner.epoch == 1
    assert learner.rows == 6000 - folded[at].alarms[-1].row_to
    rows_before = learner.rows
    early = folded[0].statistics
    assert early is not None
    learner.unlearn(early)
    assert learner.rows == rows_before


def test_where_rows_are_cut_does_not_move_an_alarm_nor_what_follows_it() -> None:
    of = bayesian(20, drift=with_watch("reset"))
    batches = list(shifting(of, 4000, 2000))
    whole, parts = Learner.new(of), Learner.new(of)
    alarms = whole.fold(examples(of, pa.concat_batches(batches))).alarms
    in_parts = [found for batch in batches for found in parts.fold(examples(of, batch)).alarms]
    assert [(each.row_from, each.row_to) for each in alarms] == [(each.row_from, each.row_to) for each in in_parts]
    assert whole.weights.by_feature == pytest.approx(parts.weights.by_feature, rel=1e-9)


def test_predictions_are_for_the_rows_that_are_examples() -> None:
    of = bayesian()
    learner = Learner.new(of)
    batch = put(rows(6, of), "x", pa.array([1.0, None, 2.0, float("inf"), 3.0, 4.0]))
    met = examples(of, batch)
    told = learner.fold(met)
    assert (met.ids.tolist(), met.positions.tolist()) == ([1, 3, 5, 6], [0, 2, 4, 5])
    assert (len(told.predictions), told.rows, told.learned) == (4, 6, 4)
    assert (learner.seen, learner.rows, learner.refused) == (6, 4, {"null.x": 1, "infinite.x": 1})


@pytest.mark.parametrize("inputs", [{"numbers": ()}, {"categories": ()}])
def test_rows_are_refused_for_a_null_among_inputs_of_one_kind(inputs: dict[str, Any]) -> None:
    of = replace(bayesian(), **inputs)
    batch = put(put(rows(3, of), "x", pa.array([1.0, None, 2.0])), "c", pa.array(["c1", None, "c2"]))
    told = Learner.new(of).fold(examples(of, batch))
    assert (told.learned, sum(told.refused.values())) == (2, 1)


def test_a_constant_takes_the_place_of_a_null_and_of_a_column_that_is_missing() -> None:
    of = replace(bayesian(), fill=(("x", 7.0), ("c", "none")))
    batch = put(rows(2, of), "x", pa.array([None, 1.5])).drop_columns(["c"])
    met = examples(of, batch)
    assert (met.numbers["x"].to_list(), met.categories["c"].to_list(), met.refused) == ([7.0, 1.5], ["none"] * 2, {})


def test_every_type_of_number_is_one() -> None:
    kinds = (pa.int64(), pa.float32(), pa.decimal128(12, 2), pa.bool_(), pa.string())
    of = replace(bayesian(), numbers=tuple((f"n{at}", ColumnType("number")) for at in range(len(kinds))), categories=())
    columns = {f"n{at}": pa.array(["1", "0"]).cast(kind) for at, kind in enumerate(kinds)}
    met = examples(of, pa.record_batch({"_id": [1, 2], "y": [1.0, 2.0]} | columns))
    assert met.numbers.rows() == [(1.0,) * 5, (0.0,) * 5]


def test_what_describes_a_model_loads_no_library_of_estimators() -> None:
    modules = "processors.learning.model, processors.learning.estimators, processors.learning.examples"
    code = f"import sys, {modules}; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert {"river", "sklearn"}.intersection(done.stdout.split()) == set()


@pytest.mark.parametrize("detector", ["adwin", "page_hinkley"])
def test_where_a_rise_began_does_not_depend_on_the_size_of_the_last_look(detector: Detector) -> None:
    """Looks are of 30 rows, and longer where rows are refused: the last one is twenty times as long as all others."""
    looks, seen, alarms = Looks(replace(with_watch(), detectors=(detector,))), 0, list[Alarm]()
    for tick in range(300):
        is_risen = tick >= 200
        rows_of_it = 600 if is_risen and not tick % 2 else 30
        seen += rows_of_it
        looks.pass_by(rows_of_it)
        looks.add(np.full(30, 9.0 if is_risen else 1.0 + 0.1 * (tick % 3)))
        alarms += looks.alarms(seen)
        looks = reloaded(looks, detector)
    assert alarms
    assert alarms[0].row_from == 200 * 30


def reloaded(looks: Looks, detector: Detector) -> Looks:
    """The same, from what was dumped of it."""
    dumped = looks.dump()
    loaded = Looks(replace(with_watch(), detectors=(detector,)))
    loaded.restore(json.loads(json.dumps(dumped)))
    assert loaded.dump() == dumped
    return loaded
