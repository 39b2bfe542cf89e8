"""Vectors as they were known: of the rows alone that had come in by the instant they are asked for.

Probes of an entity between whose instants no row of it came in know the same rows: they are a group. The rows of each
group are laid out as if it were an entity of its own, and one evaluation computes all groups; so what is known changes
which rows there are, and nothing of how they are added up.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
import pyarrow as pa

from processors.columns import ColumnType
from processors.feature_views.evaluating import vectors
from processors.feature_views.model import EVENT_US, FeatureView
from processors.feature_views.reaching import in_order, reach
from processors.feature_views.timeline import Timeline, entity_codes
from processors.feature_views.values import Ints

#: When a row came in, in microseconds since 1970-01-01 UTC.
COMMITTED_US = "_committed_us"
#: So many rows are laid out at a time; of a group that has more, all of its own.
PAIRS_MAX = 1 << 20

_GROUP = "_group"


def known_vectors(
    view: FeatureView, rows: pa.RecordBatch, probes: pa.RecordBatch, pairs_max: int = PAIRS_MAX
) -> pa.RecordBatch:
    """The features of each probe, in their order. Of the rows before its instant those count that came in at the
    instant or earlier.

    `rows`: what `vectors` takes, and `_committed_us`. `probes`: the entity's columns and `_event_us`. No key is null.
    """
    grouped = replace(view, entity=((_GROUP, ColumnType("integer")),))
    order = in_order(view, probes)
    groups, places = _groups(view, rows, probes.take(pa.array(order)))
    bare = rows.drop_columns([COMMITTED_US])
    parts = [vectors(grouped, groups.rows(bare, places, page), groups.probes(page)) for page in groups.pages(pairs_max)]
    if not parts:
        return vectors(view, bare, probes)
    return pa.concat_batches(parts).take(pa.array(order.argsort()))


@dataclass(frozen=True, slots=True)
class _Groups:
    """Of probes in order, and rows in order. `probe_ends`: how many probes there are up to the end of each group.
    `row_first`, `row_end`: between which of the rows those lie that may matter to it. `committed`: when each row came
    in, and `instants` those of the probes."""

    probe_ends: Ints
    row_first: Ints
    row_end: Ints
    committed: Ints
    instants: Ints

    def pages(self, pairs_max: int) -> Iterator[slice]:
        """Groups that follow each other, as many as have `pairs_max` rows together."""
        ends = np.cumsum(self.row_end - self.row_first)
        first = 0
        while first < len(ends):
            before = ends[first - 1] if first else 0
            end = max(first + 1, int(np.searchsorted(ends, before + pairs_max, "right")))
            yield slice(first, end)
            first = end

    def rows(self, rows: pa.RecordBatch, places: Ints, page: slice) -> pa.RecordBatch:
        """What the groups of a page know, each row with its group in the place of its entity. `places`: of the rows,
        by their order."""
        first, counts = self.row_first[page], self.row_end[page] - self.row_first[page]
        group = np.repeat(np.arange(len(counts)), counts)
        within = np.arange(len(group)) - np.repeat(np.cumsum(counts) - counts, counts)
        laid_out = np.repeat(first, counts) + within
        known = self.committed[laid_out] <= self.instants[self.probe_ends[page] - 1][group]
        taken = rows.take(pa.array(places[laid_out[known]]))
        return pa.RecordBatch.from_arrays([pa.array(group[known]), *taken.columns], names=[_GROUP, *rows.schema.names])

    def probes(self, page: slice) -> pa.RecordBatch:
        """The probes of a page, each with its group."""
        ends = self.probe_ends[page]
        first = self.probe_ends[page.start - 1] if page.start else 0
        group = np.repeat(np.arange(len(ends)), np.diff(ends, prepend=first))
        return pa.record_batch({_GROUP: group, EVENT_US: self.instants[first : ends[-1]]})


def _groups(view: FeatureView, rows: pa.RecordBatch, probes: pa.RecordBatch) -> tuple[_Groups, Ints]:
    """Those of probes in order; and the places of the rows, by entity and event time."""
    keys = ([batch[name] for name in view.keys] for batch in (rows, probes))
    (of_rows, of_probes), entities = entity_codes(*keys)
    instants, committed = probes[EVENT_US].to_numpy(), rows[COMMITTED_US].to_numpy()
    arrivals = Timeline.of(of_rows, committed, entities)
    known = arrivals.before(of_probes, instants + 1)
    goes_on = (of_probes[1:] == of_probes[:-1]) & (known[1:] == known[:-1])
    ends = np.flatnonzero(np.append(~goes_on, [True])[: len(instants)]) + 1
    firsts = np.append(0, ends[:-1])[: len(ends)]
    timeline = Timeline.of(of_rows, rows[EVENT_US].to_numpy(), entities)
    row_first = timeline.before(of_probes[firsts], reach(view, instants[firsts]))
    row_end = timeline.before(of_probes[firsts], instants[ends - 1])
    return _Groups(ends, row_first, row_end, committed[timeline.order], instants), timeline.order
