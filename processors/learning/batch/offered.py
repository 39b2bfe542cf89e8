"""The estimators of scikit-learn that a config may name, and how each is made. Loads scikit-learn when one is made."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from importlib import import_module
from types import MappingProxyType
from typing import Any

from processors.learning.model import Step, Task
from processors.learning.options import Accepted, Choice, Either, Number, Whole, fault

#: What is random within an estimator begins here, so that the same rows give the same model.
SEED = 0


@dataclass(frozen=True, slots=True)
class Offered:
    """`task`: what it can be trained for. `options`: the arguments that a config may give, and what each may be.
    `is_linear`: its coefficients are the whole of it. `is_scaled`: numbers are standardised while it is fitted, since
    its penalty or its solver would else depend on their units; its coefficients are those of the numbers as they are.
    `fixed`: arguments that are not up to a config."""

    task: Task
    options: Mapping[str, Accepted]
    is_linear: bool = False
    is_scaled: bool = False
    fixed: Mapping[str, Any] = field(default_factory=dict)


_SIZE, _POSITIVE, _AT_LEAST_0 = Whole(1), Number(0, is_above=True), Number(0)
_SHARE = Number(0, is_above=True, high=1)
_FOREST: Mapping[str, Accepted] = {
    "n_estimators": _SIZE,
    "max_depth": _SIZE,
    "min_samples_leaf": Either((_SIZE, _SHARE)),
    "min_samples_split": Either((Whole(2), _SHARE)),
    "max_features": Either((_SIZE, _SHARE, Choice(("sqrt", "log2")))),
}
_HISTOGRAMS: Mapping[str, Accepted] = {
    "learning_rate": _POSITIVE,
    "max_iter": _SIZE,
    "max_leaf_nodes": Whole(2),
    "max_depth": _SIZE,
    "min_samples_leaf": _SIZE,
    "l2_regularization": _AT_LEAST_0,
    "max_bins": Whole(2, 255),
}
#: Losses that an archive may hold: that of quantiles is none of them.
_LOSS = Choice(("squared_error", "absolute_error", "gamma", "poisson"))
_DESCENT: Mapping[str, Accepted] = {"alpha": _AT_LEAST_0, "max_iter": _SIZE, "tol": _AT_LEAST_0}
_LOGISTIC: Mapping[str, Accepted] = {"C": _POSITIVE, "max_iter": _SIZE, "tol": _AT_LEAST_0}
_TRUTH = Choice((True, False))
_SEEDED = {"random_state": SEED}
_ALONE = {"random_state": SEED, "n_jobs": 1}

#: By the name that a config gives, within scikit-learn.
OFFERED: Mapping[str, Offered] = MappingProxyType(
    {
        "linear_model.LinearRegression": Offered("regression", {"fit_intercept": _TRUTH}, is_linear=True),
        "linear_model.Ridge": Offered("regression", {"alpha": _AT_LEAST_0}, is_linear=True, is_scaled=True),
        "linear_model.Lasso": Offered("regression", _DESCENT, is_linear=True, is_scaled=True),
        "linear_model.ElasticNet": Offered(
            "regression", {**_DESCENT, "l1_ratio": Number(0, most=1)}, is_linear=True, is_scaled=True
        ),
        "linear_model.LogisticRegression": Offered(
            "classification", _LOGISTIC, is_linear=True, is_scaled=True, fixed=_SEEDED
        ),
        "ensemble.HistGradientBoostingRegressor": Offered("regression", {**_HISTOGRAMS, "loss": _LOSS}, fixed=_SEEDED),
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


def faults(task: Task, step: Step) -> Iterator[tuple[str | None, str]]:
    """What is wrong with an estimator that a config names: the option that it is about, if any, and a sentence."""
    if step.estimator not in OFFERED:
        yield None, f"{step.estimator} is not offered; there are {', '.join(OFFERED)}"
        return
    offered = OFFERED[step.estimator]
    if offered.task != task:
        yield None, f"{step.estimator} is for {offered.task}, and the task is {task}"
    for option, value in step.options:
        if option not in offered.options:
            yield option, f"{step.estimator} has no option {option}; it has {', '.join(sorted(offered.options))}"
        elif why := fault(option, value, offered.options[option]):
            yield option, f"{step.estimator}: {why}"
