"""LinearRegression and LogisticRegression of river: one step down the gradient a tick, so ticks are part of the result."""

from __future__ import annotations

import collections
from collections.abc import Mapping
from typing import Any

import numpy as np
import polars as pl
from river import linear_model, optim, utils

from processors.learning.model import Step
from processors.learning.steps.protocols import Numbers, State, Weights

_OPTIMIZERS = {"optim.SGD": optim.SGD, "optim.Adam": optim.Adam}


class Gradient:
    """The mean gradient of the rows of a tick, or `learn_one` of each where `by_row`."""

    def __init__(self, by_row: bool, is_logistic: bool = False, optimizer: Step | None = None, **options: Any) -> None:
        kind = linear_model.LogisticRegression if is_logistic else linear_model.LinearRegression
        chosen = optimizer or Step("optim.SGD")
        self._model = kind(optimizer=_OPTIMIZERS[chosen.estimator](**dict(chosen.options)), **options)
        self._by_row, self._is_logistic = by_row, is_logistic

    def predicted(self, frame: pl.DataFrame) -> Numbers:
        """One number a row."""
        if self._by_row:
            return np.array([self._predicted_one(row) for row in frame.iter_rows(named=True)])
        if self._is_logistic:
            return self._model.predict_proba_many(frame)["True"].to_numpy()
        return self._model.predict_many(frame).to_numpy()

    def _predicted_one(self, row: dict[str, float]) -> float:
        return float(self._model.predict_proba_one(row)[True] if self._is_logistic else self._model.predict_one(row))

    def learn(self, frame: pl.DataFrame, target: Numbers) -> None:
        """Knows these rows too."""
        if not self._by_row:
            self._model.learn_many(frame, pl.Series("target", target))
            return
        for row, y in zip(frame.iter_rows(named=True), target.tolist(), strict=True):
            self._model.learn_one(row, y)

    def weights(self) -> Weights:
        """The linear model that it is."""
        return Weights(self._model.weights, float(self._model.intercept), self._is_logistic)

    def state(self) -> State:
        """A copy of all it knows."""
        optimizer = self._model.optimizer
        moments = {
            name: dict(getattr(optimizer, name).items()) for name in ("m", "v") if getattr(optimizer, name, None)
        }
        return {
            "weights": self._model.weights,
            "intercept": float(self._model.intercept),
            "iterations": optimizer.n_iterations,
            "moments": {name: {key: float(value) for key, value in of.items()} for name, of in moments.items()},
        }

    def restore(self, state: Mapping[str, Any]) -> None:
        """Knows that, and nothing else."""
        model = self._model
        model._weights = utils.VectorDict(dict(state["weights"]))
        model.intercept = state["intercept"]
        model.optimizer.n_iterations = state["iterations"]
        for name, values in state["moments"].items():
            kept = utils.VectorDict(dict(values)) if self._by_row else collections.defaultdict(float, values)
            setattr(model.optimizer, name, kept)
