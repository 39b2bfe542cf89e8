"""How many rows of a view lie in stretches of time."""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc

from processors.feature_views.model import FeatureView
from sinks.database.connection import Connection
from sinks.database.identifiers import feature_rows, quote
from sinks.feature_views.columns import EVENT, stored


def row_count(connection: Connection, view: FeatureView, stretches: pa.RecordBatch) -> int:
    """Of all together. `stretches`: the entity's columns, the first and the last instant."""
    keys = [f"{quote(name)} = ?{place}" for place, name in enumerate(view.keys, 1)]
    within = f"{EVENT} BETWEEN ?{len(keys) + 1} AND ?{len(keys) + 2}"
    sql = f"SELECT count(*) AS n FROM {quote(feature_rows(view.name))} WHERE {' AND '.join(keys)} AND {within}"
    counts = connection.batches_of_each(sql, stored(stretches)) if stretches.num_rows else ()
    return sum(pc.sum(batch["n"]).as_py() or 0 for batch in counts)
