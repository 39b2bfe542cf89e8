"""What a learner asks of its steps. States are plain: dicts, lists, numbers, text and arrays of floats."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol, TypeAlias

from processors.learning.design import Design, Numbers
from processors.learning.statistics import Statistics
from processors.learning.weights import Weights

State: TypeAlias = dict[str, Any]


class DivergedError(ArithmeticError):
    """An estimator that cannot be computed any more; the state before it is as good as ever."""


class Stateful(Protocol):
    """Knows something of the rows that it learned."""

    def state(self) -> State:
        """A copy of all it knows."""

    def restore(self, state: Mapping[str, Any], /) -> None:
        """Knows that, and nothing else."""


class Transformer(Stateful, Protocol):
    """Changes features by what it knows of them."""

    def learn(self, design: Design, /) -> None:
        """Knows these rows too."""

    def transformed(self, design: Design, /) -> Design:
        """The rows with other values in the same columns."""


class Estimator(Stateful, Protocol):
    """Predicts targets, or the probability that they are 1, by a linear model."""

    def learn(self, design: Design, target: Numbers, /) -> Statistics | None:
        """Knows these rows too; what can be taken out of it again, if it can. DivergedError where that cannot be
        computed."""

    def weights(self) -> Weights:
        """The linear model that it is."""
