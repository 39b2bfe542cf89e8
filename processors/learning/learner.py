"""A learner: a model that keeps up with the rows. It predicts a tick of rows by what it knows, then it learns them.

>>> import pyarrow as pa
>>> from processors.columns import ColumnType
>>> from processors.learning.examples import examples
>>> from processors.learning.model import Online, Step
>>> number = ColumnType("number")
>>> online = Online((Step("linear_model.BayesianLinearRegression"),), tick_rows=2)
>>> model = Model("m", "d", None, "regression", ("y", number), (("x", number),), (), (), online, None, "", "", "")
>>> rows = pa.record_batch({"_id": [1, 2, 3, 4], "x": [1.0, 2.0, 3.0, 4.0], "y": [2.0, 4.0, 6.0, 8.0]})
>>> learner = Learner.new(model)
>>> learner.fold(examples(model, rows)).predictions.tolist()
[0.0, 0.0, 5.0, 6.667]
>>> again = Learner.load(model, learner.dump())
>>> again.predict(examples(model, rows)).tolist()
[1.935, 3.871, 5.806, 7.742]
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import polars as pl
from river.__version__ import __version__ as RIVER

from processors.errors import StateError
from processors.learning.drift import Alarm, Watches
from processors.learning.encoding import Encoder
from processors.learning.estimators import is_boundary_free
from processors.learning.examples import Examples
from processors.learning.model import Model, Online
from processors.learning.numbers import packed, unpacked
from processors.learning.prequential import Prequential
from processors.learning.statistics import Statistics
from processors.learning.steps.bayesian import Bayesian
from processors.learning.steps.pipeline import Pipeline
from processors.learning.steps.protocols import DivergedError, Numbers, Weights

#: Of the layout of a dumped learner.
_FORMAT = 1
#: So many rows at least make one look of the detectors at the mean error.
_LOOK_ROWS = 30
#: A prediction beyond this is none.
_LARGEST_PREDICTION = 1e120


@dataclass(frozen=True, slots=True, eq=False)
class Learned:
    """What came of some rows. `predictions`: one an example, made before it was learned, NaN where there is none; a
    probability in classification. `errors`: what was to be predicted less the prediction; in classification 1 for a
    wrong class, else 0. `refused`: rows that were not learned, by reason, with those that made no example. `rows`: all
    of them; `learned`: those that were learned. `statistics`: what can be taken out again, if the learner can that.
    """

    predictions: Numbers
    errors: Numbers
    rows: int
    learned: int
    refused: Mapping[str, int]
    prequential: Prequential
    by_date: Mapping[str, Prequential]
    alarms: tuple[Alarm, ...] = ()
    statistics: Statistics | None = None


class _Tick(NamedTuple):
    """A run of rows that are predicted with one state: which examples, how many rows, and whether it ends here."""

    examples: slice
    rows: int
    is_whole: bool


class Learner:
    """An online model with all of its state. Predictions, errors and what is learned depend on the rows alone: a tick
    that is cut is predicted on with the weights that it began with.

    `seen`: rows that it was given; `rows`: those of them that it knows; `refused`: others, by reason; `epoch`: how often
    it began anew.
    """

    def __init__(self, model: Model, online: Online) -> None:
        self.model, self._online = model, online
        self._is_boundary_free = is_boundary_free(online)
        self.seen = self.epoch = 0
        self.refused: dict[str, int] = {}
        self.prequential = Prequential()
        self._begin()

    @classmethod
    def new(cls, model: Model) -> Learner:
        """A learner that knows nothing, of a model with an `online` part."""
        if model.online is None:
            raise ValueError(f"{model.name} has no online part")
        return cls(model, model.online)

    def _begin(self) -> None:
        online = self._online
        numbers = [name for name, _ in self.model.numbers]
        self._encoder = Encoder(numbers, self.model.categories, online.categories_max)
        self._pipeline = Pipeline(online.steps, by_row=online.tick_rows == 1)
        self._watches = Watches(online.drift) if online.drift else None
        self.rows = self._in_tick = self._look_rows = self._look_scored = 0
        self._look_error = 0.0
        self._served: Weights | None = None

    @property
    def is_boundary_free(self) -> bool:
        """Whether rows may come in runs of any length; else each run must be whole ticks, but for the last one ever."""
        return self._is_boundary_free

    @property
    def can_unlearn(self) -> bool:
        """Whether rows can be taken out again: of sums that nothing else has changed."""
        return self._unlearning is not None

    @property
    def weights(self) -> Weights:
        """The linear model that it is now, over features as the estimator sees them."""
        return self._pipeline.estimator.weights()

    def predict(self, examples: Examples) -> Numbers:
        """One number an example, by all that is known now; nothing is learned."""
        with np.errstate(all="ignore"):
            matrix, _ = self._encoder.encoded(examples.numbers, examples.categories, learning=False)
            return _sane(self._pipeline.predicted(self._frame(matrix))) if len(matrix) else np.zeros(0)

    def fold(self, examples: Examples) -> Learned:
        """Predicts and learns the examples, tick by tick."""
        if examples.target is None:
            raise ValueError("examples without a target cannot be learned")
        folding = _Folding(examples, dict(examples.refused))
        with np.errstate(all="ignore"):
            for tick in self._ticks(examples):
                self._take(tick, folding)
        learned = folding.learned(self.model)
        self.prequential += learned.prequential
        for reason, count in learned.refused.items():
            self.refused[reason] = self.refused.get(reason, 0) + count
        return learned

    def unlearn(self, statistics: Statistics) -> None:
        """Takes out what a fold gave as statistics. What it forgot anyway, in an epoch before this one, is not there."""
        estimator = self._unlearning
        if estimator is None:
            raise ValueError(f"{self.model.name} cannot unlearn rows")
        if statistics.epoch != self.epoch:
            return
        estimator.unlearn(statistics)
        self.rows -= statistics.rows
        if self._served is not None:
            self._served = estimator.weights()

    def relearn(self, examples: Examples) -> Statistics:
        """Knows examples again that were taken out with others; what was said of them by then stays as it is. Gives
        what takes them out once more."""
        estimator = self._unlearning
        if estimator is None or examples.target is None:
            raise ValueError(f"{self.model.name} cannot learn these rows again")
        matrix, over = self._encoder.encoded(examples.numbers, examples.categories)
        kept = np.ones(len(matrix), dtype=np.bool_)
        for rows in over.values():
            kept[rows] = False
        statistics = Statistics.of(self._encoder.features, matrix[kept], examples.target[kept], self.epoch)
        self.unlearn(-statistics)
        return statistics

    @property
    def _unlearning(self) -> Bayesian | None:
        estimator = self._pipeline.estimator
        return estimator if self._is_boundary_free and isinstance(estimator, Bayesian) else None

    def _ticks(self, examples: Examples) -> Iterator[_Tick]:
        begin = 0
        while begin < examples.rows:
            end = min(begin + self._online.tick_rows - self._in_tick, examples.rows)
            first, last = np.searchsorted(examples.positions, (begin, end))
            is_whole = not self._is_boundary_free or end - begin + self._in_tick == self._online.tick_rows
            yield _Tick(slice(int(first), int(last)), end - begin, is_whole)
            begin = end

    def _take(self, tick: _Tick, folding: _Folding) -> None:
        if tick.examples.start < tick.examples.stop:
            self._meet(tick, folding)
        self.seen += tick.rows
        self._look_rows += tick.rows
        if not tick.is_whole:
            self._in_tick += tick.rows
            return
        self._in_tick, self._served = 0, None
        if self._watches and self._look_rows >= _LOOK_ROWS and self._look_scored:
            self._look(self._watches, folding)

    def _meet(self, tick: _Tick, folding: _Folding) -> None:
        """Predicts the examples of a tick, then learns them."""
        examples, at = folding.examples, tick.examples
        matrix, over = self._encoder.encoded(examples.numbers[at], examples.categories[at])
        target: Numbers = examples.target[at]  # type: ignore[index]
        frame = self._frame(matrix)
        predicted = _sane((self._served or self._pipeline).predicted(frame))
        errors = folding.score(at, self.model, target, predicted)
        self._look_error += float(np.nansum(errors))
        self._look_scored += int(np.count_nonzero(~np.isnan(errors)))
        if not tick.is_whole and self._served is None:
            self._served = self.weights
        if over:
            frame, target = folding.without(over, frame, target)
        if len(target):
            self._learn(frame, target, folding)

    def _learn(self, frame: pl.DataFrame, target: Numbers, folding: _Folding) -> None:
        before = self._pipeline.state()
        try:
            self._pipeline.learn(frame, target)
        except DivergedError:
            self._pipeline.restore(before)
            folding.refuse("diverged", len(target))
            return
        self.rows += len(target)
        folding.count += len(target)
        if self.can_unlearn:
            folding.keep(Statistics.of(frame.columns, frame.to_numpy(), target, self.epoch))

    def _look(self, watches: Watches, folding: _Folding) -> None:
        error = self._look_error / self._look_scored
        found = watches.look(error)
        for detector, looks in found:
            row_from = max(self.seen - looks * self._look_rows, 0)
            folding.alarms.append(Alarm(detector, row_from, self.seen, error))
        self._look_rows = self._look_scored = 0
        self._look_error = 0.0
        if found and self._online.drift and self._online.drift.on_alarm == "reset":
            self._begin()
            self.epoch += 1
            folding.statistics = None

    def _frame(self, matrix: npt.NDArray[np.float64]) -> pl.DataFrame:
        return pl.DataFrame(dict(zip(self._encoder.features, matrix.T, strict=True)))

    def dump(self) -> dict[str, Any]:
        """All of its state as plain JSON; floats exactly."""
        served = self._served
        return {
            "format": _FORMAT,
            "river": _release(RIVER),
            "definition_hash": self.model.definition_hash,
            "schema_hash": self.model.schema_hash,
            "seen": self.seen,
            "rows": self.rows,
            "refused": dict(self.refused),
            "epoch": self.epoch,
            "prequential": self.prequential.dump(),
            "categories": self._encoder.dump(),
            "pipeline": packed(self._pipeline.state()),
            "watches": self._watches.dump() if self._watches else None,
            "look": [self._look_rows, self._look_scored, self._look_error],
            "in_tick": self._in_tick,
            "served": None if served is None else [dict(served.by_feature), served.intercept, served.is_logistic],
        }

    @classmethod
    def load(cls, model: Model, dumped: Mapping[str, Any]) -> Learner:
        """The learner that was dumped. StateError where it is one of another definition, schema or version."""
        _refuse_others(model, dumped)
        learner = cls.new(model)
        learner.seen, learner.rows, learner.epoch = dumped["seen"], dumped["rows"], dumped["epoch"]
        learner.refused = dict(dumped["refused"])
        learner.prequential = Prequential.load(dumped["prequential"])
        learner._encoder.load(dumped["categories"])
        learner._pipeline.restore(unpacked(dumped["pipeline"]))
        if learner._watches:
            learner._watches.restore(dumped["watches"])
        learner._look_rows, learner._look_scored, learner._look_error = dumped["look"]
        learner._in_tick = dumped["in_tick"]
        learner._served = Weights(*dumped["served"]) if dumped["served"] else None
        return learner


class _Folding:
    """What is gathered while examples are folded."""

    def __init__(self, examples: Examples, refused: dict[str, int]) -> None:
        self.examples, self.refused = examples, refused
        self.predictions = np.full(len(examples.ids), np.nan)
        self.errors = np.full(len(examples.ids), np.nan)
        self.alarms: list[Alarm] = []
        self.statistics: Statistics | None = None
        self.count = 0

    def score(self, at: slice, model: Model, target: Numbers, predicted: Numbers) -> Numbers:
        """The errors of a tick; kept, as are the predictions. What is returned is their sizes."""
        self.predictions[at] = predicted
        errors = target - predicted
        if model.task == "classification":
            errors = np.where(np.isnan(predicted), np.nan, (predicted > 0.5) != (target > 0.5))
        self.errors[at] = errors
        sizes: Numbers = np.abs(errors)
        return sizes

    def refuse(self, reason: str, count: int) -> None:
        """Examples that are not learned."""
        self.refused[reason] = self.refused.get(reason, 0) + count

    def without(
        self, over: Mapping[str, npt.NDArray[np.int64]], frame: pl.DataFrame, target: Numbers
    ) -> tuple[pl.DataFrame, Numbers]:
        """The examples with no category too many."""
        kept = np.ones(len(target), dtype=np.bool_)
        for column, rows in over.items():
            self.refuse(f"category.{column}", len(rows))
            kept[rows] = False
        return frame.filter(pl.Series(kept)), target[kept]

    def keep(self, statistics: Statistics) -> None:
        """Adds a tick's statistics."""
        self.statistics = statistics if self.statistics is None else self.statistics + statistics

    def learned(self, model: Model) -> Learned:
        """What came of it all."""
        return Learned(
            self.predictions,
            self.errors,
            self.examples.rows,
            self.count,
            self.refused,
            self._prequential(model, slice(None)),
            dict(self._by_date(model)),
            tuple(self.alarms),
            self.statistics,
        )

    def _prequential(self, model: Model, which: Any) -> Prequential:
        target: Numbers = self.examples.target[which]  # type: ignore[index]
        return Prequential.of(model.task, target, self.predictions[which])

    def _by_date(self, model: Model) -> Iterator[tuple[str, Prequential]]:
        dates = self.examples.dates
        if dates is None:
            return
        for date in dates.unique(maintain_order=True).to_list():
            yield str(date), self._prequential(model, (dates == date).to_numpy())


def _sane(predicted: Numbers) -> Numbers:
    return np.where(np.abs(predicted) <= _LARGEST_PREDICTION, predicted, np.nan)


def _release(version: str) -> str:
    return ".".join(version.split(".")[:2])


def _refuse_others(model: Model, dumped: Mapping[str, Any]) -> None:
    ours = {
        "format": _FORMAT,
        "river": _release(RIVER),
        "definition_hash": model.definition_hash,
        "schema_hash": model.schema_hash,
    }
    for what, value in ours.items():
        if dumped.get(what) != value:
            raise StateError(
                f"the learner of {model.name} is of another {what.replace('_', ' ')} ({dumped.get(what)}, not {value}); "
                f"let it learn anew with `ade-stream train {model.name} --online`"
            )
