"""The scalers of river. What they know of a feature depends on its values alone, not on how rows are cut."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import polars as pl
from river import preprocessing

from processors.learning.steps.protocols import Numbers, State


class Standard:
    """StandardScaler: mean and variance of each feature; row by row as its `learn_one` has them, where `by_row`."""

    def __init__(self, by_row: bool, **options: Any) -> None:
        self._scaler, self._by_row = preprocessing.StandardScaler(**options), by_row

    def learn(self, frame: pl.DataFrame) -> None:
        """Knows these rows too."""
        if not self._by_row:
            self._scaler.learn_many(frame)
            return
        for row in frame.iter_rows(named=True):
            self._scaler.learn_one(row)

    def transformed(self, frame: pl.DataFrame) -> pl.DataFrame:
        """The rows with other values in the same columns."""
        if not self._by_row:
            return self._scaler.transform_many(frame)
        return pl.DataFrame([self._scaler.transform_one(row) for row in frame.iter_rows(named=True)])

    def state(self) -> State:
        """A copy of all it knows."""
        scaler = self._scaler
        return {"counts": dict(scaler.counts), "means": dict(scaler.means), "vars": dict(scaler.vars)}

    def restore(self, state: Mapping[str, Any]) -> None:
        """Knows that, and nothing else."""
        for known, kept in (
            (self._scaler.counts, "counts"),
            (self._scaler.means, "means"),
            (self._scaler.vars, "vars"),
        ):
            known.clear()
            known.update(state[kept])


class _Extremes:
    """A scaler by the least and the greatest value. river's own takes one row a time; a tick's extremes do the same."""

    def _apart(self, frame: pl.DataFrame) -> tuple[Numbers, Numbers]:
        values = frame.to_numpy()
        return values.min(axis=0), values.max(axis=0)


class MinMax(_Extremes):
    """MinMaxScaler: a value's place between the least and the greatest one."""

    def __init__(self, by_row: bool) -> None:  # noqa: ARG002 - the extremes are the same
        self._scaler = preprocessing.MinMaxScaler()

    def learn(self, frame: pl.DataFrame) -> None:
        """Knows these rows too."""
        for name, low, high in zip(frame.columns, *map(np.ndarray.tolist, self._apart(frame)), strict=True):
            self._scaler.min[name].update(low)
            self._scaler.max[name].update(high)

    def transformed(self, frame: pl.DataFrame) -> pl.DataFrame:
        """The rows with other values in the same columns; 0 for a feature that did not vary yet."""
        low = np.array([self._scaler.min[name].get() for name in frame.columns])
        width = np.array([self._scaler.max[name].get() for name in frame.columns]) - low
        values = frame.to_numpy() - low
        scaled = np.divide(values, width, out=np.zeros_like(values), where=(width > 0.0) & np.isfinite(width))
        return pl.DataFrame(dict(zip(frame.columns, scaled.T, strict=True)))

    def state(self) -> State:
        """A copy of all it knows."""
        return {
            "min": {name: kept.get() for name, kept in self._scaler.min.items() if np.isfinite(kept.get())},
            "max": {name: kept.get() for name, kept in self._scaler.max.items() if np.isfinite(kept.get())},
        }

    def restore(self, state: Mapping[str, Any]) -> None:
        """Knows that, and nothing else."""
        self._scaler = preprocessing.MinMaxScaler._from_state(**state)  # noqa: SLF001 - river's way of a warm start


class MaxAbs(_Extremes):
    """MaxAbsScaler: a value as a share of the greatest distance from 0."""

    def __init__(self, by_row: bool) -> None:  # noqa: ARG002 - the extremes are the same
        self._scaler = preprocessing.MaxAbsScaler()

    def learn(self, frame: pl.DataFrame) -> None:
        """Knows these rows too."""
        low, high = self._apart(frame)
        for name, far in zip(frame.columns, np.maximum(np.abs(low), np.abs(high)).tolist(), strict=True):
            self._scaler.abs_max[name].update(far)

    def transformed(self, frame: pl.DataFrame) -> pl.DataFrame:
        """The rows with other values in the same columns; 0 for a feature that was only 0 yet."""
        far = np.array([self._scaler.abs_max[name].get() for name in frame.columns])
        values = frame.to_numpy()
        scaled = np.divide(values, far, out=np.zeros_like(values), where=far > 0.0)
        return pl.DataFrame(dict(zip(frame.columns, scaled.T, strict=True)))

    def state(self) -> State:
        """A copy of all it knows."""
        return {"abs_max": {name: float(kept.get()) for name, kept in self._scaler.abs_max.items() if kept.get()}}

    def restore(self, state: Mapping[str, Any]) -> None:
        """Knows that, and nothing else."""
        self._scaler = preprocessing.MaxAbsScaler._from_state(**state)  # noqa: SLF001 - river's way of a warm start
