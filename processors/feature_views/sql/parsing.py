"""From a view's SQL to its windows, its features and their types; see `model`.

The SQL is one SELECT over the staged table. Its columns are features: expressions over aggregates OVER windows that end
before the row's own time, and over `_event_us`. Keys may stand beside them, so that the query is of use by hand.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from sqlglot import exp

from processors.columns import ColumnType
from processors.feature_views.model import Feature, FeatureView
from processors.feature_views.sql.canonical import quoted
from processors.feature_views.sql.definition import Definition
from processors.feature_views.sql.faults import SqlError, ViewError, shown
from processors.feature_views.sql.hashing import json_hash, schema_hash, text_hash
from processors.feature_views.sql.kinds import bare
from processors.feature_views.sql.reading import Reading
from processors.feature_views.sql.statement import source, statement, surplus
from processors.feature_views.sql.windows import named_windows

_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,62}")


def parse_view(definition: Definition, columns: Sequence[tuple[str, ColumnType]]) -> FeatureView:
    """The view over a staged table with these columns, among which the entity's and the event time are.

    Raises ViewError with all that is wrong with the SQL.
    """
    faults: list[SqlError] = []
    with _noted(faults):
        select = statement(definition.sql)
        faults += surplus(select)
        tables = source(select, f"stg_{definition.dataset}")
        windows = named_windows(select.args.get("windows") or (), definition.entity, definition.horizon_us)
        reading = Reading(definition, dict(columns), tables, windows)
        view = _view(reading, select, faults)
    if faults:
        raise ViewError(faults)
    return view


@contextmanager
def _noted(faults: list[SqlError]) -> Iterator[None]:
    try:
        yield
    except SqlError as fault:
        faults.append(fault)
    except RecursionError:
        faults.append(SqlError(1, "is nested too deeply to be read; take it apart"))


@dataclass(frozen=True, slots=True)
class _Named:
    """A feature, and its expression in canonical SQL."""

    feature: Feature
    canonical: str


def _view(reading: Reading, select: exp.Select, faults: list[SqlError]) -> FeatureView:
    """What is made of the statement; of use where there are no faults."""
    definition, where = reading.definition, select.args.get("where")
    condition = None
    with _noted(faults):
        condition = None if where is None else reading.rows.condition(where.this)
    named = _features(reading, select, faults)
    entity = tuple((name, bare(reading.types[name])) for name in definition.entity)
    features = tuple(each.feature for each in named)
    return FeatureView(
        name=definition.name,
        version=definition.version,
        dataset=definition.dataset,
        entity=entity,
        horizon_us=None if reading.endless else reading.horizon_us,
        inputs=tuple(reading.gathering.inputs.values()),
        aggregates=tuple(reading.gathering.aggregates.values()),
        features=features,
        where=condition,
        sql=definition.sql,
        sql_hash=text_hash(_canonical(definition, named, condition)),
        config_hash=_config_hash(definition, reading.horizon_us),
        schema_hash=schema_hash([*entity, *((each.name, each.type) for each in features)]),
        description=definition.description,
    )


def _features(reading: Reading, select: exp.Select, faults: list[SqlError]) -> list[_Named]:
    taken = {name.lower() for name in reading.definition.entity}
    found: list[_Named] = []
    for column in (each for each in select.expressions if not reading.is_key(each)):
        with _noted(faults):
            named = _feature(reading, column, select.args.get("where"))
            if named.feature.name.lower() in taken:
                raise SqlError(column, f"the name {named.feature.name!r} is used twice")
            taken.add(named.feature.name.lower())
            found.append(named)
    if not (found or faults):
        faults.append(SqlError(select, "has no feature; write an aggregate OVER a window, and a name behind AS"))
    return found


def _feature(reading: Reading, column: exp.Expr, where: exp.Expr | None) -> _Named:
    canonical = reading.canonical(column.unalias())
    if not isinstance(column, exp.Alias):
        raise SqlError(column, f"{shown(column)} has no name; write one behind AS")
    if not _NAME.fullmatch(column.alias):
        raise SqlError(
            column, f"the name {column.alias!r} must begin with a letter, and have letters, digits and _ only"
        )
    sql, kind = reading.features(column.this)
    if column.find(exp.Window) is None:
        raise SqlError(column, f"{column.alias} looks at no window; a feature is made of aggregates over windows")
    sources = tuple(dict.fromkeys([*reading.sources(column), *(reading.sources(where) if where else ())]))
    return _Named(Feature(column.alias, reading.features.simply(sql), kind, sources), canonical)


def _canonical(definition: Definition, features: Sequence[_Named], where: str | None) -> str:
    chosen = ", ".join(f"{each.canonical} AS {quoted(each.feature.name)}" for each in features)
    clauses = ["SELECT", chosen, "FROM", quoted(f"stg_{definition.dataset}"), *(("WHERE", where) if where else ())]
    return " ".join(clauses)


def _config_hash(definition: Definition, horizon_us: int) -> str:
    return json_hash(
        {
            "view": definition.name,
            "dataset": definition.dataset,
            "entity": definition.entity,
            "event_time": definition.event_time,
            "horizon_us": horizon_us,
        }
    )
