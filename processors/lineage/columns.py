"""From which columns each column of a table is made."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

from processors.columns import Column, ColumnType
from processors.feature_views.model import Aggregate, FeatureView
from processors.features import Feature
from processors.naming.matching import declared
from processors.rules.expressions import parsed

#: OpenLineage's kinds of direct transformations.
Making: TypeAlias = Literal["IDENTITY", "TRANSFORMATION", "AGGREGATION"]


_HOUR_US = 3_600_000_000


@dataclass(frozen=True, slots=True)
class Made:
    """A column, and of which columns of the table or file before it is made. `sql`: how, where that is written."""

    name: str
    type: str
    sources: tuple[str, ...]
    making: Making
    sql: str = ""


def staged(
    columns: Sequence[tuple[str, ColumnType]],
    described: Sequence[Column],
    features: Mapping[str, Feature],
    header: Sequence[str],
) -> tuple[Made, ...]:
    """The columns of a staged table, made of the columns of a file with a `header`. A derived column is made of what
    the columns are made of that it is computed from. A column that the file lacks is made of nothing.

    >>> n, total = ColumnType("integer"), ColumnType("number")
    >>> double = Feature("double", "n * 2", total)
    >>> made = staged([("n", n), ("double", total)], [Column("n", "N", n)], {"double": double}, ["N"])
    >>> [(each.name, each.sources, each.making) for each in made]
    [('n', ('N',), 'TRANSFORMATION'), ('double', ('N',), 'TRANSFORMATION')]
    """
    names = {column.name: name for name, column in declared(header, described).items()}
    sources: dict[str, tuple[str, ...]] = {}
    made = []
    for name, kind in columns:
        feature = features.get(name)
        if feature is None:
            sources[name] = (names[name],) if name in names else ()
            making: Making = "IDENTITY" if kind.is_text else "TRANSFORMATION"
            made.append(Made(name, kind.written, sources[name], making))
        else:
            roots = parsed(feature.sql).meta.root_names()
            sources[name] = tuple(dict.fromkeys(source for root in roots for source in sources.get(root, ())))
            made.append(Made(name, kind.written, sources[name], "TRANSFORMATION", feature.sql))
    return tuple(made)


def vectors(view: FeatureView) -> tuple[Made, ...]:
    """The columns of a view's table, made of staged columns."""
    return tuple(_vectors(view))


def _vectors(view: FeatureView) -> Iterator[Made]:
    for name, kind in view.entity:
        yield Made(name, kind.written, (name,), "IDENTITY")
    inputs = {each.name: each.sql for each in view.inputs}
    windows = {each.name: _window(each, inputs) for each in view.aggregates}
    for feature in view.features:
        sql = _QUOTED_WINDOW.sub(lambda found: windows.get(found[1], found[0]), feature.sql)
        yield Made(feature.name, feature.type.written, feature.sources, "AGGREGATION", sql)


_QUOTED_WINDOW = re.compile(r'"?(_window_\d+)"?')


def _window(aggregate: Aggregate, inputs: Mapping[str, str]) -> str:
    """What it adds up, in words."""
    of = "*" if aggregate.input is None else inputs[aggregate.input]
    start_us = aggregate.frame.start_us
    over = "of all before" if start_us is None else f"of {start_us / _HOUR_US:g} hours"
    return f"{aggregate.function}({of}) {over}"
