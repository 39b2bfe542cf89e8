"""What a linear model learned of rows, so that it can be taken out of it again: sums of products, by feature.

>>> first = Statistics.of(["a", "b"], np.array([[1.0, 2.0], [0.0, 1.0]]), np.array([3.0, 4.0]))
>>> both = first + Statistics.of(["b", "c"], np.array([[1.0, 5.0]]), np.array([1.0]))
>>> both.features, both.rows, both.xy.tolist()
(('a', 'b', 'c'), 3, [3.0, 11.0, 5.0])
>>> both.xx.tolist()
[[1.0, 2.0, 0.0], [2.0, 6.0, 5.0], [0.0, 5.0, 25.0]]
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from processors.learning.numbers import pack, unpack


@dataclass(frozen=True, slots=True, eq=False)
class Statistics:
    """Sums over rows of the products of their features (`xx`), of features with the target (`xy`), and of the
    target's squares (`yy`). `epoch`: how often the learner had begun anew; what it forgot then cannot be taken out."""

    features: tuple[str, ...]
    xx: npt.NDArray[np.float64]
    xy: npt.NDArray[np.float64]
    yy: float
    rows: int
    epoch: int = 0

    @classmethod
    def of(
        cls, features: Sequence[str], x: npt.NDArray[np.float64], y: npt.NDArray[np.float64], epoch: int = 0
    ) -> Statistics:
        """Of a matrix with a row an example, and their targets."""
        return cls(tuple(features), x.T @ x, x.T @ y, float(y @ y), len(y), epoch)

    def __add__(self, other: Statistics) -> Statistics:
        if self.epoch != other.epoch:
            return max(self, other, key=lambda each: each.epoch)
        if self.features == other.features:
            sums = self.xx + other.xx, self.xy + other.xy, self.yy + other.yy
            return Statistics(self.features, *sums, self.rows + other.rows, self.epoch)
        features = tuple(dict.fromkeys((*self.features, *other.features)))
        return self.over(features) + other.over(features)

    def __sub__(self, other: Statistics) -> Statistics:
        return self + -other

    def __neg__(self) -> Statistics:
        return Statistics(self.features, -self.xx, -self.xy, -self.yy, -self.rows, self.epoch)

    def over(self, features: tuple[str, ...]) -> Statistics:
        """The same over these features, all of ours among them; what we do not have is 0."""
        places = [features.index(name) for name in self.features]
        xx, xy = np.zeros((len(features), len(features))), np.zeros(len(features))
        xx[np.ix_(places, places)] = self.xx
        xy[places] = self.xy
        return Statistics(features, xx, xy, self.yy, self.rows, self.epoch)

    def compact(self) -> Statistics:
        """The same without the features that are 0 in every row: of hundreds of categories few rows have few."""
        met = np.flatnonzero(self.xx.any(axis=0) | (self.xy != 0))
        if len(met) == len(self.features):
            return self
        features = tuple(self.features[place] for place in met)
        return Statistics(features, self.xx[np.ix_(met, met)], self.xy[met], self.yy, self.rows, self.epoch)

    def dump(self) -> dict[str, Any]:
        """As plain JSON; floats exactly. `xx` is symmetric: its upper half is enough."""
        half = self.xx[np.triu_indices(len(self.features))]
        return {
            "features": list(self.features),
            "xx": pack(half),
            "xy": pack(self.xy),
            "yy": self.yy,
            "rows": self.rows,
            "epoch": self.epoch,
        }

    @classmethod
    def load(cls, dumped: Mapping[str, Any]) -> Statistics:
        """The sums that were dumped."""
        features = tuple(dumped["features"])
        xx = np.zeros((len(features), len(features)))
        upper = np.triu_indices(len(features))
        xx[upper] = unpack(dumped["xx"])
        xx.T[upper] = xx[upper]
        return cls(features, xx, unpack(dumped["xy"]), dumped["yy"], dumped["rows"], dumped["epoch"])
