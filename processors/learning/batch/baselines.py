"""What costs nothing to predict: the mean of what was trained on, and that nothing changes."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import polars as pl

from processors.learning.batch.measuring import Float64s

BASELINES = ("mean", "no_change")


def mean(train: Float64s, count: int) -> Float64s:
    """So many times the mean of the targets that were trained on; of 0 and 1 it is how likely 1 is."""
    return np.full(count, train.mean())


def no_change(targets: pl.DataFrame, entity: Sequence[str], fallback: float) -> Float64s:
    """The last known target of the entity before each row, in the order of event times; where it has none, `fallback`.
    Without an entity, that of any row before.

    `targets`: the entity's columns, `_event_us`, `_id` and `target`, of all rows.
    """
    before = pl.col("target").forward_fill().shift(1)
    ordered = targets.with_row_index(" row").sort("_event_us", "_id")
    known = ordered.with_columns((before.over(entity) if entity else before).fill_null(fallback).alias(" before"))
    return known.sort(" row")[" before"].to_numpy()
