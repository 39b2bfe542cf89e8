"""The scalers of river. What they know of a feature depends on its values alone, not on how rows are cut."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from processors.learning.design import Design, Numbers
from processors.learning.steps.protocols import State
from processors.learning.steps.river import MaxAbsScaler, MinMaxScaler, StandardScaler


class Standard:
    """StandardScaler: the mean and the variance of each feature.

    The moments of a tick are merged with those before as `learn_many` merges them (Chan et al., 1979), all features at
    once. But its variance of a tick is the mean square less the squared mean: where values are large and alike, that is
    below 0 at times, and its root is no number.
    """

    def __init__(self, *, with_std: bool = True) -> None:
        self._scaler = StandardScaler(with_std=with_std)

    def learn(self, design: Design) -> None:
        """Knows these rows too."""
        scaler, names = self._scaler, design.features
        before = np.array([(scaler.counts[name], scaler.means[name], scaler.vars[name]) for name in names])
        count, mean, variance = before.T
        share = len(design.matrix) / (count + len(design.matrix))
        apart = design.matrix.mean(axis=0) - mean
        spread = design.matrix.var(axis=0) + (1.0 - share) * apart * apart
        scaler.counts.update(dict.fromkeys(names, len(design.matrix)))
        scaler.means.update(zip(names, (mean + share * apart).tolist(), strict=True))
        scaler.vars.update(zip(names, (variance + share * (spread - variance)).tolist(), strict=True))

    def transformed(self, design: Design) -> Design:
        """As `transform_many` does it: a feature that did not vary yet is not divided."""
        centred = design.matrix - np.array([self._scaler.means[name] for name in design.features])
        if not self._scaler.with_std:
            return Design(design.features, centred)
        deviation = np.sqrt([self._scaler.vars[name] for name in design.features])
        return Design(design.features, np.divide(centred, deviation, out=centred, where=deviation > 0.0))

    def state(self) -> State:
        """A copy of all it knows."""
        scaler = self._scaler
        known = scaler.counts  # what is only asked for has a mean too
        means = {name: scaler.means[name] for name in known}
        return {"counts": dict(known), "means": means, "vars": {name: scaler.vars[name] for name in known}}

    def restore(self, state: Mapping[str, Any]) -> None:
        """Knows that, and nothing else."""
        self._scaler = StandardScaler(with_std=self._scaler.with_std)
        self._scaler.counts.update(state["counts"])
        self._scaler.means.update(state["means"])
        self._scaler.vars.update(state["vars"])


class StandardByRow(Standard):
    """The same, with `learn_one` and `transform_one`, to the last digit: a feature that did not vary yet is 0."""

    def learn(self, design: Design) -> None:
        """Knows these rows too."""
        for row in design.by_row():
            self._scaler.learn_one(row)  # type: ignore[no-untyped-call]

    def transformed(self, design: Design) -> Design:
        """The rows with other values in the same columns."""
        rows = [list(self._scaler.transform_one(row).values()) for row in design.by_row()]  # type: ignore[no-untyped-call]
        return Design(design.features, np.array(rows))


class MinMax:
    """MinMaxScaler: a value's place between the least and the greatest one. river's own takes one row a time, and the
    extremes of a tick do the same."""

    def __init__(self) -> None:
        self._scaler = MinMaxScaler()

    def learn(self, design: Design) -> None:
        """Knows these rows too."""
        low, high = design.matrix.min(axis=0).tolist(), design.matrix.max(axis=0).tolist()
        for name, least, most in zip(design.features, low, high, strict=True):
            self._scaler.min[name].update(least)
            self._scaler.max[name].update(most)

    def transformed(self, design: Design) -> Design:
        """The rows with other values in the same columns; 0 for a feature that did not vary yet."""
        low = np.array([self._scaler.min[name].get() for name in design.features])
        width = np.array([self._scaler.max[name].get() for name in design.features]) - low
        return Design(design.features, _divided(design.matrix - low, width))

    def state(self) -> State:
        """A copy of all it knows."""
        known = {name for name, least in self._scaler.min.items() if np.isfinite(least.get())}
        return {
            "min": {name: least.get() for name, least in self._scaler.min.items() if name in known},
            "max": {name: most.get() for name, most in self._scaler.max.items() if name in known},
        }

    def restore(self, state: Mapping[str, Any]) -> None:
        """Knows that, and nothing else."""
        self._scaler = MinMaxScaler._from_state(**state)


class MaxAbs:
    """MaxAbsScaler: a value as a share of the greatest distance from 0. Of a tick the greatest will do."""

    def __init__(self) -> None:
        self._scaler = MaxAbsScaler()

    def learn(self, design: Design) -> None:
        """Knows these rows too."""
        for name, most in zip(design.features, np.abs(design.matrix).max(axis=0).tolist(), strict=True):
            self._scaler.abs_max[name].update(most)

    def transformed(self, design: Design) -> Design:
        """The rows with other values in the same columns; 0 for a feature that was only 0 yet."""
        most = np.array([self._scaler.abs_max[name].get() for name in design.features])
        return Design(design.features, _divided(design.matrix, most))

    def state(self) -> State:
        """A copy of all it knows."""
        return {"abs_max": {name: most.get() for name, most in self._scaler.abs_max.items() if most.get()}}

    def restore(self, state: Mapping[str, Any]) -> None:
        """Knows that, and nothing else."""
        self._scaler = MaxAbsScaler._from_state(**state)


def _divided(values: Numbers, by: Numbers) -> Numbers:
    """Column by column; 0 where there is nothing to divide by."""
    return np.divide(values, by, out=np.zeros_like(values), where=(by > 0.0) & np.isfinite(by))
