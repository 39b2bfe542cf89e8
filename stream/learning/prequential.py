"""What the learner of a model would have said of each row before it learned it, in the order of the log."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from processors.learning.batch.measuring import Float64s
from processors.learning.examples import examples
from processors.outcome import RowIds
from sinks.database.connection import Connection
from sinks.models.log import entries
from stream.learning.gathering import Gathered

_ALL = 1 << 62


def prequential(connection: Connection, rows: Gathered) -> tuple[RowIds, Float64s, Float64s]:
    """Ids, targets and predictions, from one pass of a new learner over all rows; without those that it could not
    predict."""
    from processors.learning.learner import Learner

    order = _order(connection, rows)
    found = examples(rows.model, rows.rows.take(pa.array(order)))
    assert found.target is not None  # noqa: S101 - rows of a model have the column
    predictions = Learner.new(rows.model).fold(found).predictions
    told = ~np.isnan(predictions)
    return found.ids[told], found.target[told], predictions[told]


def _order(connection: Connection, rows: Gathered) -> RowIds:
    """The places of the rows in the order in which the log has them: by the last entry with which they came."""
    ids = rows.rows["_id"].to_numpy()
    came = np.zeros(len(ids), np.int64)
    for entry in entries(connection, rows.model.dataset, 0, _ALL):
        if entry.change == "added":
            first, end = np.searchsorted(ids, (entry.id_first, entry.id_last + 1))
            came[first:end] = entry.seq
    return came.argsort(kind="stable")
