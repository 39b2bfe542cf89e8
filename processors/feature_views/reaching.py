"""Which rows probes look at: per entity, stretches of time that do not overlap."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from processors.feature_views.model import EVENT_US, FeatureView
from processors.feature_views.timeline import Timeline, entity_codes
from processors.feature_views.values import Ints

#: No time is earlier, and no sum of one with a window overflows.
EARLIEST_US = -(1 << 62)
#: The ends of a stretch, both included.
FIRST_US, LAST_US = "_first_us", "_last_us"


def in_order(view: FeatureView, probes: pa.RecordBatch) -> Ints:
    """The places of probes by entity and instant."""
    codes, entities = _codes(view, probes)
    return Timeline.of(codes, probes[EVENT_US].to_numpy(), entities).order


def stretches(view: FeatureView, probes: pa.RecordBatch) -> pa.RecordBatch:
    """What the windows of probes reach, which are in order: the entity, `_first_us` and `_last_us`.

    Windows that touch each other are one stretch, so no row is in two of them.
    """
    codes, _ = _codes(view, probes)
    instants = probes[EVENT_US].to_numpy()
    first, last = reach(view, instants), instants - 1
    follows = (codes[1:] == codes[:-1]) & (first[1:] <= last[:-1] + 1)
    begins = np.flatnonzero(np.append(True, ~follows)[: len(instants)])
    ends = np.append(begins[1:], len(instants))[: len(begins)] - 1
    entities = probes.select(view.keys).take(pa.array(begins))
    columns = [*entities.columns, pa.array(first[begins]), pa.array(last[ends])]
    return pa.RecordBatch.from_arrays(columns, names=[*view.keys, FIRST_US, LAST_US])


def reach(view: FeatureView, instants: Ints) -> Ints:
    """The first instant that a window of each reaches."""
    if view.horizon_us is None:
        return np.full_like(instants, EARLIEST_US)
    return np.maximum(instants - min(view.horizon_us, -EARLIEST_US), EARLIEST_US)


def _codes(view: FeatureView, probes: pa.RecordBatch) -> tuple[Ints, int]:
    [codes], entities = entity_codes([probes[name] for name in view.keys])
    return codes, entities
