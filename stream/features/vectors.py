"""The vectors of any entities at any instants, from the rows that a warehouse keeps of a view."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pyarrow as pa

from processors.feature_views.as_known import known_vectors
from processors.feature_views.evaluating import vectors
from processors.feature_views.model import FeatureView
from processors.feature_views.reaching import in_order, stretches
from sinks.database.connection import Connection
from sinks.feature_views.columns import feature_types
from sinks.feature_views.counting import row_count
from sinks.feature_views.reading import rows_between

#: So many rows of a view are looked at together; for an instant that looks at more, all of its own.
ROWS_MAX = 1 << 20


@dataclass(frozen=True, slots=True)
class Vectors:
    """Of a view. `as_known`: a row counts only at instants by which it had come in."""

    connection: Connection
    view: FeatureView
    as_known: bool = False
    rows_max: int = ROWS_MAX

    @property
    def types(self) -> list[pa.DataType]:
        """Of the features, in their order."""
        return list(feature_types(self.view).values())

    def of(self, probes: pa.RecordBatch) -> pa.RecordBatch:
        """The features of each probe (the entity's columns and `_event_us`, without nulls), in their order."""
        order = in_order(self.view, probes)
        found = pa.concat_batches(list(self._in_order(probes.take(pa.array(order)))))
        return found.take(pa.array(order.argsort()))

    def _in_order(self, probes: pa.RecordBatch) -> Iterator[pa.RecordBatch]:
        """Of probes in order. Where they look at too many rows, of one half and of the other."""
        wanted = stretches(self.view, probes)
        if probes.num_rows > 1 and row_count(self.connection, self.view, wanted) > self.rows_max:
            middle = probes.num_rows // 2
            yield from self._in_order(probes[:middle])
            yield from self._in_order(probes[middle:])
            return
        rows = rows_between(self.connection, self.view, wanted, with_commits=self.as_known)
        yield (known_vectors if self.as_known else vectors)(self.view, rows, probes)
