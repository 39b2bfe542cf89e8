"""The features of a record, each with the rows that it was computed from."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from processors.feature_views.model import Aggregate, Feature, FeatureView
from processors.rules.expressions import parsed
from processors.tracing import as_text
from sinks.database.connection import Connection
from sinks.exports.features import stands
from sinks.feature_views.columns import EVENT
from sinks.rows.rejects import Place, Rejects
from sinks.tracing.windows import seen_between, vector_of
from stream.config import Dataset

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Window:
    """An aggregate of the rows of the entity from `since` (None: ever) until `until`, both included, in UTC: how many
    they are, the first and the last of them. `of`: the SQL of what is aggregated, None for count(*)."""

    function: str
    of: str | None
    since: str | None
    until: str
    rows: int
    first: Place | None
    last: Place | None


@dataclass(frozen=True, slots=True)
class FeatureValue:
    """A feature, as text, and what it was made of."""

    name: str
    value: str | None
    windows: tuple[Window, ...]


@dataclass(frozen=True, slots=True)
class Vector:
    """What a view has of a record. `why`: why it has nothing; empty where it has. `at`: the instant, in UTC."""

    view: str
    version: int
    why: str
    entity: Mapping[str, str | None]
    at: str | None
    features: tuple[FeatureValue, ...]


def vectors(connection: Connection, dataset: Dataset, staged: Mapping[str, Any]) -> Iterator[Vector]:
    """Those of a staged row, of each view of the dataset."""
    for view in dataset.table.views:
        yield _vector(connection, view, staged)


def _vector(connection: Connection, view: FeatureView, staged: Mapping[str, Any]) -> Vector:
    entity = {name: as_text(staged.get(name)) for name in view.keys}
    if not stands(connection, view):
        return Vector(
            view.name, view.version, "the warehouse does not have it as today's config does", entity, None, ()
        )
    found = vector_of(connection, view, staged)
    if found is None:
        return Vector(view.name, view.version, _why_none(view, staged), entity, None, ())
    at, cells = staged[EVENT], found.to_pylist()[0]
    key = tuple(staged[name] for name in view.keys)
    seen = {each.name: _window(connection, view, each, key, at) for each in view.aggregates}
    features = tuple(
        FeatureValue(each.name, as_text(cells[each.name]), tuple(_windows(each, seen))) for each in view.features
    )
    return Vector(view.name, view.version, "", entity, _moment(at), features)


def _why_none(view: FeatureView, staged: Mapping[str, Any]) -> str:
    missing = [name for name in (*view.keys, EVENT) if staged.get(name) is None]
    if missing:
        return f"the row is part of no entity: {', '.join(missing)} is null"
    return "the view passes over the row by its WHERE" if view.where else "the row has none"


def _windows(feature: Feature, seen: Mapping[str, Window]) -> Iterator[Window]:
    yield from (seen[name] for name in dict.fromkeys(parsed(feature.sql).meta.root_names()) if name in seen)


def _window(connection: Connection, view: FeatureView, each: Aggregate, key: tuple[Any, ...], at: int) -> Window:
    start = None if each.frame.start_us is None else at - each.frame.start_us
    end = at - each.frame.end_us
    found = seen_between(connection, view, key, start, end)
    first, last = (None if row is None else Rejects(connection).place(row) for row in (found.first, found.last))
    of = next((known.sql for known in view.inputs if known.name == each.input), None)
    since = None if start is None else _moment(start)
    return Window(each.function, of, since, _moment(end), found.rows, first, last)


def _moment(us: int) -> str:
    return (_EPOCH + timedelta(microseconds=us)).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
