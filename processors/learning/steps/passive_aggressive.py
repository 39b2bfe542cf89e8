"""PARegressor and PAClassifier of river: one row after the other, there is no other way."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from processors.learning.design import Design, Numbers
from processors.learning.steps.protocols import State
from processors.learning.steps.river import PAClassifier, PARegressor
from processors.learning.weights import Weights


class PassiveAggressive:
    """As far as a row asks for it, and no further."""

    def __init__(self, *, is_logistic: bool = False, **options: Any) -> None:
        kind = PAClassifier if is_logistic else PARegressor
        self._model, self._is_logistic = kind(**options), is_logistic

    def learn(self, design: Design, target: Numbers) -> None:
        """Knows these rows too."""
        for row, y in zip(design.by_row(), target.tolist(), strict=True):
            self._model.learn_one(row, bool(y) if self._is_logistic else y)  # type: ignore[no-untyped-call]

    def weights(self) -> Weights:
        """The linear model that it is."""
        by_feature = {str(name): float(weight) for name, weight in self._model.weights.items()}
        return Weights(by_feature, float(self._model.intercept), self._is_logistic)

    def state(self) -> State:
        """A copy of all it knows."""
        weights = self.weights()
        return {"weights": weights.by_feature, "intercept": weights.intercept}

    def restore(self, state: Mapping[str, Any]) -> None:
        """Knows that, and nothing else."""
        self._model.weights.clear()
        self._model.weights.update(state["weights"])
        self._model.intercept = state["intercept"]
