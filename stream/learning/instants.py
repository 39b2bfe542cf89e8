"""Typed rows with the features of their entities as of their own instants, as a model takes them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from processors.feature_views.inputs import passed_over
from processors.feature_views.model import EVENT_US, FeatureView
from processors.feature_views.values import arrow_type
from processors.frames import with_columns
from sinks.database.connection import Connection
from stream.features.vectors import Vectors

#: The reason of a row that the view does not take.
PASSED_OVER = "where"


@dataclass(frozen=True, slots=True)
class Featured:
    """Rows that the view takes, with an entity, an instant and their features; the places of the others, by reason."""

    rows: pa.RecordBatch
    refused: dict[str, npt.NDArray[np.int64]]


def featured(
    connection: Connection, view: FeatureView, event_time: str, rows: pa.RecordBatch, unknown: frozenset[str]
) -> Featured:
    """The features that each row sees: those of rows with an earlier event time, which the warehouse knows of. A row
    that the view passes over has none.

    `rows`: as they come from the steps of the dataset, which has the event time `event_time`. `unknown`: columns that
    are not known yet.
    """
    nulls = {name: pc.indices_nonzero(rows[name].is_null()) for name in dict.fromkeys((*view.keys, event_time))}
    refused = {f"null.{name}": places.to_numpy().astype(np.int64) for name, places in nulls.items() if len(places)}
    passed = passed_over(view, with_columns(rows, {EVENT_US: rows[event_time].cast(pa.int64())}), unknown)
    refused |= {PASSED_OVER: places} if len(places := np.flatnonzero(passed)) else {}
    nameless = np.concatenate([np.zeros(0, np.int64), *refused.values()])
    known = rows.take(pa.array(np.setdiff1d(np.arange(rows.num_rows), nameless)))
    features = Vectors(connection, view).of(_probes(view, event_time, known))
    return Featured(with_columns(known, dict(zip(features.schema.names, features.columns, strict=True))), refused)


def _probes(view: FeatureView, event_time: str, rows: pa.RecordBatch) -> pa.RecordBatch:
    keys = {name: rows[name].cast(arrow_type(kind)) for name, kind in view.entity}
    return pa.record_batch(keys | {EVENT_US: rows[event_time].cast(pa.int64())})
