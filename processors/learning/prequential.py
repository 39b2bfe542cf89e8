"""How good predictions were that were made before the row was learned: additive sums, from which figures are read.

>>> morning = Prequential.of("regression", np.array([3.0, 5.0]), np.array([2.0, 7.0]))
>>> evening = Prequential.of("regression", np.array([1.0]), np.array([1.0]))
>>> day = morning + evening
>>> day.rows, day.mae, day.rmse, day.r2
(3, 1.0, 1.29, 0.375)
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from processors.learning.model import Task

#: A probability is held this far from 0 and 1, or one sure mistake would cost without end.
_UNSURE = 1e-15


@dataclass(frozen=True, slots=True)
class Prequential:
    """Sums over the rows that were predicted and then seen. `absolute` and `squared`: of the errors; `target` and
    `target_squared`: of what was to be predicted; `correct`: rows with the right class; `log_loss`: of probabilities.
    """

    rows: int = 0
    absolute: float = 0.0
    squared: float = 0.0
    target: float = 0.0
    target_squared: float = 0.0
    correct: int = 0
    log_loss: float = 0.0

    @classmethod
    def of(cls, task: Task, target: npt.NDArray[np.float64], predicted: npt.NDArray[np.float64]) -> Prequential:
        """The sums of rows; a row whose prediction is NaN is left out. `predicted`: values, or probabilities of 1."""
        if (known := ~np.isnan(predicted)).all():
            return cls._of_known(task, target, predicted)
        return cls._of_known(task, target[known], predicted[known])

    @classmethod
    def _of_known(cls, task: Task, target: npt.NDArray[np.float64], predicted: npt.NDArray[np.float64]) -> Prequential:
        errors = target - predicted
        correct, log_loss = 0, 0.0
        if task == "classification":
            correct = int(np.count_nonzero((predicted > 0.5) == (target > 0.5)))
            right = np.clip(1.0 - np.abs(errors), _UNSURE, 1.0)
            log_loss = float(-np.log(right).sum())
        return cls(
            rows=len(target),
            absolute=float(np.abs(errors).sum()),
            squared=float(errors @ errors),
            target=float(target.sum()),
            target_squared=float(target @ target),
            correct=correct,
            log_loss=log_loss,
        )

    def __add__(self, other: Prequential) -> Prequential:
        return Prequential(
            self.rows + other.rows,
            self.absolute + other.absolute,
            self.squared + other.squared,
            self.target + other.target,
            self.target_squared + other.target_squared,
            self.correct + other.correct,
            self.log_loss + other.log_loss,
        )

    @property
    def mae(self) -> float | None:
        """The mean absolute error; None without rows, as all figures."""
        return self.absolute / self.rows if self.rows else None

    @property
    def rmse(self) -> float | None:
        """The root of the mean squared error."""
        return float(np.sqrt(self.squared / self.rows)) if self.rows else None

    @property
    def r2(self) -> float | None:
        """The share of the target's variance that is predicted; None where the target does not vary."""
        if not self.rows:
            return None
        spread = self.target_squared - self.target * self.target / self.rows
        return 1.0 - self.squared / spread if spread > 0.0 else None

    @property
    def accuracy(self) -> float | None:
        """The share of rows with the right class."""
        return self.correct / self.rows if self.rows else None

    def figures(self, task: Task) -> dict[str, float | None]:
        """The figures that are told of a task, by name."""
        if task == "regression":
            return {"mae": self.mae, "rmse": self.rmse, "r2": self.r2}
        return {"accuracy": self.accuracy, "log_loss": self.log_loss / self.rows if self.rows else None}

    def dump(self) -> dict[str, Any]:
        """As plain JSON; floats exactly."""
        return {name: getattr(self, name) for name in self.__slots__}

    @classmethod
    def load(cls, dumped: Mapping[str, Any]) -> Prequential:
        """The sums that were dumped."""
        return cls(**dumped)
