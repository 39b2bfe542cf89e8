"""Aggregates and states as Arrow arrays, from what counts, sums and extremes come to."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pyarrow as pa

from processors.columns import ColumnType
from processors.feature_views.exact_sums import Halves, doubles, whole, words
from processors.feature_views.folding import Folded, Results
from processors.feature_views.model import Aggregate
from processors.feature_views.states import Fold, folds
from processors.feature_views.values import DIGITS_MAX, Floats, Ints, decimals, held


def aggregated(aggregate: Aggregate, kinds: Mapping[str, ColumnType], results: Results) -> pa.Array:
    """The values of an aggregate."""
    parts = [results[fold, aggregate.frame] for fold in folds(aggregate)]
    if aggregate.function in {"sum", "avg"}:
        counts, sums = parts
        make = _mean if aggregate.function == "avg" else _total
        return make(sums, counts, kinds[aggregate.input or ""])
    return parts[0] if isinstance(parts[0], pa.Array) else pa.array(parts[0])


def _total(sums: Halves | Floats, counts: Ints, kind: ColumnType) -> pa.Array:
    """Sums; null of nothing, and where that is beyond the type."""
    if isinstance(sums, np.ndarray):
        return pa.array(sums, mask=(counts == 0) | ~np.isfinite(sums))
    if kind.name == "decimal":
        return decimals(*words(sums), counts == 0, ColumnType("decimal", DIGITS_MAX, kind.scale))
    integers, fit = whole(sums)
    return pa.array(integers, mask=(counts == 0) | ~fit)


def _mean(sums: Halves | Floats, counts: Ints, kind: ColumnType) -> pa.Array:
    """The sum, rounded to a double, by the count."""
    totals = sums if isinstance(sums, np.ndarray) else doubles(sums)
    nothing = counts == 0
    means = totals / (np.maximum(counts, 1) * 10.0**kind.scale)
    return pa.array(means, mask=nothing | ~np.isfinite(means))


def kept(fold: Fold, kinds: Mapping[str, ColumnType], folded: Folded) -> list[pa.Array]:
    """What a fold comes to, as its states are kept."""
    if fold.what == "sum":
        return [pa.array(half) for half in folded]
    if isinstance(folded, pa.Array):
        return [held(folded, kinds[fold.column or ""])]
    return [pa.array(folded)]
