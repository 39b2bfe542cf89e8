"""The error budget: how many of the records of a file, and of the last ones of a dataset, are rejected.

Every record is a point at which the share is computed, so the first one that goes over a file's budget does not depend
on where micro-batches were cut.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

import numpy as np

from processors.outcome import RowIds
from sinks.base import Span
from sinks.files import RECORDS_MAX
from stream.config.budget import BudgetConfig

_NONE: RowIds = np.empty(0, np.int64)


@dataclass(frozen=True, slots=True)
class Excess:
    """`rejected` of `records` records are more than a budget allows.

    `record`: the number in its file of the one that was too many. `scope`: whether the records are those of the file up
    to it, all that there are of the file, or the last ones of the dataset. All that there are may yet become more.
    """

    record: int
    records: int
    rejected: int
    scope: Literal["beginning", "whole", "window"]

    def told(self, dataset: str, budget: BudgetConfig) -> str:
        """The excess as the beginning of a sentence.

        >>> Excess(9, 8, 6, "whole").told("orders", BudgetConfig(max_reject_percent=5))
        '6 of its 8 records are rejected (75 %), more than the budget of 5 %'
        """
        records = {
            "beginning": f"its first {self.records} records",
            "whole": f"its {self.records} records",
            "window": f"the last {self.records} records of {dataset}",
        }
        share = f"{100 * self.rejected / self.records:.3g} %"
        return f"{self.rejected} of {records[self.scope]} are rejected ({share}), more than the budget of \
{budget.max_reject_percent.normalize():f} %"


@dataclass(slots=True)
class _Tally:
    """Records one after the other: how many there were, and how many of them were `rejected`, those left out that are
    in `recent`: the places of the last rejected ones, ascending, from 1."""

    records: int = 0
    rejected: int = 0
    recent: RowIds = field(default_factory=lambda: _NONE)

    def excess(self, budget: BudgetConfig, window: int, places: RowIds, count: int) -> tuple[int, int, int] | None:
        """The first of `count` further records, of which those at `places` are rejected, with which more of the last
        `window` are rejected than allowed: its place, and of how many records how many.

        The share is greatest where a record is rejected, or where it is first judged.
        """
        if not (len(places) or len(self.recent) or self.rejected):
            return None
        first = budget.min_records - self.records
        points = places[places >= first]
        if 1 <= first <= count:
            points = np.union1d(points, [first])
        known, numbers = np.concatenate([self.recent, self.records + places]), self.records + points
        before = np.searchsorted(known, numbers - window, "right")
        rejected = self.rejected + np.searchsorted(known, numbers, "right") - before
        records = np.minimum(numbers, window)
        over = np.flatnonzero(rejected * budget.share.denominator > records * budget.share.numerator)
        return (int(points[over[0]]), int(records[over[0]]), int(rejected[over[0]])) if len(over) else None

    def add(self, window: int, places: RowIds, count: int) -> None:
        """Count them."""
        recent = np.concatenate([self.recent, self.records + places])
        self.records += count
        self.recent = recent[recent > self.records - window]


class Budgets:
    """What was counted against the budgets of datasets. `recorded`: of a file that was begun by another process, how
    many of its records are rejected, duplicates left out."""

    def __init__(
        self, budgets: Mapping[str, BudgetConfig | None] | None = None, recorded: Callable[[int], int] = lambda _: 0
    ) -> None:
        self.of = {dataset: budget for dataset, budget in (budgets or {}).items() if budget is not None}
        self._recorded = recorded
        self._rejected: dict[int, int] = {}
        self._windows: dict[str, _Tally] = {}

    def excess(self, dataset: str, spans: Sequence[Span], rejected: RowIds, *, at_end: bool) -> Excess | None:
        """Where the records of some spans, those `rejected` among them (ids, ascending), go over the dataset's budget.

        Nothing is counted. `at_end`: there are no more records in the files for now.
        """
        found: list[tuple[int, Excess]] = []
        for first, span, places in _by_span(spans, rejected):
            excess = self._of_file(self.of[dataset], span, places, at_end=at_end)
            found += [(first + excess.record - span.row_first, excess)] if excess else []
        over = self._of_window(dataset, spans, rejected)
        return min([*found, *([over] if over else [])], key=lambda each: each[0])[1] if found or over else None

    def count(self, dataset: str, spans: Sequence[Span], rejected: RowIds) -> None:
        """The records of the spans are taken."""
        for _, span, places in _by_span(spans, rejected):
            self._rejected[span.file_id] = self._before(span) + len(places)
        count = sum(span.row_count for span in spans)
        self._window(dataset).add(self.of[dataset].window, _in_a_row(spans, rejected), count)

    def _of_file(self, budget: BudgetConfig, span: Span, places: RowIds, *, at_end: bool) -> Excess | None:
        file = _Tally(span.row_first - 1, self._before(span))
        over = file.excess(budget, RECORDS_MAX, places, span.row_count)
        if over:
            return Excess(file.records + over[0], *over[1:], "beginning")
        records, bad = file.records + span.row_count, file.rejected + len(places)
        is_over = at_end and records < budget.min_records and bad > records * budget.share
        return Excess(records, records, bad, "whole") if is_over else None

    def _of_window(self, dataset: str, spans: Sequence[Span], rejected: RowIds) -> tuple[int, Excess] | None:
        """The excess, and its place among the records of the spans, from 0."""
        budget, count = self.of[dataset], sum(span.row_count for span in spans)
        over = self._window(dataset).excess(budget, budget.window, _in_a_row(spans, rejected), count)
        if over is None:
            return None
        first, span, _ = next(each for each in reversed(_by_span(spans, rejected)) if each[0] < over[0])
        return over[0] - 1, Excess(span.row_first + over[0] - 1 - first, *over[1:], "window")

    def restart(self, dataset: str) -> None:
        """Begin the dataset's window anew."""
        self._windows.pop(dataset, None)

    def _before(self, span: Span) -> int:
        """How many records of the file that stand before the span are rejected."""
        if span.row_first == 1:
            return 0
        if span.file_id not in self._rejected:
            self._rejected[span.file_id] = self._recorded(span.file_id)
        return self._rejected[span.file_id]

    def _window(self, dataset: str) -> _Tally:
        return self._windows.setdefault(dataset, _Tally())


def _by_span(spans: Sequence[Span], rejected: RowIds) -> list[tuple[int, Span, RowIds]]:
    """Each span with how many records precede it, and the places of its own rejected records, from 1."""
    firsts = np.cumsum([0, *(span.row_count for span in spans)]).tolist()
    borders = np.searchsorted(rejected, [span.id_first for span in spans]).tolist()
    return [
        (first, span, rejected[begin:end] - (span.id_first - 1))
        for first, span, begin, end in zip(firsts, spans, borders, [*borders[1:], len(rejected)], strict=False)
    ]


def _in_a_row(spans: Sequence[Span], rejected: RowIds) -> RowIds:
    """The places of the rejected records among those of all spans, from 1."""
    return np.concatenate([first + places for first, _, places in _by_span(spans, rejected)])
