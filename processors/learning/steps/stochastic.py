"""SGDRegressor and SGDClassifier of scikit-learn, with shuffle=False: one step a row, wherever rows are cut.

river's adapter holds an estimator to the features of its first rows; ours lets features come, with a weight of 0, and
hands scikit-learn the matrix of the frame: it would check a frame's names with every call.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

import numpy as np
from sklearn import linear_model

from processors.learning.design import Design, Numbers
from processors.learning.steps.protocols import DivergedError, State
from processors.learning.weights import Weights

_CLASSES = np.array([0.0, 1.0])


class Stochastic:
    """`partial_fit` of a tick's rows, in their order."""

    def __init__(self, *, is_logistic: bool = False, **options: Any) -> None:
        kind = linear_model.SGDClassifier if is_logistic else linear_model.SGDRegressor
        defaults = {"loss": "log_loss"} if is_logistic else {}
        self._made = partial(kind, **(defaults | options), shuffle=False)
        self._model, self._is_logistic = self._made(), is_logistic
        self._features: tuple[str, ...] = ()

    def learn(self, design: Design, target: Numbers) -> None:
        """Knows these rows too."""
        self._meet(design.features)
        classes = {"classes": _CLASSES} if self._is_logistic else {}
        try:
            self._model.partial_fit(design.matrix, target, **classes)
        except ValueError as error:
            if "overflow" not in str(error):
                raise
            raise DivergedError(str(error)) from error

    def _meet(self, features: tuple[str, ...]) -> None:
        """Features only come, behind those that are known."""
        new, self._features = len(features) - len(self._features), features
        if new and hasattr(self._model, "coef_"):
            old = self._model.coef_
            self._model.coef_ = np.concatenate([old, np.zeros((*old.shape[:-1], new))], axis=-1)
            self._model.n_features_in_ = len(features)

    def weights(self) -> Weights:
        """The linear model that it is."""
        if not hasattr(self._model, "coef_"):
            return Weights({}, is_logistic=self._is_logistic)
        coefficients = self._model.coef_.ravel().tolist()
        by_feature = dict(zip(self._features, coefficients, strict=True))
        return Weights(by_feature, float(self._model.intercept_[0]), self._is_logistic)

    def state(self) -> State:
        """A copy of all it knows."""
        if not hasattr(self._model, "coef_"):
            return {}
        weights = self.weights()
        return {"weights": weights.by_feature, "intercept": weights.intercept, "t": float(self._model.t_)}

    def restore(self, state: Mapping[str, Any]) -> None:
        """Knows that, and nothing else."""
        self._model = model = self._made()
        self._features = tuple(state.get("weights", ()))
        if not state:
            return
        coefficients = np.array(list(state["weights"].values()))
        model.coef_ = coefficients[np.newaxis] if self._is_logistic else coefficients
        model.intercept_, model.t_ = np.array([state["intercept"]]), state["t"]
        model.n_features_in_ = len(self._features)
        if self._is_logistic:
            model.classes_ = _CLASSES.copy()
