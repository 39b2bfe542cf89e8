"""The vector of one entity: its latest, or that of an instant."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pyarrow as pa

from processors.casting.casting import expected
from processors.errors import ConfigError
from processors.feature_views.model import EVENT_US
from sinks.feature_views.reading import latest
from sinks.reading import WarehouseReader
from stream.features.probes import Probes, asked
from stream.features.spine import Page
from stream.features.vectors import Vectors
from stream.features.views import KnownView

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_AT = "AT"


@dataclass(frozen=True, slots=True)
class Vector:
    """`at`: the instant that it is of; its windows end before it. `row_id`: of the row whose vector it is; None where a
    person named the instant."""

    view: str
    version: int
    entity: Mapping[str, Any]
    at: datetime
    row_id: int | None
    features: Mapping[str, Any]


def latest_vector(recorded: WarehouseReader, known: KnownView, key: Sequence[str]) -> Vector:
    """That of the entity's last row. Raises ConfigError where there is none."""
    entities = _probe(known, key, "1970-01-01T00:00:00Z").rows
    found = latest(recorded.connection, known.view, entities).to_pylist()
    if not found:
        named = ", ".join(f"{name} {cell!r}" for name, cell in zip(known.view.keys, key, strict=True))
        raise ConfigError(
            f"{known.view.name}: there is no row of {named}. With --at an entity has a vector all the same: that of "
            "empty windows."
        )
    [row] = found
    return _vector(known, row, row[EVENT_US], row["_id"], row)


def vector_at(recorded: WarehouseReader, known: KnownView, key: Sequence[str], at: str) -> Vector:
    """That of an instant, of the rows before it, whether there are such or not."""
    probe = _probe(known, key, at).rows
    [entity] = probe.to_pylist()
    [features] = Vectors(recorded.connection, known.view).of(probe).to_pylist()
    return _vector(known, entity, entity[EVENT_US], None, features)


def _vector(
    known: KnownView, entity: Mapping[str, Any], event_us: int, row_id: int | None, features: Mapping[str, Any]
) -> Vector:
    return Vector(
        known.view.name,
        known.view.version,
        {name: entity[name] for name in known.view.keys},
        _EPOCH + timedelta(microseconds=event_us),
        row_id,
        {feature.name: features[feature.name] for feature in known.view.features},
    )


def _probe(known: KnownView, key: Sequence[str], at: str) -> Probes:
    """A spine of one row. Raises ConfigError where its cells cannot be read."""
    keys = known.view.keys
    if len(key) != len(keys):
        raise ConfigError(f"the entity of {known.view.name} is {', '.join(keys)}: give a KEY for each, in this order.")
    question = known.question(keys, _AT)
    row = pa.record_batch({name: [cell] for name, cell in zip((*keys, _AT), (*key, at), strict=True)})
    probes = asked(Page(row, (1,)), question)
    if probes.faults:
        raise ConfigError(f"{probes.faults[0].message}.")
    if probes.nameless:
        kinds = ", ".join(f"{name} must be {expected(kind)}" for name, _, kind in question.keys)
        raise ConfigError(f"an empty KEY is no entity: {kinds}.")
    return probes
