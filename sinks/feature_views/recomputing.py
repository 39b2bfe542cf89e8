"""Vectors computed anew: of rows that came, and of those whose windows hold a row that came or went.

A row makes a difference to later rows of its entity, as far ahead as windows reach back. So of each entity that is
touched all rows from the first such instant on are looked at, with what windows see from there. Memory is bounded:
where that is too much at once, entities are taken in halves, and one alone with very many rows page by page.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from processors.feature_views.evaluating import vectors, vectors_and_states
from processors.feature_views.model import FeatureView
from processors.feature_views.states import needs_history, reach_us, states
from sinks.feature_views.columns import EVENT, ROW_ID, stored
from sinks.feature_views.rows import FIRST, LAST, RANGE, ROWS_MAX, FeatureRows, is_unbounded

#: No instant is before or behind these.
_EVER = 1 << 62


def touched(keys: tuple[str, ...], *rows: pa.RecordBatch) -> pa.RecordBatch:
    """The entities of some rows, in order, each with its `_first_us` and `_last_us`."""
    together = pa.Table.from_batches([each.select([*keys, EVENT]) for each in rows])
    spans = together.group_by(list(keys), use_threads=False).aggregate([(EVENT, "min"), (EVENT, "max")])
    [found] = spans.sort_by([(name, "ascending") for name in keys]).combine_chunks().to_batches() or [None]
    columns = [found[name] for name in (*keys, f"{EVENT}_min", f"{EVENT}_max")]
    return pa.RecordBatch.from_arrays(columns, names=[*keys, FIRST, LAST])


@dataclass(frozen=True, slots=True)
class Recomputing:
    """Keeps the vectors of a view. Every method runs inside the caller's transaction."""

    rows: FeatureRows

    @property
    def view(self) -> FeatureView:
        """The view."""
        return self.rows.view

    def bring(self, new: pa.RecordBatch, ranges: pa.RecordBatch) -> None:
        """`new` rows have come, and rows of the entities in `ranges` have changed between two instants each."""
        old = self.rows.around_unless_many(self._seen(ranges), ROWS_MAX)
        if old is not None:
            self._recompute(new, old, ranges)
            return
        self.rows.put(new)
        self._in_parts(ranges)

    def all(self) -> None:
        """All vectors, page by page, in the order of entity and time."""
        self._walk(None)

    def _in_parts(self, ranges: pa.RecordBatch) -> None:
        if ranges.num_rows == 1:
            self._walk(self._seen(ranges))
            return
        half = ranges.num_rows // 2
        for part in (ranges.slice(0, half), ranges.slice(half)):
            old = self.rows.around_unless_many(self._seen(part), ROWS_MAX)
            if old is None:
                self._in_parts(part)
            else:
                self._recompute(None, old, part)

    def _seen(self, ranges: pa.RecordBatch) -> pa.RecordBatch:
        """From where to where rows are looked at: with all that windows see, and all that see these instants."""
        end = pc.add(ranges[LAST], reach_us(self.view))
        if is_unbounded(self.view):
            end = pa.repeat(pa.scalar(_EVER), ranges.num_rows)
        return self._ranges(ranges, ranges[FIRST], end)

    def _ranges(self, rows: pa.RecordBatch, first: pa.Array, last: pa.Array) -> pa.RecordBatch:
        """Some entities, with what their rows see of the instants from `first` on, up to `last`."""
        seen = pc.subtract(first, reach_us(self.view))
        if needs_history(self.view):
            seen = pa.repeat(pa.scalar(-_EVER), rows.num_rows)
        columns = [*(rows[name] for name in self.view.keys), seen, last]
        return pa.RecordBatch.from_arrays(columns, names=[*self.view.keys, FIRST, LAST])

    def _recompute(self, new: pa.RecordBatch | None, old: pa.RecordBatch, ranges: pa.RecordBatch) -> None:
        """`old`: the rows around, each with the place of its range."""
        first = ranges[FIRST].to_numpy()[old[RANGE].to_numpy()]
        later = old[EVENT].to_numpy() >= first
        before = self._before(old, later)
        old = old.select(self.rows.names)
        probes = old.filter(pa.array(later))
        rows = old if new is None else pa.concat_batches([old, new])
        self._write(rows, probes if new is None else pa.concat_batches([probes, new]), before)

    def _before(self, old: pa.RecordBatch, later: npt.NDArray[np.bool_]) -> pa.RecordBatch | None:
        """The states at the oldest row of each entity, where that is older than all that changed."""
        if not states(self.view) or not old.num_rows:
            return None
        places = old[RANGE].to_numpy()
        order = np.lexsort((old[EVENT].to_numpy(), places))
        _, at = np.unique(places[order], return_index=True)
        oldest = order[at]
        return old.select([*self.view.keys, *states(self.view)]).take(pa.array(oldest[~later[oldest]]))

    def _walk(self, within: pa.RecordBatch | None) -> None:
        """All rows, or those of one entity between two instants, page by page. What stands before a page is done."""
        page = self.rows.page(within, None)
        while page.num_rows:
            context = self._context(page)
            before = self._before(context, np.zeros(context.num_rows, np.bool_))
            self._write(pa.concat_batches([context.select(self.rows.names), page]), page, before)
            page = self.rows.page(within, page.slice(page.num_rows - 1))

    def _context(self, page: pa.RecordBatch) -> pa.RecordBatch:
        """What the first rows of a page see of those before it; all others of it see nothing but the page."""
        first = page.slice(0, 1)
        found = self.rows.around(self._ranges(first, first[EVENT], first[EVENT]))
        at_once = pc.equal(found[EVENT], first[EVENT][0])
        return found.filter(pc.invert(pc.and_(at_once, pc.greater_equal(found[ROW_ID], first[ROW_ID][0]))))

    def _write(self, rows: pa.RecordBatch, probes: pa.RecordBatch, before: pa.RecordBatch | None) -> None:
        """Compute the vectors of `probes` by `rows`, and store both."""
        if not probes.num_rows:
            return
        if states(self.view):
            made, kept = vectors_and_states(self.view, rows, probes, before)
            self.rows.put(probes, stored(made), kept)
        else:
            self.rows.put(probes, stored(vectors(self.view, rows, probes)))
        self.rows.changed(probes)
