"""Which rows the windows hold at each of several instants."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import TypeAlias

import numpy as np
import pyarrow as pa

from processors.feature_views.model import EVENT_US, Frame
from processors.feature_views.timeline import Timeline, entity_codes
from processors.feature_views.values import Ints

Frames: TypeAlias = tuple[Frame, ...]

#: So many probes are looked for in their order: what stands near each other is found near each other.
_MANY = 1 << 15
#: No two timestamps lie so far apart; a window may be wider.
_FAR = 1 << 60


@dataclass(frozen=True, slots=True)
class Windows:
    """`order`: the places of the rows, by entity and instant; `instants` in that order. `bounds`: for frames of which
    something is asked together, a row a frame, a column a probe: the first row of the window in that order, and the one
    behind its last. `older`: for each probe the place of the state of its entity's older rows, or null.
    """

    order: Ints
    instants: Ints
    bounds: Mapping[Frames, tuple[Ints, Ints]]
    older: pa.Array | None

    @classmethod
    def of(
        cls,
        keys: Sequence[str],
        asked: Iterable[Frames],
        rows: pa.RecordBatch,
        probes: pa.RecordBatch,
        before: pa.RecordBatch | None,
    ) -> Windows:
        """Those of frames `asked` for at `probes`."""
        batches = (rows, probes) if before is None else (rows, probes, before)
        (of_rows, of_probes, *of_states), entities = entity_codes(
            *([batch[name] for name in keys] for batch in batches)
        )
        instants = rows[EVENT_US].to_numpy()
        timeline = Timeline.of(of_rows, instants, entities)
        bounds = _bounds(timeline, asked, of_probes, probes[EVENT_US].to_numpy())
        older = None if before is None else _places(of_states[0], entities).take(pa.array(of_probes))
        return cls(timeline.order, instants[timeline.order], bounds, older)


def _bounds(
    timeline: Timeline, asked: Iterable[Frames], codes: Ints, instants: Ints
) -> dict[Frames, tuple[Ints, Ints]]:
    order = np.argsort(timeline.keys_of(codes, instants), kind="stable") if len(codes) > _MANY else slice(None)
    codes, instants = codes[order], instants[order]

    @cache
    def before(distance: int | None) -> Ints:
        """How many rows stand before the first that is `distance` away or nearer; None: before the entity's first."""
        places = np.empty(len(codes), np.int64)
        places[order] = timeline.before(codes, None if distance is None else instants - min(distance, _FAR))
        return places

    bounds: dict[Frames, tuple[Ints, Ints]] = {}
    for frames in asked:
        last = np.stack([before(frame.end_us - 1) for frame in frames])
        bounds[frames] = np.minimum(np.stack([before(frame.start_us) for frame in frames]), last), last
    return bounds


def _places(codes: Ints, entities: int) -> pa.Array:
    """For each entity the place of its state, null where there is none."""
    places = np.full(entities, -1, np.int64)
    places[codes] = np.arange(len(codes))
    return pa.array(places, mask=places < 0)
