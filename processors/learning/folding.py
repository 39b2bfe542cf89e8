"""What comes of examples that are predicted and learned."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import reduce
from operator import add

import numpy as np

from processors.learning.design import Design, Numbers, Whole
from processors.learning.drift import Alarm
from processors.learning.encoding import Encoded, Encoder
from processors.learning.examples import Examples
from processors.learning.model import Task
from processors.learning.prequential import Prequential
from processors.learning.statistics import Statistics


@dataclass(frozen=True, slots=True, eq=False)
class Learned:
    """What came of some rows. `predictions`: one an example, made before it was learned, NaN where there is none; a
    probability in classification. `errors`: what was to be predicted less the prediction; in classification 1 for a
    wrong class, else 0. `rows`: all of them; `learned`: those that were learned; `refused`: others, by reason, with
    those that made no example. `by_date`: by execution date, where rows have one. `parts`: what can be taken out again
    of each part of the rows; None where nothing can.
    """

    predictions: Numbers
    errors: Numbers
    rows: int
    learned: int
    refused: Mapping[str, int]
    prequential: Prequential
    by_date: Mapping[str, Prequential]
    alarms: tuple[Alarm, ...]
    parts: tuple[Statistics | None, ...]

    @property
    def statistics(self) -> Statistics | None:
        """What can be taken out again of all rows."""
        known = [part for part in self.parts if part is not None]
        return reduce(add, known) if known else None


class Folding:
    """Gathers it, tick by tick."""

    def __init__(self, task: Task, examples: Examples, target: Numbers) -> None:
        self.examples, self.target, self._task = examples, target, task
        self.refused = dict(examples.refused)
        self.alarms: list[Alarm] = []
        self._parts: list[Statistics | None] = [None]
        self._predictions = np.full(len(target), np.nan)
        self._errors = np.full(len(target), np.nan)
        self._learned = self._offset = 0
        self._encoded: Encoded | None = None

    def design(self, encoder: Encoder, at: slice) -> Design:
        """The design matrix of a tick, with the features that are known behind it. Encoded with all that come after it:
        features are in the order in which they come, so these have the first of them."""
        if self._encoded is None:
            self._offset = at.start
            rest = slice(at.start, None)
            self._encoded = encoder.encoded(self.examples.numbers[rest], self.examples.categories[rest])
        rows = slice(at.start - self._offset, at.stop - self._offset)
        return self._encoded.design.part(rows, self._encoded.width(rows.stop))

    def scored(self, at: slice, predicted: Numbers) -> Numbers:
        """Keeps the predictions of a tick; the sizes of the errors that there are."""
        target = self.target[at]
        errors = target - predicted
        if self._task == "classification":
            errors = np.where(np.isnan(predicted), np.nan, (predicted > 0.5) != (target > 0.5))
        self._predictions[at], self._errors[at] = predicted, errors
        sizes: Numbers = np.abs(errors[~np.isnan(errors)])
        return sizes

    def learnable(self, at: slice, design: Design) -> tuple[Design, Numbers]:
        """The examples of a tick with no category too many."""
        target = self.target[at]
        surplus = self._encoded.surplus if self._encoded else {}
        if not surplus:
            return design, target
        kept = np.ones(len(target), dtype=np.bool_)
        for column, rows in surplus.items():
            mine = self._within(rows, at)
            self.refuse(f"category.{column}", len(mine))
            kept[mine] = False
        return design.only(kept), target[kept]

    def _within(self, rows: Whole, at: slice) -> Whole:
        begin, end = at.start - self._offset, at.stop - self._offset
        mine: Whole = rows[(rows >= begin) & (rows < end)] - begin
        return mine

    def refuse(self, reason: str, count: int) -> None:
        """Examples that are not learned."""
        if count:
            self.refused[reason] = self.refused.get(reason, 0) + count

    def learn(self, count: int, statistics: Statistics | None, epoch: int) -> None:
        """So many examples are learned."""
        self._learned += count
        if statistics is not None:
            more, before = replace(statistics, epoch=epoch), self._parts[-1]
            self._parts[-1] = more if before is None else before + more

    def end_part(self) -> None:
        """What follows is told apart."""
        part = self._parts[-1]
        self._parts[-1] = part and part.compact()
        self._parts.append(None)

    def forget(self) -> None:
        """The learner begins anew: nothing is there that could be taken out, and no category is known."""
        self._parts, self._encoded = [None] * len(self._parts), None

    def learned(self) -> Learned:
        """What came of it all."""
        return Learned(
            predictions=self._predictions,
            errors=self._errors,
            rows=self.examples.rows,
            learned=self._learned,
            refused=self.refused,
            prequential=Prequential.of(self._task, self.target, self._predictions),
            by_date=dict(self._by_date()),
            alarms=tuple(self.alarms),
            parts=tuple(self._parts[:-1]),
        )

    def _by_date(self) -> Iterator[tuple[str, Prequential]]:
        if self.examples.dates is None:
            return
        dates = self.examples.dates.dictionary_encode()
        codes = dates.indices.to_numpy()
        for code, date in enumerate(dates.dictionary.to_pylist()):
            of_it = codes == code if len(dates.dictionary) > 1 else slice(None)
            yield str(date), Prequential.of(self._task, self.target[of_it], self._predictions[of_it])
