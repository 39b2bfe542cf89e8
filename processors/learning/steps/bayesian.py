"""BayesianLinearRegression of river: sums of products, so that rows can be taken out of it again."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import polars as pl
from river import linear_model

from processors.learning.statistics import Statistics
from processors.learning.steps.protocols import DivergedError, Numbers, State, Weights


class Bayesian:
    """Always `learn_many`, of one row too: its covariance then is the inverse of its precision, whatever the prior,
    and not a product of single updates."""

    def __init__(self, by_row: bool, **options: Any) -> None:  # noqa: ARG002 - one way for both
        self._model = linear_model.BayesianLinearRegression(**options)

    def predicted(self, frame: pl.DataFrame) -> Numbers:
        """One number a row."""
        return self._model.predict_many(frame).to_numpy()

    def learn(self, frame: pl.DataFrame, target: Numbers) -> None:
        """Knows these rows too."""
        try:
            self._model.learn_many(frame, pl.Series(target))
        except np.linalg.LinAlgError as error:
            raise DivergedError(str(error)) from error

    def weights(self) -> Weights:
        """The mean of what is believed of each weight."""
        model = self._model
        model._ensure_m()
        return Weights(dict(zip(model._idx, model._m_arr.tolist(), strict=False)))

    def unlearn(self, statistics: Statistics) -> None:
        """Takes out what was learned of rows."""
        model, features = self._model, statistics.features
        model._ensure_features(features)
        places = np.array([model._idx[name] for name in features], np.intp)
        model._ss_arr[np.ix_(places, places)] -= model.beta * statistics.xx
        model._eta_arr[places] -= model.beta * statistics.xy
        self._invert()

    def _invert(self) -> None:
        model, count = self._model, len(self._model._idx)
        try:
            model._ss_inv_arr[:count, :count] = np.linalg.inv(model._ss_arr[:count, :count])
        except np.linalg.LinAlgError as error:
            raise DivergedError(str(error)) from error
        model._m_dirty = True

    def state(self) -> State:
        """A copy of all it knows: the covariance is made of the precision."""
        model, count = self._model, len(self._model._idx)
        return {
            "features": list(model._idx),
            "precision": model._ss_arr[:count, :count].copy(),
            "mean": model._eta_arr[:count].copy(),
            "capacity": model._cap,
        }

    def restore(self, state: Mapping[str, Any]) -> None:
        """Knows that, and nothing else."""
        old = self._model
        self._model = model = linear_model.BayesianLinearRegression(old.alpha, old.beta, old.smoothing)
        model._idx.update({name: place for place, name in enumerate(state["features"])})
        count = len(model._idx)
        if state["capacity"]:
            model._grow(state["capacity"])
        model._ss_arr[:count, :count] = state["precision"]
        model._eta_arr[:count] = state["mean"]
        self._invert()
