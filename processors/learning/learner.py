"""A learner: a model that keeps up with the rows. It predicts a tick of rows by what it knows, then it learns them.

>>> import pyarrow as pa
>>> from processors.columns import ColumnType
>>> from processors.learning.examples import examples
>>> from processors.learning.model import Step
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

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np

from processors.learning.design import Design, Numbers
from processors.learning.drift import Looks
from processors.learning.encoding import Encoder
from processors.learning.estimators import is_boundary_free
from processors.learning.examples import Examples
from processors.learning.folding import Folding, Learned
from processors.learning.model import Model, Online
from processors.learning.numbers import packed, unpacked
from processors.learning.prequential import Prequential
from processors.learning.statistics import Statistics
from processors.learning.steps.bayesian import Bayesian
from processors.learning.steps.pipeline import Pipeline
from processors.learning.steps.protocols import DivergedError
from processors.learning.versions import refuse_others, versions
from processors.learning.weights import Weights


class _Tick(NamedTuple):
    """A run of rows that are predicted by one state: which examples, how many rows, and whether it ends with them."""

    examples: slice
    rows: int
    is_whole: bool


class Learner:
    """An online model with all of its state.

    `seen`: rows that it was given; `rows`: those of them that it knows; `refused`: others, by reason; `epoch`: how
    often it began anew; `prequential`: how good its predictions were, all the time.
    """

    def __init__(self, model: Model, online: Online) -> None:
        self.model, self._online = model, online
        self.is_boundary_free = is_boundary_free(online)
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
        self._looks = Looks(online.drift)
        self.rows = self._in_tick = 0
        self._serving: Weights | None = None

    @property
    def can_unlearn(self) -> bool:
        """Whether rows can be taken out again: of sums that nothing else has changed."""
        return self._pipeline.unlearning is not None

    @property
    def weights(self) -> Weights:
        """The linear model that it is now, over features as its estimator sees them."""
        return self._pipeline.estimator.weights()

    def predict(self, examples: Examples) -> Numbers:
        """One number an example, by all that is known now; NaN where it is none. Nothing is learned."""
        if not len(examples.ids):
            return np.zeros(0)
        with np.errstate(all="ignore"):
            encoded = self._encoder.encoded(examples.numbers, examples.categories, learning=False)
            return self._pipeline.predicted(encoded.design)

    def fold(self, examples: Examples, ends: Sequence[int] = ()) -> Learned:
        """Predicts and learns the examples, tick by tick.

        Where the learner `is_boundary_free`, rows may come in runs of any length: a tick that is cut is predicted on
        with the weights that it began with. Else a run is whole ticks; what is left over at its end is a short one.
        With `ends`, each a number of rows, `parts` has what can be taken out again of the rows up to each of them.
        """
        if examples.target is None:
            raise ValueError("examples without a target cannot be learned")
        folding = Folding(self.model.task, examples, examples.target)
        with np.errstate(all="ignore"):
            for first, end in pairwise((0, *ends, examples.rows)):
                for tick in self._ticks(examples, first, end):
                    self._take(tick, folding)
                folding.end_part()
        learned = folding.learned()
        self.prequential += learned.prequential
        for reason, count in learned.refused.items():
            self.refused[reason] = self.refused.get(reason, 0) + count
        return learned

    def unlearn(self, statistics: Statistics) -> bool:
        """Takes out what a fold gave as statistics. Of an epoch before this one, it is forgotten anyway.

        False where that cannot be done exactly, since next to nothing would be left of what was added up: then nothing
        has changed, and `know` is the way.
        """
        if statistics.epoch != self.epoch:
            return True
        if not self._unlearning.take_out(statistics):
            return False
        self._known_are(self.rows - statistics.rows)
        return True

    def know(self, every: Iterable[Statistics]) -> None:
        """Knows the rows of which these are, and no others; what was said of rows by then stays as it is. Of epochs
        before this one, they are forgotten anyway."""
        known = [each for each in every if each.epoch == self.epoch]
        self._unlearning.know(known)
        self._known_are(sum(each.rows for each in known))

    def _known_are(self, rows: int) -> None:
        """Some rows went: categories that none of those left has make room for others."""
        self.rows = rows
        self._encoder.keep(self._unlearning.with_rows())
        self._unlearning.keep(self._encoder.features)
        if self._serving is not None:
            self._serving = self.weights

    @property
    def _unlearning(self) -> Bayesian:
        estimator = self._pipeline.unlearning
        if estimator is None:
            raise ValueError(f"{self.model.name} cannot unlearn rows")
        return estimator

    def statistics(self, examples: Examples) -> Statistics:
        """What would take these examples out, if it knew them as they are."""
        if examples.target is None:
            raise ValueError("examples without a target cannot be learned")
        encoded = self._encoder.encoded(examples.numbers, examples.categories)
        kept = np.ones(len(examples.target), dtype=np.bool_)
        for rows in encoded.surplus.values():
            kept[rows] = False
        design = encoded.design.only(kept)
        return Statistics.of(design.features, design.matrix, examples.target[kept], self.epoch).compact()

    def _ticks(self, examples: Examples, begin: int, stop: int) -> Iterator[_Tick]:
        while begin < stop:
            end = min(begin + self._online.tick_rows - self._in_tick, stop)
            first, last = np.searchsorted(examples.positions, (begin, end))
            is_whole = not self.is_boundary_free or end - begin + self._in_tick == self._online.tick_rows
            yield _Tick(slice(int(first), int(last)), end - begin, is_whole)
            begin = end

    def _take(self, tick: _Tick, folding: Folding) -> None:
        if tick.examples.start < tick.examples.stop:
            self._meet(tick, folding)
        self.seen += tick.rows
        self._looks.pass_by(tick.rows)
        if tick.is_whole:
            self._in_tick, self._serving = 0, None
            self._look(folding)
        else:
            self._in_tick += tick.rows

    def _meet(self, tick: _Tick, folding: Folding) -> None:
        """Predicts the examples of a tick, then learns them."""
        design = folding.design(self._encoder, tick.examples)
        predicted = (self._serving or self._pipeline).predicted(design)
        self._looks.add(folding.scored(tick.examples, predicted))
        if not tick.is_whole and self._serving is None:
            self._serving = self.weights
        design, target = folding.learnable(tick.examples, design)
        if len(target):
            self._learn(design, target, folding)

    def _learn(self, design: Design, target: Numbers, folding: Folding) -> None:
        try:
            statistics = self._pipeline.learn(design, target)
        except DivergedError:
            folding.refuse("diverged", len(target))
            return
        self.rows += len(target)
        folding.learn(len(target), statistics, self.epoch)

    def _look(self, folding: Folding) -> None:
        alarms = self._looks.alarms(self.seen)
        folding.alarms += alarms
        if alarms and self._online.drift and self._online.drift.on_alarm == "reset":
            self._begin()
            self.epoch += 1
            folding.forget()

    def dump(self) -> dict[str, Any]:
        """All of its state as plain JSON; floats exactly."""
        serving = self._serving
        return versions(self.model) | {
            "seen": self.seen,
            "rows": self.rows,
            "refused": dict(self.refused),
            "epoch": self.epoch,
            "prequential": self.prequential.dump(),
            "categories": self._encoder.dump(),
            "pipeline": packed(self._pipeline.state()),
            "looks": self._looks.dump(),
            "in_tick": self._in_tick,
            "serving": [dict(serving.by_feature), serving.intercept, serving.is_logistic] if serving else None,
        }

    @classmethod
    def load(cls, model: Model, dumped: Mapping[str, Any]) -> Learner:
        """The learner that was dumped. StateError where it is one of another definition, schema or version."""
        refuse_others(model, dumped)
        learner = cls.new(model)
        learner.seen, learner.rows, learner.epoch = dumped["seen"], dumped["rows"], dumped["epoch"]
        learner.refused = dict(dumped["refused"])
        learner.prequential = Prequential.load(dumped["prequential"])
        learner._encoder.load(dumped["categories"])
        learner._pipeline.restore(unpacked(dumped["pipeline"]))
        learner._looks.restore(dumped["looks"])
        learner._in_tick = dumped["in_tick"]
        learner._serving = Weights(*dumped["serving"]) if dumped["serving"] else None
        return learner
