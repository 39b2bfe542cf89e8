"""Counts, sums and extremes of inputs over windows. What is asked of several windows is computed in one go."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from processors.columns import ColumnType
from processors.feature_views.exact_sums import Halves, between, carried, double_sums, integer_sums, running
from processors.feature_views.extremes import extremes, last_or_first
from processors.feature_views.inputs import of_instant
from processors.feature_views.model import FeatureView, Frame
from processors.feature_views.states import Fold
from processors.feature_views.values import Floats, Ints, Values, numbers_of, typed
from processors.feature_views.windows import Frames, Windows

#: What a fold comes to at each probe: a count, a sum of whole numbers or of doubles, or the typed extreme.
Folded: TypeAlias = Any
Results: TypeAlias = Mapping[tuple[Fold, Frame], Folded]


@dataclass(frozen=True, slots=True)
class Folding:
    """`values`: those of each input, by entity and instant. `before`: the states that `windows.older` speaks of."""

    windows: Windows
    values: Mapping[str, Values]
    kinds: Mapping[str, ColumnType]
    before: pa.RecordBatch | None

    @classmethod
    def of(cls, view: FeatureView, windows: Windows, rows: pa.RecordBatch, before: pa.RecordBatch | None) -> Folding:
        """That of the inputs of `view`."""
        values = {
            each.name: Values(windows.instants, None)
            if of_instant(each)
            else numbers_of(rows[each.name], each.type).take(windows.order)
            for each in view.inputs
        }
        return cls(windows, values, {each.name: each.type for each in view.inputs}, before)

    def folded(self, fold: Fold, frames: Frames) -> Sequence[Folded]:
        """What `fold` comes to over each of `frames`."""
        match fold.what:
            case "count":
                return list(self._counts(fold, frames))
            case "sum":
                return self._sums(fold, frames)
            case "min" | "max":
                return self._extremes(fold, frames)

    def _counts(self, fold: Fold, frames: Frames) -> Ints:
        counts = self._counts_of_rows(fold.column, frames)
        for place, (older,) in self._older(fold, frames):
            counts[place] += older
        return counts

    def _counts_of_rows(self, column: str | None, frames: Frames) -> Ints:
        first, last = self.windows.bounds[frames]
        known = None if column is None else self.values[column].known
        return last - first if known is None else between(running(known.astype(np.int64)), first, last)

    def _older(self, fold: Fold, frames: Frames) -> Iterator[tuple[int, list[Ints]]]:
        """For each of `frames` that reaches back for ever: its place, and the parts of the state at each probe."""
        for_ever = [place for place, frame in enumerate(frames) if frame.start_us is None]
        if self.before is not None and for_ever:  # of other folds there is no state
            parts = [self.before[name].take(self.windows.older).fill_null(0).to_numpy() for name in fold.states]
            yield from ((place, parts) for place in for_ever)

    def _sums(self, fold: Fold, frames: Frames) -> list[Halves] | list[Floats]:
        first, last = self.windows.bounds[frames]
        numbers = self.values[fold.column or ""].numbers
        if numbers.dtype == np.float64:
            return list(double_sums(numbers, first, last))
        high, low = integer_sums(numbers, first, last)
        for place, (older_high, older_low) in self._older(fold, frames):
            high[place], low[place] = carried(high[place] + older_high, low[place] + older_low)
        return list(zip(high, low, strict=True))

    def _extremes(self, fold: Fold, frames: Frames) -> list[pa.Array]:
        arrays = self._extremes_of_rows(fold, frames)
        if self.before is None or all(frame.start_us is not None for frame in frames):
            return arrays
        kind = self.kinds[fold.column or ""]
        older = typed(numbers_of(self.before[fold.states[0]], kind), kind).take(self.windows.older)
        return [
            _farther(array, older, fold.what == "max") if frame.start_us is None else array
            for frame, array in zip(frames, arrays, strict=True)
        ]

    def _extremes_of_rows(self, fold: Fold, frames: Frames) -> list[pa.Array]:
        column, greatest = fold.column or "", fold.what == "max"
        values, bounds = self.values[column], self.windows.bounds[frames]
        if values.numbers is self.windows.instants:
            found = last_or_first(values.numbers, *bounds, greatest)
        else:
            found = extremes(values.numbers, values.known, *bounds, greatest)
        known = self._counts_of_rows(column, frames) > 0
        return [typed(Values(*each, values.words), self.kinds[column]) for each in zip(found, known, strict=True)]


def _farther(one: pa.Array, other: pa.Array, greatest: bool) -> pa.Array:
    """The greater or the less of each two; where one is null the other."""
    pick = pc.max_element_wise if greatest else pc.min_element_wise
    if pa.types.is_timestamp(one.type):  # of which Arrow picks none
        return pick(one.view(pa.int64()), other.view(pa.int64())).view(one.type)
    return pick(one, other)
