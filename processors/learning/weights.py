"""A linear model as it stands.

>>> from processors.learning.design import Design
>>> weights = Weights({"x": 2.0}, intercept=1.0)
>>> weights.predicted(Design(("x", "new"), np.array([[3.0, 9.0], [0.5, 9.0]]))).tolist()
[7.0, 2.0]
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from processors.learning.design import Design, Numbers
from processors.learning.limits import LARGEST_PREDICTION, LARGEST_WEIGHT


@dataclass(frozen=True, slots=True)
class Weights:
    """What is predicted is `intercept` and the weighted sum of the features, of which those without a weight count
    nothing. Where it `is_logistic`, that is the logarithm of the odds, and what is predicted is the probability of 1.
    """

    by_feature: Mapping[str, float]
    intercept: float = 0.0
    is_logistic: bool = False

    def predicted(self, design: Design) -> Numbers:
        """One number a row; NaN where it is none."""
        weights = np.array([self.by_feature.get(name, 0.0) for name in design.features])
        sums: Numbers = design.matrix @ weights + self.intercept
        if self.is_logistic:
            return np.asarray(1.0 / (1.0 + np.exp(-np.clip(sums, -500.0, 500.0))), np.float64)
        return np.where(np.abs(sums) <= LARGEST_PREDICTION, sums, np.nan)

    @property
    def are_sound(self) -> bool:
        """Whether all of them are numbers to go on with."""
        sizes = np.abs(np.fromiter((*self.by_feature.values(), self.intercept), np.float64))
        return bool((sizes <= LARGEST_WEIGHT).all())
