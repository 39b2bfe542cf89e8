"""The steps of a learner, built and in a row."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

from processors.learning.design import Design, Numbers
from processors.learning.model import Step
from processors.learning.statistics import Statistics
from processors.learning.steps.bayesian import Bayesian
from processors.learning.steps.gradient import Gradient, GradientByRow
from processors.learning.steps.passive_aggressive import PassiveAggressive
from processors.learning.steps.protocols import DivergedError, Estimator, State, Transformer
from processors.learning.steps.scaling import MaxAbs, MinMax, Standard, StandardByRow
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


#: With one row a tick, these learn as river's `learn_one` does: its published figures are made so.
_BY_ROW: Mapping[str, Callable[..., Any]] = {
    "preprocessing.StandardScaler": StandardByRow,
    "linear_model.LinearRegression": GradientByRow,
    "linear_model.LogisticRegression": partial(GradientByRow, is_logistic=True),
}


class Pipeline:
    """Transformers, then an estimator, as river's own puts them in a row: a transformer learns a tick's rows, and
    changes them for the next step by what it then knows."""

    def __init__(self, steps: Sequence[Step], *, by_row: bool) -> None:
        made: Mapping[str, Callable[..., Any]] = {**_TRANSFORMERS, **_ESTIMATORS, **(_BY_ROW if by_row else {})}
        *transformers, estimator = [made[step.estimator](**dict(step.options)) for step in steps]
        self._transformers: list[Transformer] = transformers
        self.estimator: Estimator = estimator

    def predicted(self, design: Design) -> Numbers:
        """One number a row, by what is known; nothing is learned."""
        for each in self._transformers:
            design = each.transformed(design)
        return self.estimator.weights().predicted(design)

    def learn(self, design: Design, target: Numbers) -> Statistics | None:
        """Knows these rows too; what can be taken out of it again, if it can. DivergedError, and the state before,
        where what comes of it is none to go on with."""
        before = self.state()
        try:
            return self._learn(design, target)
        except DivergedError:
            self.restore(before)
            raise

    def _learn(self, design: Design, target: Numbers) -> Statistics | None:
        for each in self._transformers:
            each.learn(design)
            design = each.transformed(design)
        statistics = self.estimator.learn(design, target)
        if not self.estimator.weights().are_sound:
            raise DivergedError("a weight is infinite")
        return None if self._transformers else statistics

    @property
    def unlearning(self) -> Bayesian | None:
        """The estimator, if rows can be taken out of it again: nothing before it may have changed them."""
        estimator = self.estimator
        if isinstance(estimator, Bayesian) and estimator.can_unlearn and not self._transformers:
            return estimator
        return None

    def state(self) -> State:
        """A copy of all that the steps know."""
        return {"transformers": [each.state() for each in self._transformers], "estimator": self.estimator.state()}

    def restore(self, state: Mapping[str, Any]) -> None:
        """Knows that, and nothing else."""
        for each, kept in zip(self._transformers, state["transformers"], strict=True):
            each.restore(kept)
        self.estimator.restore(state["estimator"])
