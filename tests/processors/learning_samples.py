"""Models, and rows for them to learn."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pyarrow as pa

from processors.columns import ColumnType
from processors.learning.estimators import OFFERED
from processors.learning.model import Drift, Model, Online, Step, Task

NUMBER, INTEGER, TRUTH = ColumnType("number"), ColumnType("integer"), ColumnType("boolean")
TRANSFORMERS = [name for name, offer in OFFERED.items() if not offer.tasks]
ESTIMATORS = [name for name, offer in OFFERED.items() if offer.tasks]
ADAM = Step("optim.Adam", (("lr", 0.05),))
#: Every estimator alone, behind each transformer, and with what may change its state's form.
STEPS: dict[str, tuple[Step, ...]] = {
    **{name: (Step(name),) for name in ESTIMATORS},
    **{f"{first} | {name}": (Step(first), Step(name)) for first in TRANSFORMERS for name in ESTIMATORS},
    "smoothing": (Step("linear_model.BayesianLinearRegression", (("smoothing", 0.9),)),),
    "prior": (Step("linear_model.BayesianLinearRegression", (("alpha", 4.0), ("beta", 0.5))),),
    "no deviation": (
        Step("preprocessing.StandardScaler", (("with_std", False),)),
        Step("linear_model.LinearRegression", (("l2", 0.1), ("intercept_lr", 0.1))),
    ),
    "Adam, a number": (Step("linear_model.LinearRegression", (("optimizer", ADAM),)),),
    "Adam, a class": (Step("linear_model.LogisticRegression", (("optimizer", ADAM),)),),
}


def task_of(steps: Sequence[Step]) -> Task:
    return OFFERED[steps[-1].estimator].tasks[0]


def model(steps: Sequence[Step], tick_rows: int = 10, **changed: Any) -> Model:
    """Two numbers and two categories; `changed` is of its online part."""
    online = replace(Online(tuple(steps), tick_rows), **changed)
    target = ("y", NUMBER if task_of(steps) == "regression" else TRUTH)
    numbers = (("n", INTEGER), ("x", NUMBER))
    return Model("m", "d", None, task_of(steps), target, numbers, ("c", "k"), (), online, None, "", "hash", "schema")


def bayesian(tick_rows: int = 10, **changed: Any) -> Model:
    return model(STEPS["linear_model.BayesianLinearRegression"], tick_rows, **changed)


def rows(count: int, of: Model, seed: int = 0, first: int = 1) -> pa.RecordBatch:
    """Rows in which the target comes of the inputs, and a little noise."""
    chance = np.random.default_rng(seed)
    n, x = chance.integers(-5, 6, count), chance.normal(size=count)
    c, k = chance.integers(0, 4, count), chance.integers(0, 3, count)
    y = 0.5 * n + 2.0 * x + c - k + 0.1 * chance.normal(size=count)
    return pa.record_batch(
        {
            "_id": pa.array(range(first, first + count), pa.int64()),
            "_date": pa.array([f"2026-11-{21 + at % 2}" for at in range(count)], pa.string()),
            "n": pa.array(n, pa.int64()),
            "x": x,
            "c": pa.array([f"c{each}" for each in c], pa.string()),
            "k": pa.array([f"k{each}" for each in k], pa.string()),
            "y": y if of.task == "regression" else pa.array(y > 0.0),
        }
    )


def with_watch(on_alarm: Any = "alert") -> Drift:
    return Drift(("adwin", "page_hinkley"), on_alarm)


def put(batch: pa.RecordBatch, name: str, column: pa.Array) -> pa.RecordBatch:
    return batch.set_column(batch.schema.get_field_index(name), name, column)
