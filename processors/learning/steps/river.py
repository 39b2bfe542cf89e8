"""The parts of river that learners are made of: each from its own module.

A package of river imports all that is in it, and with that scipy's statistics, scikit-learn and data sets: 80 MB and a
second, of which a learner uses nothing. So in the place of such a package there stands another at first. Modules within
are imported as ever; the package itself is, and takes the place back, as soon as anything else of it is asked for.
"""

from __future__ import annotations

import sys
from importlib import import_module
from importlib.util import find_spec, module_from_spec
from types import ModuleType
from typing import Any


class _Place(ModuleType):
    """Stands for a package that nobody has asked for anything yet."""

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__") and name != "__path__":
            raise AttributeError(name)
        if sys.modules.get(self.__name__) is self:
            del sys.modules[self.__name__]
        return getattr(import_module(self.__name__), name)


def _postpone(package: str, *, is_closed: bool = False) -> None:
    """Import the package when it is used. `is_closed`: also when a module within is."""
    if package in sys.modules or (spec := find_spec(package)) is None:
        return
    place = _Place(package)
    place.__dict__.update(module_from_spec(spec).__dict__)
    if is_closed:
        del place.__dict__["__path__"]
    parent, _, name = package.rpartition(".")
    setattr(import_module(parent), name, place)
    sys.modules[package] = place


for _package in ("river.linear_model", "river.preprocessing", "river.drift"):
    _postpone(_package)
for _package in ("river.proba", "scipy.special"):
    _postpone(_package, is_closed=True)

import river.linear_model.base  # noqa: E402, F401 - the regressions ask their package for it; the places come first
from river.drift.adwin import ADWIN  # noqa: E402
from river.drift.page_hinkley import PageHinkley  # noqa: E402
from river.linear_model.bayesian_lin_reg import BayesianLinearRegression  # noqa: E402
from river.linear_model.lin_reg import LinearRegression  # noqa: E402
from river.linear_model.log_reg import LogisticRegression  # noqa: E402
from river.linear_model.pa import PAClassifier, PARegressor  # noqa: E402
from river.optim import SGD, Adam  # noqa: E402
from river.preprocessing.scale import MaxAbsScaler, MinMaxScaler, StandardScaler  # noqa: E402
from river.utils import VectorDict  # noqa: E402

__all__ = [
    "ADWIN",
    "SGD",
    "Adam",
    "BayesianLinearRegression",
    "LinearRegression",
    "LogisticRegression",
    "MaxAbsScaler",
    "MinMaxScaler",
    "PAClassifier",
    "PARegressor",
    "PageHinkley",
    "StandardScaler",
    "VectorDict",
]
