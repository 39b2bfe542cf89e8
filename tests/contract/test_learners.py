"""The laws of learners: every estimator that is offered faces all of them."""

from __future__ import annotations

import json
import math
from itertools import pairwise
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from processors.learning.estimators import OFFERED, faults
from processors.learning.examples import Examples, examples
from processors.learning.learner import Learner
from processors.learning.numbers import unpacked
from processors.learning.steps.pipeline import Pipeline
from tests.processors.learning_samples import ESTIMATORS, STEPS, TRANSFORMERS, model, put, rows, task_of, with_watch

ALL = pytest.mark.parametrize("name", STEPS)
ROWS = 70


def learner(name: str, tick_rows: int = 10, **changed: Any) -> Learner:
    return Learner.new(model(STEPS[name], tick_rows, drift=with_watch(), **changed))


def given_rows(to: Learner, count: int = ROWS, seed: int = 0) -> pa.RecordBatch:
    return rows(count, to.model, seed)


def met(of: Learner, batch: pa.RecordBatch) -> Examples:
    return examples(of.model, batch)


def figures(value: Any) -> list[float]:
    """All numbers of a state, in its order."""
    if isinstance(value, np.ndarray):
        return [float(each) for each in value.ravel()]
    if isinstance(value, dict):
        return [each for key in sorted(value) for each in figures(value[key])]
    if isinstance(value, list):
        return [each for entry in value for each in figures(entry)]
    return [float(value)] if isinstance(value, int | float) else []


def assert_alike(one: Learner, other: Learner) -> None:
    left, right = (unpacked(each.dump()) for each in (one, other))
    left["looks"], right["looks"] = [
        {
            **each["looks"],
            "watches": {name: watch for name, watch in each["looks"]["watches"].items() if name != "adwin"},
        }
        for each in (left, right)
    ]
    assert figures(left) == pytest.approx(figures(right), rel=1e-9, abs=1e-9)
    assert left["categories"] == right["categories"]


def test_every_estimator_that_is_offered_faces_the_laws() -> None:
    faced = {step.estimator for steps in STEPS.values() for step in steps}
    assert faced == set(OFFERED) == {*ESTIMATORS, *TRANSFORMERS}
    assert [fault for steps in STEPS.values() for fault in faults(task_of(steps), steps)] == []


