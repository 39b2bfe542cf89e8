"""What predictions come to: errors of numbers, and of probabilities."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from processors.learning.model import Task

Float64s: TypeAlias = npt.NDArray[np.float64]

#: By task, in the order in which they are told.
METRICS: Mapping[Task, tuple[str, ...]] = MappingProxyType(
    {"regression": ("mae", "rmse", "r2"), "classification": ("accuracy", "log_loss", "f1")}
)
#: Of these less is better.
FALLING = frozenset({"mae", "rmse", "log_loss"})
#: A probability of 0 that turns out wrong would cost infinitely much.
_TINY = float(np.finfo(np.float64).eps)


def measured(task: Task, target: Float64s, predictions: Float64s) -> dict[str, float]:
    """The metrics of a task, without those that are undefined for these rows. `predictions`: finite; of a
    classification the probabilities of 1."""
    if not len(target):
        return {}
    return _regression(target, predictions) if task == "regression" else _classification(target, predictions)


def _regression(target: Float64s, predictions: Float64s) -> dict[str, float]:
    errors = target - predictions
    around_mean = float(((target - target.mean()) ** 2).sum())
    found = {"mae": float(np.abs(errors).mean()), "rmse": float(np.sqrt((errors**2).mean()))}
    return found | ({"r2": 1 - float((errors**2).sum()) / around_mean} if around_mean else {})


def _classification(target: Float64s, predictions: Float64s) -> dict[str, float]:
    is_one, told_one = target > 0, predictions >= 1 / 2
    likely = np.clip(np.where(is_one, predictions, 1 - predictions), _TINY, 1)
    both, either = int((is_one & told_one).sum()), int(is_one.sum() + told_one.sum())
    found = {"accuracy": float((is_one == told_one).mean()), "log_loss": float(np.abs(np.log(likely)).mean())}
    return found | ({"f1": 2 * both / either} if either else {})


def is_better(metric: str, new: float, old: float, min_improvement: float = 0.0) -> bool:
    """Whether `new` is better than `old`, by the share `min_improvement` of it at the least."""
    gain = old - new if metric in FALLING else new - old
    return gain > 0 and gain >= min_improvement * abs(old)
