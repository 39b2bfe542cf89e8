"""PARegressor and PAClassifier of river: row by row, there is no other way."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import polars as pl
from river import linear_model

from processors.learning.steps.protocols import Numbers, State, Weights


class PassiveAggressive:
    """As far as the row asks for it, and no further."""

    def __init__(self, by_row: bool, is_logistic: bool = False, **options: Any) -> None:  # noqa: ARG002 - one way
        kind = linear_model.PAClassifier if is_logistic else linear_model.PARegressor
        self._model, self._is_logistic = kind(**options), is_logistic

    def predicted(self, frame: pl.DataFrame) -> Numbers:
        """One number a row."""
        return self.weights().predicted(frame)

    def learn(self, frame: pl.DataFrame, target: Numbers) -> None:
        """Knows these rows too."""
        for row, y in zip(frame.iter_rows(named=True), target.tolist(), strict=True):
            self._model.learn_one(row, bool(y) if self._is_logistic else y)

    def weights(self) -> Weights:
        """The linear model that it is."""
        return Weights(dict(self._model.weights), float(self._model.intercept), self._is_logistic)

    def state(self) -> State:
        """A copy of all it knows."""
        weights = {name: float(weight) for name, weight in self._model.weights.items()}
        return {"weights": weights, "intercept": float(self._model.intercept)}

    def restore(self, state: Mapping[str, Any]) -> None:
        """Knows that, and nothing else."""
        self._model.weights.clear()
        self._model.weights.update(state["weights"])
        self._model.intercept = state["intercept"]
