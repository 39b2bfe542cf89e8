"""The steps of a learner, built and in a row."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

import polars as pl

from processors.learning.model import Step
from processors.learning.steps.bayesian import Bayesian
from processors.learning.steps.gradient import Gradient
from processors.learning.steps.passive_aggressive import PassiveAggressive
from processors.learning.steps.protocols import DivergedError, Estimator, Numbers, State, Transformer
from processors.learning.steps.scaling import MaxAbs, MinMax, Standard
from processors.learning.steps.stochastic import Stochastic

_TRANSFORMERS: Mapping[str, Callable[..., Transformer]] = {
    "preprocessing.StandardScaler": Standard,
    "preprocessing.MinMaxScaler": MinMax,
    "preprocessing.MaxAbsScaler": MaxAbs,
}
_ESTIMATORS: Mapping[str, Callable[..., Estimator]] = {
    "linear_model.BayesianLinearRegression": Bayesian,
    "linear_model.LinearRegression": Gradient,
    "linear_model.LogisticRegression": partial(Gradient, is_logistic=True),
    "linear_model.PARegressor": PassiveAggressive,
    "linear_model.PAClassifier": partial(PassiveAggressive, is_logistic=True),
    "sklearn.linear_model.SGDRegressor": Stochastic,
    "sklearn.linear_model.SGDClassifier": partial(Stochastic, is_logistic=True),
}


class Pipeline:
    """Transformers, then an estimator, as river's own puts them in a row: a transformer learns a tick's rows, and
    changes them for the next step by what it then knows."""

    def __init__(self, steps: Sequence[Step], *, by_row: bool) -> None:
        *before, last = steps
        self._transformers = [_TRANSFORMERS[each.estimator](by_row, **dict(each.options)) for each in before]
        self.estimator = _ESTIMATORS[last.estimator](by_row, **dict(last.options))

    def predicted(self, frame: pl.DataFrame) -> Numbers:
        """One number a row, by what is known; nothing is learned."""
        for each in self._transformers:
            frame = each.transformed(frame)
        return self.estimator.predicted(frame)

    def learn(self, frame: pl.DataFrame, target: Numbers) -> None:
        """Knows these rows too. DivergedError where what comes of it is not a state to go on with."""
        for each in self._transformers:
            each.learn(frame)
            frame = each.transformed(frame)
        self.estimator.learn(frame, target)
        if not self.estimator.weights().are_sound:
            raise DivergedError("a weight is infinite")

    def state(self) -> State:
        """A copy of all that the steps know."""
        return {"transformers": [each.state() for each in self._transformers], "estimator": self.estimator.state()}

    def restore(self, state: Mapping[str, Any]) -> None:
        """Knows that, and nothing else."""
        for each, kept in zip(self._transformers, state["transformers"], strict=True):
            each.restore(kept)
        self.estimator.restore(state["estimator"])
