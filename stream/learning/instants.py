"""Typed rows with the features of their entities as of their own instants, as a model takes them."""

from __future__ import annotations

from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc

from processors.feature_views.model import EVENT_US, FeatureView
from processors.feature_views.values import arrow_type
from processors.frames import with_columns
from sinks.database.connection import Connection
from stream.features.vectors import Vectors


@dataclass(frozen=True, slots=True)
class Featured:
    """Rows that have an entity and an instant, with their features; and by reason the places of the others."""

    rows: pa.RecordBatch
    refused: dict[str, list[int]]


def featured(connection: Connection, view: FeatureView, event_time: str, rows: pa.RecordBatch) -> Featured:
    """The features that each row sees: those of rows with an earlier event time, which the warehouse knows of.

    `rows` have the entity's columns and, as a timestamp, `event_time`.
    """
    nulls = {name: rows[name].is_null() for name in dict.fromkeys((*view.keys, event_time))}
    refused = {f"null.{name}": pc.indices_nonzero(mask).to_pylist() for name, mask in nulls.items() if mask.true_count}
    known = rows
    if refused:
        unknown = {place for places in refused.values() for place in places}
        known = rows.take(pa.array([place for place in range(rows.num_rows) if place not in unknown], pa.int64()))
    vectors = Vectors(connection, view)
    features = vectors.of(_probes(view, event_time, known))
    return Featured(with_columns(known, dict(zip(features.schema.names, features.columns, strict=True))), refused)


def _probes(view: FeatureView, event_time: str, rows: pa.RecordBatch) -> pa.RecordBatch:
    keys = {name: rows[name].cast(arrow_type(kind)) for name, kind in view.entity}
    return pa.record_batch(keys | {EVENT_US: rows[event_time].cast(pa.int64())})
