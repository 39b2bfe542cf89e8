"""The estimators that are offered, with the options of each: a list of what is allowed, which loads none of them.

>>> faults("regression", (Step("preprocessing.StandardScaler"), Step("linear_model.LinearRegression", (("l2", -1.0),))))
['linear_model.LinearRegression: l2 is -1.0, and must be a number of at least 0']
>>> faults("classification", (Step("linear_model.BayesianLinearRegression"),))
['linear_model.BayesianLinearRegression is for regression, and the task is classification']
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType

from processors.learning.model import Online, Step, Task
from processors.learning.options import Accepted, Choice, Made, Number, fault


@dataclass(frozen=True, slots=True)
class Offer:
    """An estimator that may be a step. `tasks`: none is a transformer. `is_boundary_free`: what it learns of rows does
    not depend on where they are cut into ticks. `varies`: options that take this from it when they are given."""

    tasks: tuple[Task, ...] = ()
    options: Mapping[str, Accepted] = field(default_factory=dict)
    is_boundary_free: bool = False
    varies: frozenset[str] = frozenset()


_TRUTH = Choice((True, False))
_POSITIVE, _AT_LEAST_0 = Number(0, is_above=True), Number(0)
_OPTIMIZER = Made(
    {
        "optim.SGD": {"lr": _POSITIVE},
        "optim.Adam": {
            "lr": _POSITIVE,
            "beta_1": Number(0, high=1),
            "beta_2": Number(0, high=1),
            "eps": _POSITIVE,
        },
    }
)
_GRADIENT: Mapping[str, Accepted] = {
    "optimizer": _OPTIMIZER,
    "l2": _AT_LEAST_0,
    "intercept_init": Number(),
    "intercept_lr": _AT_LEAST_0,
    "clip_gradient": _POSITIVE,
}
_PASSIVE: Mapping[str, Accepted] = {"C": _POSITIVE, "mode": Choice((0, 1, 2)), "learn_intercept": _TRUTH}
_STOCHASTIC: Mapping[str, Accepted] = {
    # l1 is added up within one call of the library, so it would depend on where rows are cut.
    "penalty": Choice(("l2", None)),
    "alpha": _AT_LEAST_0,
    "eta0": _POSITIVE,
    "power_t": _AT_LEAST_0,
    "fit_intercept": _TRUTH,
}

#: By dotted name: those of river; those of scikit-learn with its name before them.
OFFERED: Mapping[str, Offer] = MappingProxyType(
    {
        "preprocessing.StandardScaler": Offer(options={"with_std": _TRUTH}),
        "preprocessing.MinMaxScaler": Offer(),
        "preprocessing.MaxAbsScaler": Offer(),
        "linear_model.BayesianLinearRegression": Offer(
            ("regression",),
            {"alpha": _POSITIVE, "beta": _POSITIVE, "smoothing": Number(0, is_above=True, high=1)},
            is_boundary_free=True,
            varies=frozenset({"smoothing"}),
        ),
        "linear_model.LinearRegression": Offer(("regression",), _GRADIENT),
        "linear_model.LogisticRegression": Offer(("classification",), _GRADIENT),
        "linear_model.PARegressor": Offer(("regression",), {**_PASSIVE, "eps": _AT_LEAST_0}, is_boundary_free=True),
        "linear_model.PAClassifier": Offer(("classification",), _PASSIVE, is_boundary_free=True),
        "sklearn.linear_model.SGDRegressor": Offer(
            ("regression",),
            {
                **_STOCHASTIC,
                "loss": Choice(("squared_error", "huber", "epsilon_insensitive", "squared_epsilon_insensitive")),
                "epsilon": _AT_LEAST_0,
                "learning_rate": Choice(("invscaling", "constant")),
            },
            is_boundary_free=True,
        ),
        "sklearn.linear_model.SGDClassifier": Offer(
            ("classification",),
            {
                **_STOCHASTIC,
                "loss": Choice(("log_loss",)),
                "learning_rate": Choice(("optimal", "invscaling", "constant")),
            },
            is_boundary_free=True,
        ),
    }
)


def faults(task: Task, steps: Sequence[Step]) -> list[str]:
    """What is wrong with the steps of a learner, in sentences; nothing, if they can be built."""
    if not steps:
        return ["steps are missing: the last one is an estimator, such as linear_model.LinearRegression"]
    return [fault for place, step in enumerate(steps) for fault in _faults(task, step, place == len(steps) - 1)]


def _faults(task: Task, step: Step, is_last: bool) -> Iterator[str]:
    name = step.estimator
    if name not in OFFERED:
        yield f"{name} is not offered; there are {', '.join(OFFERED)}"
        return
    offer = OFFERED[name]
    if offer.tasks and not is_last:
        yield f"{name} is an estimator, and only the last step is one"
    elif is_last and not offer.tasks:
        yield f"{name} transforms, and the last step must be an estimator"
    elif is_last and task not in offer.tasks:
        yield f"{name} is for {offer.tasks[0]}, and the task is {task}"
    for option, value in step.options:
        if option not in offer.options:
            yield f"{name} has no option {option}; it has {', '.join(sorted(offer.options)) or 'none'}"
        elif why := fault(option, value, offer.options[option]):
            yield f"{name}: {why}"


def is_boundary_free(online: Online) -> bool:
    """Whether what a learner learns does not depend on where rows are cut: then it may take whatever rows there are.

    Only an estimator alone: a transformer before it scales rows by what it knew when their tick came.
    """
    first = online.steps[0]
    offer = OFFERED[first.estimator]
    return len(online.steps) == 1 and offer.is_boundary_free and offer.varies.isdisjoint(dict(first.options))
