"""Trained models: what predicts, and how it comes of examples."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol, Self

import numpy as np

from processors.learning.batch.encoding import Encoding, Matrix
from processors.learning.batch.measuring import Float64s
from processors.learning.batch.offered import OFFERED, estimator
from processors.learning.examples import Examples
from processors.learning.model import Step, Task


class Trained(Protocol):
    """What is left of a training."""

    @property
    def encoding(self) -> Encoding:
        """How examples become a matrix."""
        ...

    def predict(self, examples: Examples, /) -> Float64s:
        """Of a regression the values, of a classification the probabilities of 1."""
        ...


@dataclass(frozen=True, slots=True)
class Linear:
    """A sum of columns, each times its coefficient; of a classification the log-odds."""

    task: Task
    encoding: Encoding
    coefficients: tuple[float, ...]
    intercept: float

    def predict(self, examples: Examples, /) -> Float64s:
        """See Trained."""
        sums = np.asarray(self.encoding.matrix(examples) @ np.array(self.coefficients) + self.intercept, np.float64)
        if self.task == "regression":
            return sums
        with np.errstate(over="ignore"):  # the probability is 0 then
            return np.asarray(1 / (1 + np.exp(-sums)))

    def written(self) -> dict[str, Any]:
        """As plain JSON."""
        named = dict(zip(self.encoding.columns, self.coefficients, strict=True))
        return {"encoding": self.encoding.written(), "intercept": self.intercept, "coefficients": named}

    @classmethod
    def read(cls, task: Task, said: Mapping[str, Any]) -> Self:
        """The one that `written` gave."""
        encoding, named = Encoding.read(said["encoding"]), said["coefficients"]
        return cls(task, encoding, tuple(float(named[name]) for name in encoding.columns), float(said["intercept"]))


@dataclass(frozen=True, slots=True)
class Fitted:
    """An estimator of scikit-learn that is more than coefficients."""

    task: Task
    encoding: Encoding
    estimator: Any

    def predict(self, examples: Examples, /) -> Float64s:
        """See Trained."""
        matrix = self.encoding.matrix(examples)
        if not len(matrix):
            return np.zeros(0)
        if self.task == "regression":
            return np.asarray(self.estimator.predict(matrix), np.float64)
        return np.asarray(self.estimator.predict_proba(matrix)[:, 1], np.float64)


def trained(step: Step, task: Task, examples: Examples) -> Trained:
    """The model of examples that have a target. Raises ValueError where it cannot be fitted, saying why."""
    assert examples.target is not None  # noqa: S101 - who trains has targets
    encoding = Encoding.of(examples)
    matrix, target = encoding.matrix(examples), examples.target
    if task == "classification" and len(np.unique(target)) < 2:
        raise ValueError("all of the rows to train with have the same target; there is nothing to tell apart")
    offered = OFFERED[step.estimator]
    if not offered.is_linear:
        return Fitted(task, encoding, estimator(step).fit(matrix, target))
    return _linear(step, task, encoding, matrix, target, is_scaled=offered.is_scaled)


def _linear(step: Step, task: Task, encoding: Encoding, matrix: Matrix, target: Float64s, *, is_scaled: bool) -> Linear:
    """Fitted on standardised numbers where that is asked for, and written for numbers as they are."""
    count = len(encoding.numbers) if is_scaled else 0
    shift, scale = np.zeros(matrix.shape[1]), np.ones(matrix.shape[1])
    shift[:count], spread = matrix[:, :count].mean(axis=0), matrix[:, :count].std(axis=0)
    scale[:count] = np.where(spread > 0, spread, 1)
    fitted = estimator(step).fit((matrix - shift) / scale, target)
    coefficients = np.ravel(fitted.coef_) / scale
    intercept = float(np.ravel(fitted.intercept_)[0]) - float(coefficients @ shift)
    return Linear(task, encoding, tuple(coefficients.tolist()), intercept)
