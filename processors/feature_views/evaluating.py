"""The vectors of a feature view: what was known of entities before instants, from the rows that they had.

A vector depends on the rows in its windows alone: not on what else is at hand, and not on its order. Rows at the
instant itself are not seen. Sums are exact, and what is made of them is rounded once.

>>> from processors.columns import ColumnType
>>> from processors.feature_views.model import Aggregate, Feature, Frame, Input
>>> integer = ColumnType("integer")
>>> view = FeatureView(
...     name="v", version=1, dataset="d", entity=(("who", ColumnType("string")),), horizon_us=10,
...     inputs=(Input("_input_1", "n", integer),),
...     aggregates=(Aggregate("_window_1", "sum", "_input_1", Frame(10), integer),),
...     features=(Feature("n_10", "_window_1", integer, ("n",)),),
...     where=None, sql="", sql_hash="", config_hash="", schema_hash="",
... )
>>> rows = pa.record_batch({"who": ["ann"] * 3, "_event_us": [1, 5, 11], "_id": [1, 2, 3], "_input_1": [7, 20, 500]})
>>> probes = pa.record_batch({"who": ["ann", "ann", "bob"], "_event_us": [11, 12, 12]})
>>> vectors(view, rows, probes)["n_10"].to_pylist()
[27, 520, None]
"""

from __future__ import annotations

import pyarrow as pa

from processors.feature_views.aggregating import aggregated, kept
from processors.feature_views.distinct import Distinct
from processors.feature_views.expressions import featured
from processors.feature_views.folding import Folding, Results
from processors.feature_views.model import EVENT_US, FeatureView
from processors.feature_views.planning import Plan, planned
from processors.feature_views.states import ALL, kept_folds, states
from processors.feature_views.windows import Windows


def vectors(
    view: FeatureView, rows: pa.RecordBatch, probes: pa.RecordBatch, before: pa.RecordBatch | None = None
) -> pa.RecordBatch:
    """The features of the entity of each probe at its instant; one row a probe, in their order.

    `rows`: the entity's columns, `_event_us`, and what `inputs` adds to them, in any order. `probes`: the entity's
    columns and `_event_us`, in any order. There are no nulls among these keys. `before`: for some of the entities one
    row, their columns and `states(view)`, over all rows that are older than those in `rows`; a probe must not lie
    nearer than `reach_us(view)` to any of these.
    """
    plan, asked = planned(view, False), Distinct.of(view.keys, probes)
    return asked.spread(_features(view, plan, asked.probes, _results(view, plan, rows, asked.probes, before)))


def vectors_and_states(
    view: FeatureView, rows: pa.RecordBatch, probes: pa.RecordBatch, before: pa.RecordBatch | None = None
) -> tuple[pa.RecordBatch, pa.RecordBatch]:
    """The features, as `vectors` has them, and the states at each probe: over all rows strictly before its instant."""
    plan, asked = planned(view, True), Distinct.of(view.keys, probes)
    results = _results(view, plan, rows, asked.probes, before)
    return asked.spread(_features(view, plan, asked.probes, results)), asked.spread(_states(view, plan, results))


def _results(
    view: FeatureView, plan: Plan, rows: pa.RecordBatch, probes: pa.RecordBatch, before: pa.RecordBatch | None
) -> Results:
    before = before if states(view) else None
    windows = Windows.of(view.keys, dict.fromkeys(plan.wanted.values()), rows, probes, before)
    folding = Folding.of(view, windows, rows, before)
    return {
        (fold, frame): folded
        for fold, frames in plan.wanted.items()
        for frame, folded in zip(frames, folding.folded(fold, frames), strict=True)
    }


def _features(view: FeatureView, plan: Plan, probes: pa.RecordBatch, results: Results) -> pa.RecordBatch:
    aggregates = {each.name: aggregated(each, plan.kinds, results) for each in view.aggregates}
    return featured(view, aggregates | {EVENT_US: probes[EVENT_US]})


def _states(view: FeatureView, plan: Plan, results: Results) -> pa.RecordBatch:
    arrays = [array for fold in kept_folds(view) for array in kept(fold, plan.kinds, results[fold, ALL])]
    return pa.RecordBatch.from_arrays(arrays, schema=pa.schema(list(states(view).items())))
