"""Which rows the windows hold at each of several instants."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from processors.feature_views.model import EVENT_US, Frame
from processors.feature_views.timeline import Timeline, entity_codes
from processors.feature_views.values import Ints


@dataclass(frozen=True, slots=True)
class Windows:
    """`order`: the places of the rows, by entity and instant; `instants` in that order. `bounds`: for each frame and
    probe the first row of the window, counted in that order, and the one behind its last. `older`: for each probe the
    place of the state of its entity's older rows, null where there is none.
    """

    order: Ints
    instants: Ints
    bounds: dict[Frame, tuple[Ints, Ints]]
    older: pa.Array | None

    @classmethod
    def of(
        cls,
        keys: Sequence[str],
        frames: Iterable[Frame],
        rows: pa.RecordBatch,
        probes: pa.RecordBatch,
        before: pa.RecordBatch | None,
    ) -> Windows:
        """Those of `frames` at `probes`."""
        batches = (rows, probes) if before is None else (rows, probes, before)
        (of_rows, of_probes, *of_states), entities = entity_codes(
            *([batch[name] for name in keys] for batch in batches)
        )
        instants = rows[EVENT_US].to_numpy()
        timeline = Timeline.of(of_rows, instants, entities)
        bounds = _bounds(timeline, frames, of_probes, probes[EVENT_US].to_numpy())
        older = None if before is None else _places(of_states[0], entities).take(pa.array(of_probes))
        return cls(timeline.order, instants[timeline.order], bounds, older)

    def stacked(self, frames: Sequence[Frame]) -> tuple[Ints, Ints]:
        """The bounds of `frames`, a row a frame, a column a probe."""
        first, last = zip(*(self.bounds[frame] for frame in frames), strict=True)
        return np.stack(first), np.stack(last)


def _bounds(timeline: Timeline, frames: Iterable[Frame], codes: Ints, instants: Ints) -> dict[Frame, tuple[Ints, Ints]]:
    places: dict[int | None, Ints] = {}

    def before(distance: int | None) -> Ints:
        """How many rows stand before the first that is `distance` away or nearer; None: before the entity's first."""
        if distance not in places:
            places[distance] = timeline.before(codes, None if distance is None else instants - distance)
        return places[distance]

    bounds: dict[Frame, tuple[Ints, Ints]] = {}
    for frame in frames:
        last = before(frame.end_us - 1)
        bounds[frame] = np.minimum(before(frame.start_us), last), last
    return bounds


def _places(codes: Ints, entities: int) -> pa.Array:
    """For each entity the place of its state, null where there is none."""
    places = np.full(entities, -1, np.int64)
    places[codes] = np.arange(len(codes))
    return pa.array(places, mask=places < 0)
