"""From definitions of views to what computes them, over the columns that their dataset has now."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, TypeAlias

from processors.feature_views.sql.definition import Definition
from stream.config.problems import Location

if TYPE_CHECKING:
    from stream.config.compiling.dataset import Dataset

#: A line of the SQL or a location in the YAML, and a sentence without its full stop.
ViewFault: TypeAlias = tuple[int | Location, str]
_KEYS = ("string", "category", "integer", "date")


def view_faults(definition: Definition, dataset: Dataset) -> Iterator[ViewFault]:
    """What is wrong with a view over the dataset. Its SQL is read where nothing else is wrong."""
    wrong = list(_beside_sql(definition, dataset))
    yield from wrong or _in_sql(definition, dataset)


def _beside_sql(definition: Definition, dataset: Dataset) -> Iterator[ViewFault]:
    types = dict(dataset.table.columns)
    if definition.event_time != dataset.table.event_time:
        has = f"has {dataset.table.event_time!r}" if dataset.table.event_time else "has none; give it one in its config"
        yield ("event_time",), f"must be the event_time of the dataset {dataset.name}, which {has}"
    for position, name in enumerate(definition.entity):
        where = ("entity", position)
        if name not in types:
            yield where, f"there is no column {name!r} in {dataset.name}; the columns are {', '.join(types)}"
        elif types[name].name not in _KEYS:
            yield where, f"{name!r} is a {types[name].written}; an entity is known by {', '.join(_KEYS)} columns"
    if len(set(definition.entity)) < len(definition.entity):
        yield ("entity",), "names a column twice"


def _in_sql(definition: Definition, dataset: Dataset) -> Iterator[ViewFault]:
    from processors.feature_views.sql.faults import ViewError
    from processors.feature_views.sql.parsing import parse_view

    try:
        parse_view(definition, dataset.table.columns)
    except ViewError as error:
        yield from ((fault.line, str(fault)) for fault in error.faults)


def with_compiled_views(dataset: Dataset) -> Dataset:
    """The dataset with the views that it has definitions of. Raises ViewError where one does not fit its columns."""
    if not dataset.definitions:  # reading SQL takes a library of 60 ms to import
        return dataset
    from processors.feature_views.sql.parsing import parse_view

    views = tuple(parse_view(each, dataset.table.columns) for each in dataset.definitions)
    return replace(dataset, table=replace(dataset.table, views=views))
