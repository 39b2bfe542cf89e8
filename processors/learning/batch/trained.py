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

#: Of a matrix that a model is fitted on: 2 GiB of doubles.
CELLS_MAX = 1 << 28
#: Of its columns: least squares take their square for each row, which is some minutes for a hundred thousand rows.
COLUMNS_MAX = 1000


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


def trained(step: Step, task: Task, examples: Examples, cells_max: int = CELLS_MAX) -> Trained:
    """The model of examples that have a target. Raises ValueError where it cannot be fitted, saying why."""
    assert examples.target is not None  # noqa: S101 - who trains has targets
    encoding = Encoding.of(examples)
    count, width = len(examples.ids), len(encoding.columns)
    if width > COLUMNS_MAX:
        raise ValueError(
            f"its inputs make {width} columns, one for each number and each category, and at most {COLUMNS_MAX} are "
            f"fitted; leave out {_widest(encoding)}, or derive a category with fewer values in the step `features`"
        )
    if count * width > cells_max:
        raise ValueError(
            f"{count} rows of {width} columns, one for each number and each category, are more cells than the "
            f"{cells_max} that are fitted at once; leave out the categories with the most values, or train on less time"
        )
    matrix, target = encoding.matrix(examples), examples.target
    if task == "classification" and len(np.unique(target)) < 2:
        raise ValueError("all of the rows to train with have the same target; there is nothing to tell apart")
    offered = OFFERED[step.estimator]
    if not offered.is_linear:
        return Fitted(task, encoding, estimator(step).fit(matrix, target))
    return _linear(step, task, encoding, matrix, target, is_scaled=offered.is_scaled)


def _widest(encoding: Encoding) -> str:
    """The input that makes the most columns, in words."""
    name, known = max(encoding.categories, key=lambda each: len(each[1]), default=("some numbers", ()))
    return f"{name!r}, which has {len(known)} values" if known else name


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
