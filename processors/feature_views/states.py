"""What is kept of an entity's rows before an instant, so that windows which reach back for ever go on from there.

A state is over all rows strictly before its instant, wherever the windows end, so windows share them. Sums are exact:
two whole numbers, of which the upper counts 2^32.

>>> from processors.columns import ColumnType
>>> from processors.feature_views.model import Aggregate, Frame, Input
>>> integer = ColumnType("integer")
>>> ever = Aggregate("_window_1", "sum", "_input_1", Frame(None), integer)
>>> view = FeatureView(
...     name="v", version=1, dataset="d", entity=(("who", integer),), horizon_us=None,
...     inputs=(Input("_input_1", "n", integer),), aggregates=(ever,), features=(), where=None,
...     sql="", sql_hash="", config_hash="", schema_hash="",
... )
>>> list(states(view))
['_state_count_input_1', '_state_high_input_1', '_state_low_input_1']
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Literal, TypeAlias

import pyarrow as pa

from processors.feature_views.model import Aggregate, FeatureView, Frame, Function
from processors.feature_views.values import held_type

What: TypeAlias = Literal["count", "sum", "min", "max"]

#: All rows before an instant: what states are over.
ALL = Frame(None)
#: What an aggregate is made of.
FOLDS: dict[Function, tuple[What, ...]] = {
    "count": ("count",),
    "sum": ("count", "sum"),
    "avg": ("count", "sum"),
    "min": ("min",),
    "max": ("max",),
}


@dataclass(frozen=True, slots=True)
class Fold:
    """A count, an exact sum or an extreme of what `column` holds; the count of None is that of rows."""

    what: What
    column: str | None

    @property
    def states(self) -> tuple[str, ...]:
        """The columns that keep it. A sum is kept in two halves."""
        parts = ("high", "low") if self.what == "sum" else (self.what,)
        return tuple(f"_state_{part}{self.column or ''}" for part in parts)


def folds(aggregate: Aggregate) -> tuple[Fold, ...]:
    """What an aggregate is made of."""
    return tuple(Fold(what, aggregate.input) for what in FOLDS[aggregate.function])


def needs_history(view: FeatureView) -> bool:
    """Whether some window needs all rows of an entity anew: the sum of doubles has no state of a fixed size."""
    numbers = {each.name for each in view.inputs if each.type.name == "number"}
    return any(fold.what == "sum" and fold.column in numbers for fold in _folds_for_ever(view))


def reach_us(view: FeatureView) -> int:
    """How far back of an instant rows must be given, beside the states over all that are older."""
    frames = [each.frame for each in view.aggregates]
    return max((frame.end_us if frame.start_us is None else frame.start_us for frame in frames), default=0)


def kept_folds(view: FeatureView) -> tuple[Fold, ...]:
    """What is kept between fetches: nothing where no window reaches back for ever, or where that would not do."""
    return () if needs_history(view) else _folds_for_ever(view)


@lru_cache(maxsize=256)
def states(view: FeatureView) -> dict[str, pa.DataType]:
    """The names and types of what is kept: int64, double or string."""
    held = {each.name: held_type(each.type) for each in view.inputs}
    return {
        name: held[fold.column] if fold.column and fold.what in {"min", "max"} else pa.int64()
        for fold in kept_folds(view)
        for name in fold.states
    }


def _folds_for_ever(view: FeatureView) -> tuple[Fold, ...]:
    for_ever = {fold for each in view.aggregates if each.frame.start_us is None for fold in folds(each)}
    return tuple(sorted(for_ever, key=lambda fold: fold.states))
