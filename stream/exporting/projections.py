"""Which files a dataset is to have, and what is in each."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date as calendar_date
from functools import partial

import pyarrow as pa

from processors.errors import WarehouseError
from processors.feature_views.model import FeatureView
from sinks.database.connection import Connection
from sinks.exports.clean import clean_rows
from sinks.exports.features import stands, vector_changes, vectors_of_date
from sinks.exports.kpis import closings, kpi_rows, kpi_stands
from sinks.exports.records import Edition, Export, changes_by_date, layout
from sinks.table import ExportKind, Table


@dataclass(frozen=True, slots=True)
class Projection:
    """What is written at once: the same rows as one file or in several formats. `rows`: all of them, in their order."""

    exports: tuple[Export, ...]
    rows: Callable[[], Iterator[pa.Table]]


@dataclass(frozen=True, slots=True)
class Dates:
    """The dates from `first` to `last`, both included; None: without an end."""

    first: str | None = None
    last: str | None = None

    def __contains__(self, date: str) -> bool:
        return (self.first is None or self.first <= date) and (self.last is None or date <= self.last)


ALL_DATES = Dates()


def projections(
    connection: Connection, table: Table, kinds: Iterable[ExportKind], dates: Dates = ALL_DATES
) -> Iterator[Projection]:
    """Of these kinds, all that a dataset has; `dates` says which of those that are of one date."""
    for kind in kinds:
        yield from _KINDS[kind](connection, table, dates)


def _clean(connection: Connection, table: Table, dates: Dates) -> Iterator[Projection]:
    columns = layout(table.columns)
    for date, changes in changes_by_date(connection, table.dataset).items():
        if date in dates:
            path = f"clean/{table.dataset}/{_name(date)}.csv"
            export = Export(path, "clean", table.dataset, table.dataset, None, date, Edition(changes, columns))
            yield Projection((export,), partial(clean_rows, connection, table, date))


def _features(connection: Connection, table: Table, dates: Dates) -> Iterator[Projection]:
    """A snapshot of each version; of one that another took the place of they stay as they were."""
    for view in table.views:
        if not stands(connection, view):
            raise _unknown(f"version {view.version} of feature view {view.name}")
        columns = layout([*view.entity, *((feature.name, feature.type) for feature in view.features)])
        for date, changes in vector_changes(connection, view).items():
            if date in dates:
                yield _snapshot(connection, view, date, Edition(changes, columns))


def _snapshot(connection: Connection, view: FeatureView, date: str, edition: Edition) -> Projection:
    path = f"features/{view.name}/v{view.version}/{_name(date)}"
    exports = tuple(
        Export(f"{path}{suffix}", "features", view.dataset, view.name, view.version, date, edition)
        for suffix in (".parquet", ".csv")
    )
    return Projection(exports, partial(vectors_of_date, connection, view, date))


def _kpis(connection: Connection, table: Table, dates: Dates) -> Iterator[Projection]:
    """The history of each KPI has all dates; it is meant where one of them is."""
    if not any(date in dates for date in changes_by_date(connection, table.dataset)):
        return
    changes = closings(connection, table.dataset)
    for kpi in table.kpis:
        if not kpi_stands(connection, table.dataset, kpi):
            raise _unknown(f"KPI {kpi.name} of {table.dataset}, as it is defined now,")
        path = f"kpis/{table.dataset}/{kpi.name}.csv"
        export = Export(path, "kpis", table.dataset, kpi.name, None, None, Edition(changes, kpi.hash))
        yield Projection((export,), partial(kpi_rows, connection, table.dataset, kpi))


def _unknown(what: str) -> WarehouseError:
    return WarehouseError(f"{what} is not in the warehouse yet; `ade-stream run` computes it. Then call it again.")


def _name(date: str) -> str:
    """An execution date as the name of a file: it came from a path, and becomes one only if it is a date."""
    try:
        if calendar_date.fromisoformat(date).isoformat() == date:
            return date
    except ValueError:
        pass
    raise WarehouseError(f"{date!r} is recorded as an execution date and is none, so no file is named after it.")


_KINDS: Mapping[ExportKind, Callable[[Connection, Table, Dates], Iterator[Projection]]] = {
    "clean": _clean,
    "features": _features,
    "kpis": _kpis,
}
