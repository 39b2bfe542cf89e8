"""LinearRegression and LogisticRegression of river. They go one step down the gradient a tick: so where ticks are cut
is part of the result."""

from __future__ import annotations

import collections
from collections.abc import Mapping
from functools import partial
from typing import Any

from processors.learning.design import Design, Numbers
from processors.learning.model import Step
from processors.learning.steps.protocols import State
from processors.learning.steps.river import SGD, Adam, LinearRegression, LogisticRegression, VectorDict
from processors.learning.weights import Weights

_OPTIMIZERS = {"optim.SGD": SGD, "optim.Adam": Adam}


class Gradient:
    """`learn_many`: by the mean gradient of the rows. Called behind the frame that river makes its matrix of, which
    takes as long as the step itself."""

    def __init__(self, *, is_logistic: bool = False, optimizer: Step | None = None, **options: Any) -> None:
        kind = LogisticRegression if is_logistic else LinearRegression
        chosen = optimizer or Step("optim.SGD")
        self._model = kind(optimizer=_OPTIMIZERS[chosen.estimator](**dict(chosen.options)), **options)
        self._is_logistic = is_logistic

    def learn(self, design: Design, target: Numbers) -> None:
        """Knows these rows too."""
        model = self._model
        gradient = partial(model._eval_gradient_many, design.matrix)
        saved = model._enter_learn_mode(set(design.features))  # type: ignore[no-untyped-call]
        try:
            model._fit(x=design.features, y=target, w=1.0, get_grad=gradient)  # type: ignore[no-untyped-call]
        finally:
            model._exit_learn_mode(saved)  # type: ignore[no-untyped-call]

    def weights(self) -> Weights:
        """The linear model that it is."""
        return Weights(self._model.weights, float(self._model.intercept), self._is_logistic)

    def state(self) -> State:
        """A copy of all it knows; `m` and `v` are moments of an optimizer that has them."""
        optimizer = self._model.optimizer
        return {
            "weights": self._model.weights,
            "intercept": float(self._model.intercept),
            "iterations": optimizer.n_iterations,
        } | {name: _floats(kept) for name in ("m", "v") if (kept := getattr(optimizer, name, None)) is not None}

    def restore(self, state: Mapping[str, Any]) -> None:
        """Knows that, and nothing else."""
        model = self._model
        model._weights = VectorDict(dict(state["weights"]))
        model.intercept = state["intercept"]
        model.optimizer.n_iterations = state["iterations"]
        for name in ("m", "v"):
            if hasattr(model.optimizer, name):
                setattr(model.optimizer, name, self._moments(state[name]) if name in state else None)

    def _moments(self, values: Mapping[str, float]) -> Any:
        return collections.defaultdict(float, values)


class GradientByRow(Gradient):
    """`learn_one`: by the gradient of one row after the other."""

    def learn(self, design: Design, target: Numbers) -> None:
        """Knows these rows too."""
        for row, y in zip(design.by_row(), target.tolist(), strict=True):
            self._model.learn_one(row, y)

    def _moments(self, values: Mapping[str, float]) -> Any:
        return VectorDict(dict(values))


def _floats(values: Mapping[str, float]) -> dict[str, float]:
    return {name: float(value) for name, value in values.items()}
