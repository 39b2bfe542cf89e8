"""The estimators of scikit-learn that a config may name, and how each is made. Loads scikit-learn when one is made."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from importlib import import_module
from types import MappingProxyType
from typing import Any

from processors.learning.model import Step, Task

#: What is random within an estimator begins here, so that the same rows give the same model.
SEED = 0


@dataclass(frozen=True, slots=True)
class Offered:
    """`tasks`: what it can be trained for. `options`: the arguments that a config may give. `is_linear`: its
    coefficients are the whole of it. `is_scaled`: numbers are standardised while it is fitted, since its penalty or its
    solver would else depend on their units; its coefficients are those of the numbers as they are. `fixed`: arguments
    that are not up to a config."""

    task: Task
    options: frozenset[str]
    is_linear: bool = False
    is_scaled: bool = False
    fixed: Mapping[str, Any] = field(default_factory=dict)


_FOREST = frozenset({"n_estimators", "max_depth", "min_samples_leaf", "min_samples_split", "max_features"})
_HISTOGRAMS = frozenset(
    {"learning_rate", "max_iter", "max_leaf_nodes", "max_depth", "min_samples_leaf", "l2_regularization", "max_bins"}
)
_DESCENT = frozenset({"alpha", "max_iter", "tol"})
_SEEDED = {"random_state": SEED}
_ALONE = {"random_state": SEED, "n_jobs": 1}

#: By the name that a config gives, within scikit-learn.
OFFERED: Mapping[str, Offered] = MappingProxyType(
    {
        "linear_model.LinearRegression": Offered("regression", frozenset({"fit_intercept"}), is_linear=True),
        "linear_model.Ridge": Offered("regression", frozenset({"alpha"}), is_linear=True, is_scaled=True),
        "linear_model.Lasso": Offered("regression", _DESCENT, is_linear=True, is_scaled=True),
        "linear_model.ElasticNet": Offered("regression", _DESCENT | {"l1_ratio"}, is_linear=True, is_scaled=True),
        "linear_model.LogisticRegression": Offered(
            "classification", frozenset({"C", "max_iter", "tol"}), is_linear=True, is_scaled=True, fixed=_SEEDED
        ),
        "ensemble.HistGradientBoostingRegressor": Offered("regression", _HISTOGRAMS | {"loss"}, fixed=_SEEDED),
        "ensemble.HistGradientBoostingClassifier": Offered("classification", _HISTOGRAMS, fixed=_SEEDED),
        "ensemble.RandomForestRegressor": Offered("regression", _FOREST, fixed=_ALONE),
        "ensemble.RandomForestClassifier": Offered("classification", _FOREST, fixed=_ALONE),
    }
)


def estimator(step: Step) -> Any:
    """A new estimator, not fitted yet. `step` is one of OFFERED, with options of its own."""
    offered = OFFERED[step.estimator]
    module, _, name = step.estimator.rpartition(".")
    return getattr(import_module(f"sklearn.{module}"), name)(**dict(step.options), **offered.fixed)


def faults(task: Task, step: Step) -> Iterator[str]:
    """What is wrong with an estimator that a config names, in sentences; nothing where it can be made."""
    if step.estimator not in OFFERED:
        yield f"{step.estimator} is not offered; there are {', '.join(OFFERED)}"
        return
    offered = OFFERED[step.estimator]
    if offered.task != task:
        yield f"{step.estimator} is for {offered.task}, and the task is {task}"
    for option in dict(step.options):
        if option not in offered.options:
            yield f"{step.estimator} has no option {option}; it has {', '.join(sorted(offered.options))}"
