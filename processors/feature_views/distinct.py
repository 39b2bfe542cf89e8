"""Probes that ask for the same: rows of one entity at one instant, like the lines of an invoice, have one vector.

>>> asked = Distinct.of(["who"], pa.record_batch({"who": ["ann", "bob", "ann"], "_event_us": [1, 1, 1]}))
>>> asked.probes.to_pylist()
[{'who': 'ann', '_event_us': 1}, {'who': 'bob', '_event_us': 1}]
>>> asked.spread(pa.record_batch({"n": [10, 20]}))["n"].to_pylist()
[10, 20, 10]
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from processors.feature_views.model import EVENT_US
from processors.feature_views.timeline import Timeline, entity_codes


@dataclass(frozen=True, slots=True)
class Distinct:
    """`probes` of which no two ask for the same. `places`: for each one that was given the place of the one that asks
    for it; None: they were all distinct."""

    probes: pa.RecordBatch
    places: pa.Array | None

    @classmethod
    def of(cls, keys: Sequence[str], probes: pa.RecordBatch) -> Distinct:
        """Those that differ by entity (the columns `keys`) or instant."""
        [codes], entities = entity_codes([probes[name] for name in keys])
        timeline = Timeline.of(codes, probes[EVENT_US].to_numpy(), entities)
        is_first = np.diff(timeline.keys, prepend=-1) > 0
        if is_first.all():
            return cls(probes, None)
        places = np.empty(len(codes), np.int64)
        places[timeline.order] = np.cumsum(is_first) - 1
        return cls(probes.take(pa.array(timeline.order[is_first])), pa.array(places))

    def spread(self, found: pa.RecordBatch) -> pa.RecordBatch:
        """What was found for each of `probes`, for each one that was given."""
        return found if self.places is None else found.take(self.places)
