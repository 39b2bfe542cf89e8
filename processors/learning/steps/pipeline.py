"""The steps of a learner, built and in a row."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from importlib import import_module
from typing import Any

from processors.learning.design import Design, Numbers
from processors.learning.model import Step
from processors.learning.statistics import Statistics
from processors.learning.steps.bayesian import Bayesian
from processors.learning.steps.protocols import DivergedError, Estimator, State, Transformer


@dataclass(frozen=True, slots=True)
class _Kind:
    """A step by its module in this package and its class: what no step of a learner needs is not imported, since
    river's scalers and scikit-learn take their time. `by_row`: with one row a tick, the class that learns as river's
    `learn_one` does; its published figures are made so."""

    module: str
    many: str
    by_row: str = ""
    options: Mapping[str, Any] = field(default_factory=dict)

    def made(self, options: Mapping[str, Any], *, by_row: bool) -> Any:
        """A step that knows nothing."""
        module = import_module(f"processors.learning.steps.{self.module}")
        return getattr(module, self.by_row if by_row and self.by_row else self.many)(**self.options, **options)


_LOGISTIC = {"is_logistic": True}
_KINDS: Mapping[str, _Kind] = {
    "preprocessing.StandardScaler": _Kind("scaling", "Standard", "StandardByRow"),
    "preprocessing.MinMaxScaler": _Kind("scaling", "MinMax"),
    "preprocessing.MaxAbsScaler": _Kind("scaling", "MaxAbs"),
    "linear_model.BayesianLinearRegression": _Kind("bayesian", "Bayesian"),
    "linear_model.LinearRegression": _Kind("gradient", "Gradient", "GradientByRow"),
    "linear_model.LogisticRegression": _Kind("gradient", "Gradient", "GradientByRow", _LOGISTIC),
    "linear_model.PARegressor": _Kind("passive_aggressive", "PassiveAggressive"),
    "linear_model.PAClassifier": _Kind("passive_aggressive", "PassiveAggressive", options=_LOGISTIC),
    "sklearn.linear_model.SGDRegressor": _Kind("stochastic", "Stochastic"),
    "sklearn.linear_model.SGDClassifier": _Kind("stochastic", "Stochastic", options=_LOGISTIC),
}


class Pipeline:
    """Transformers, then an estimator, as river's own puts them in a row: a transformer learns a tick's rows, and
    changes them for the next step by what it then knows."""

    def __init__(self, steps: Sequence[Step], *, by_row: bool) -> None:
        made = [_KINDS[step.estimator].made(dict(step.options), by_row=by_row) for step in steps]
        *transformers, estimator = made
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
