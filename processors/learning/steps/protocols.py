"""What a learner asks of its steps. States are plain: dicts, lists, numbers, text and arrays of floats."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol, TypeAlias

import numpy as np
import numpy.typing as npt
import polars as pl

Numbers: TypeAlias = npt.NDArray[np.float64]
State: TypeAlias = dict[str, Any]

#: A weight beyond this is as good as infinite.
LARGEST_WEIGHT = 1e60


class DivergedError(ArithmeticError):
    """An estimator that cannot be computed any more; the state before it is as good as ever."""


@dataclass(frozen=True, slots=True)
class Weights:
    """A linear model as it stands: what is predicted is `intercept` and the weighted sum of the features, of which
    those without a weight count nothing; a probability is the logistic function of that."""

    by_feature: Mapping[str, float]
    intercept: float = 0.0
    is_logistic: bool = False

    def predicted(self, frame: pl.DataFrame) -> Numbers:
        """One number a row."""
        weights = np.array([self.by_feature.get(name, 0.0) for name in frame.columns])
        sums: Numbers = frame.to_numpy() @ weights + self.intercept
        return logistic(sums) if self.is_logistic else sums

    @property
    def are_sound(self) -> bool:
        """Whether all of them are numbers to go on with."""
        sizes = np.abs(np.fromiter((*self.by_feature.values(), self.intercept), np.float64))
        return bool((sizes <= LARGEST_WEIGHT).all())


def logistic(sums: Numbers) -> Numbers:
    """Log odds as probabilities."""
    result: Numbers = 1.0 / (1.0 + np.exp(-np.clip(sums, -500.0, 500.0)))
    return result


class Transformer(Protocol):
    """Changes features by what it knows of them."""

    def learn(self, frame: pl.DataFrame, /) -> None:
        """Knows these rows too."""

    def transformed(self, frame: pl.DataFrame, /) -> pl.DataFrame:
        """The rows with other values in the same columns."""

    def state(self) -> State:
        """A copy of all it knows."""

    def restore(self, state: Mapping[str, Any], /) -> None:
        """Knows that, and nothing else."""


class Estimator(Protocol):
    """Predicts targets, or the probability that they are 1."""

    def predicted(self, frame: pl.DataFrame, /) -> Numbers:
        """One number a row."""

    def learn(self, frame: pl.DataFrame, target: Numbers, /) -> None:
        """Knows these rows too. DivergedError where that cannot be computed."""

    def weights(self) -> Weights:
        """The linear model that it is."""

    def state(self) -> State:
        """A copy of all it knows."""

    def restore(self, state: Mapping[str, Any], /) -> None:
        """Knows that, and nothing else."""
