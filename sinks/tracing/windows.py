"""The vector of one row in a view, and the rows that its windows look at."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from processors.feature_views.model import FeatureView
from sinks.database.connection import Connection, Scalar
from sinks.database.identifiers import feature_rows, quote
from sinks.feature_views.columns import (
    EVENT,
    ROW_ID,
    examples,
    key_types,
    matching,
    names,
    typed,
    vector_types,
    without_example,
)

#: Before and behind all instants.
_EVER_US = 1 << 62


@dataclass(frozen=True, slots=True)
class Seen:
    """How many rows a window looks at, and the ids of the first and the last of them; None where there are none."""

    rows: int
    first: int | None
    last: int | None


def vector_of(connection: Connection, view: FeatureView, staged: Mapping[str, Any]) -> pa.RecordBatch | None:
    """The vector of a staged row, typed: entity, place, features; None where it has none."""
    key, types = [staged.get(name) for name in key_types(view)], vector_types(view)
    if any(cell is None for cell in key):
        return None
    where = " AND ".join(f"{quote(name)} = ?" for name in key_types(view))
    rows = f"SELECT {names(types)} FROM {quote(feature_rows(view.name))} WHERE {where}"
    read = without_example(connection.table(f"SELECT {examples(types)} UNION ALL {rows}", *key))
    return typed(read, types) if read.num_rows else None


def seen_between(
    connection: Connection, view: FeatureView, entity: tuple[Scalar, ...], first_us: int | None, last_us: int
) -> Seen:
    """The rows of an entity, as it is stored, with an event time between two instants; None: all up to the last."""
    place = len(view.keys)
    where = f"{matching(view.keys)} AND {EVENT} BETWEEN ?{place + 1} AND ?{place + 2}"
    table = quote(feature_rows(view.name))
    ends = (
        f"(SELECT {ROW_ID} FROM {table} WHERE {where} ORDER BY {EVENT} {way}, {ROW_ID} {way} LIMIT 1)"
        for way in ("ASC", "DESC")
    )
    sql = f"SELECT count(*), {', '.join(ends)} FROM {table} WHERE {where}"
    [(count, first, last)] = connection.rows(sql, *entity, -_EVER_US if first_us is None else first_us, last_us)
    return Seen(int(str(count)), None if first is None else int(str(first)), None if last is None else int(str(last)))
