"""BayesianLinearRegression of river. It is sums of products, so that rows can be taken out of it again."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import Any

import numpy as np
import polars as pl

from processors.learning.design import Design, Numbers
from processors.learning.limits import SHRUNK_MAX
from processors.learning.statistics import Statistics
from processors.learning.steps.protocols import DivergedError, State
from processors.learning.steps.river import BayesianLinearRegression
from processors.learning.weights import Weights


class Bayesian:
    """The sums of a tick are added as `learn_many` adds them, and kept as what can be subtracted. One row is a tick as
    any other: so the covariance is the inverse of the precision, whatever the prior, and not a product of updates.
    """

    def __init__(self, **options: Any) -> None:
        self._options = options
        self._begin()

    def _begin(self) -> None:
        self._model = BayesianLinearRegression(**self._options)
        self._weights: Weights | None = None
        self._target_squared = 0.0
        #: The largest that each of `_squares` ever was: by its digits they are known.
        self._peaks = np.zeros(1)

    @property
    def can_unlearn(self) -> bool:
        """Whether it forgets nothing by itself."""
        return self._model.smoothing is None

    def learn(self, design: Design, target: Numbers) -> Statistics | None:
        """Knows these rows too; what can be taken out of it again."""
        if self.can_unlearn:
            statistics = Statistics.of(design.features, design.matrix, target)
            self.add(statistics)
            return statistics
        self._meet(design.features)
        with _computed():
            self._model.learn_many(design.frame(), pl.Series(target))
        self._weights = None
        return None

    def add(self, statistics: Statistics) -> None:
        """Learns the rows of which these are."""
        self._add(statistics)
        self._invert()

    def take_out(self, statistics: Statistics) -> bool:
        """Unlearns the rows of which these are. False where what is left would not be known exactly enough: then
        nothing has changed, and `know` is the other way."""
        before = self.state()
        with suppress(DivergedError):
            self.add(-statistics)
            if (self._peaks <= SHRUNK_MAX * self._squares()).all():
                return True
        self.restore(before)
        return False

    def know(self, every: Iterable[Statistics]) -> None:
        """Knows the rows of which these are, and no others."""
        self._begin()
        for each in every:
            self._add(each)
        self._invert()

    def with_rows(self) -> frozenset[str]:
        """The features of ones and zeros which are one in any row that is known: they are more precise than before."""
        model = self._model
        least = 1.0 / model.alpha + model.beta / 2
        known = zip(map(str, model._idx), np.diagonal(model._ss_arr).tolist(), strict=False)
        return frozenset(name for name, precision in known if precision > least)

    def keep(self, features: Collection[str]) -> None:
        """Knows these features, and no others."""
        if self._model._idx.keys() == set(features):
            return
        self._meet(features)
        state = self.state()
        places = [place for place, name in enumerate(state["features"]) if name in features]
        peaks = [0, *(place + 1 for place in places if place + 1 < len(self._peaks))]
        self.restore(
            {
                "features": [state["features"][place] for place in places],
                "precision": state["precision"][np.ix_(places, places)],
                "mean": state["mean"][places],
                "target_squared": self._target_squared,
                "peaks": self._peaks[peaks],
            }
        )

    def _add(self, statistics: Statistics) -> None:
        model, scale = self._model, self._model.beta
        self._meet(statistics.features)
        places = [model._idx[name] for name in statistics.features]
        model._ss_arr[np.ix_(places, places)] += scale * statistics.xx
        model._eta_arr[places] += scale * statistics.xy
        self._target_squared += statistics.yy
        squares = self._squares()
        known = squares[: len(self._peaks)]
        np.maximum(known, self._peaks, out=known)
        self._peaks = squares

    def _squares(self) -> Numbers:
        """The sums of squares of the target and of each feature: no other sum can have lost more digits than these."""
        count = len(self._model._idx)
        return np.concatenate([[self._target_squared], np.diagonal(self._model._ss_arr)[:count]])

    def _meet(self, features: Iterable[str]) -> None:
        """Has a place for each; room for a power of two of them, so that it does not depend on how they came."""
        model = self._model
        count = len({*model._idx, *features})
        if count > model._cap:
            model._grow(max(8, 1 << (count - 1).bit_length()))
        model._ensure_features(features)

    def _invert(self) -> None:
        model, count = self._model, len(self._model._idx)
        with _computed():
            model._ss_inv_arr[:count, :count] = np.linalg.inv(model._ss_arr[:count, :count])
        model._m_dirty, self._weights = True, None

    def weights(self) -> Weights:
        """The mean of what is believed of each weight."""
        if self._weights is None:
            self._model._ensure_m()
            known = zip(map(str, self._model._idx), self._model._m_arr.tolist(), strict=False)
            self._weights = Weights(dict(known))
        return self._weights

    def state(self) -> State:
        """A copy of all it knows: the covariance is made of the precision."""
        model, count = self._model, len(self._model._idx)
        return {
            "features": list(model._idx),
            "precision": model._ss_arr[:count, :count].copy(),
            "mean": model._eta_arr[:count].copy(),
            "target_squared": self._target_squared,
            "peaks": self._peaks.copy(),
        }

    def restore(self, state: Mapping[str, Any]) -> None:
        """Knows that, and nothing else."""
        self._begin()
        self._meet(state["features"])
        model, count = self._model, len(self._model._idx)
        self._target_squared, self._peaks = state["target_squared"], state["peaks"].copy()
        model._ss_arr[:count, :count] = state["precision"]
        model._eta_arr[:count] = state["mean"]
        self._invert()


@contextmanager
def _computed() -> Iterator[None]:
    """What numpy calls a singular matrix is an estimator that has diverged."""
    try:
        yield
    except np.linalg.LinAlgError as error:
        raise DivergedError(str(error)) from error