@ALL
@settings(deadline=None, max_examples=12)
@given(cuts=st.lists(st.integers(0, ROWS), max_size=4), tick_rows=st.sampled_from([1, 7, 10, 200]))
def test_what_is_learned_does_not_depend_on_where_rows_are_cut(name: str, cuts: list[int], tick_rows: int) -> None:
    whole, parts = learner(name, tick_rows), learner(name, tick_rows)
    batch = given_rows(whole)
    if not whole.is_boundary_free:  # then who hands it rows cuts them at ticks
        cuts = [cut // tick_rows * tick_rows for cut in cuts]
    told = whole.fold(met(whole, batch))
    places = [0, *sorted(cuts), ROWS]
    each = [parts.fold(met(parts, batch[a:b])) for a, b in pairwise(places)]
    assert_alike(whole, parts)
    predictions = np.concatenate([part.predictions for part in each])
    assert predictions == pytest.approx(told.predictions, rel=1e-9, abs=1e-9)


@ALL
@pytest.mark.parametrize("tick_rows", [1, 10, 200])
def test_a_learner_that_was_dumped_goes_on_to_the_last_digit(name: str, tick_rows: int) -> None:
    kept = learner(name, tick_rows)
    for seed in range(3):
        dumped = kept.dump()
        assert json.loads(json.dumps(dumped, allow_nan=False)) == dumped
        loaded = Learner.load(kept.model, json.loads(json.dumps(dumped)))
        assert loaded.dump() == dumped
        batch = given_rows(kept, 35, seed)
        assert loaded.fold(met(kept, batch)).predictions.tolist() == kept.fold(met(kept, batch)).predictions.tolist()
        assert loaded.dump() == kept.dump()


@ALL
def test_predictions_are_made_before_the_rows_are_learned(name: str) -> None:
    one = learner(name, 50)
    one.fold(met(one, given_rows(one, 50)))
    batch = given_rows(one, 50, seed=1)
    before = one.predict(met(one, batch))
    assert one.fold(met(one, batch)).predictions == pytest.approx(before)
    assert one.predict(met(one, batch)) != pytest.approx(before)


@ALL
def test_to_predict_teaches_nothing(name: str) -> None:
    one = learner(name)
    one.fold(met(one, given_rows(one)))
    dumped = one.dump()
    strange = put(given_rows(one, 5, seed=3), "c", pa.array(["new"] * 5))
    assert np.isfinite(one.predict(met(one, strange))).all()
    assert one.dump() == dumped


def poisons(of: Learner) -> dict[str, pa.RecordBatch]:
    """Rows none of which can be learned."""
    good = given_rows(of, 10, seed=5)
    floats: dict[str, float | None] = {"null": None, "nan": math.nan, "inf": math.inf, "less": -math.inf, "huge": 1e300}
    return {
        **{
            f"{why} among numbers": put(good, "x", pa.array([value] * 10, pa.float64()))
            for why, value in floats.items()
        },
        **{f"{why} as target": put(good, "y", pa.array([value] * 10, pa.float64())) for why, value in floats.items()},
        "null among categories": put(good, "c", pa.nulls(10, pa.string())),
        "nulls of no type": put(good, "n", pa.nulls(10)),
        "text that is no number": put(good, "x", pa.array(["many"] * 10)),
        "a category too many": put(good, "c", pa.array(["fifth"] * 10)),
        "a number is missing": good.drop_columns(["x"]),
        "a category is missing": good.drop_columns(["k"]),
        "no row": good[:0],
    }


@ALL
@pytest.mark.parametrize("tick_rows", [1, 10])
def test_what_cannot_be_learned_poisons_nothing_and_is_counted(name: str, tick_rows: int) -> None:
    one = learner(name, tick_rows, categories_max=4)
    one.fold(met(one, given_rows(one)))
    for poison in poisons(one).values():
        before = one.dump()
        told = one.fold(met(one, poison))
        assert (told.learned, one.dump()["pipeline"], one.rows) == (0, before["pipeline"], ROWS)
        assert (sum(told.refused.values()) > 0) == (poison.num_rows > 0)
    assert one.fold(met(one, given_rows(one, 20, seed=6))).learned == 20


@ALL
@settings(deadline=None, max_examples=10)
@given(
    values=st.lists(st.floats(allow_nan=True) | st.none(), min_size=10, max_size=10), into=st.sampled_from(["x", "y"])
)
def test_no_value_leaves_a_state_that_is_no_number(name: str, values: list[float | None], into: str) -> None:
    one = learner(name)
    good = given_rows(one, 10)
    for _ in range(2):
        told = one.fold(met(one, put(good, into, pa.array(values, pa.float64()))))
        one.fold(met(one, good))
    assert told.learned + max(told.refused.values(), default=0) <= 10
    json.dumps(one.dump(), allow_nan=False)
    assert one.weights.are_sound


@ALL
def test_no_rows_change_nothing(name: str) -> None:
    one = learner(name)
    one.fold(met(one, given_rows(one, 15 if one.is_boundary_free else 20)))
    before = one.dump()
    one.fold(met(one, given_rows(one, 0)))
    assert one.dump() == before


@ALL
def test_a_learner_learns(name: str) -> None:
    """An estimator that never takes anything in would keep every law above."""
    one = learner(name)
    one.fold(met(one, given_rows(one)))
    assert (one.rows, one.seen, one.prequential.rows) == (ROWS, ROWS, ROWS)
    assert max(map(abs, one.weights.by_feature.values())) > 0.0


def test_every_estimator_is_built_and_restored_from_what_the_list_allows() -> None:
    for steps in STEPS.values():
        for by_row in (False, True):
            made = Pipeline(steps, by_row=by_row)
            made.restore(made.state())


def test_dates_add_up_to_the_whole() -> None:
    one = learner("linear_model.LinearRegression")
    told = one.fold(met(one, given_rows(one)))
    assert {date: part.rows for date, part in told.by_date.items()} == {"2026-11-21": 35, "2026-11-22": 35}
    added = told.by_date["2026-11-21"] + told.by_date["2026-11-22"]
    assert (added.mae, added.rmse, added.r2) == pytest.approx(
        (told.prequential.mae, told.prequential.rmse, told.prequential.r2)
    )
