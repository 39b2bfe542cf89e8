"""Which files a dataset is to have, and what is in each."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date as calendar_date

import polars as pl

from processors.errors import WarehouseError
from sinks.database.connection import Connection
from sinks.exports.clean import clean_rows
from sinks.exports.records import Edition, Export, changes_by_date, layout
from sinks.table import ExportKind, Table


@dataclass(frozen=True, slots=True)
class Projection:
    """What is written at once: the same rows as one file or in several formats. `rows`: all of them, in their order."""

    exports: tuple[Export, ...]
    rows: Callable[[], Iterator[pl.DataFrame]]


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
        if kind in _KINDS:
            yield from _KINDS[kind](connection, table, dates)


def _clean(connection: Connection, table: Table, dates: Dates) -> Iterator[Projection]:
    columns = layout(table.columns)
    for date, changes in changes_by_date(connection, table.dataset).items():
        if date in dates:
            path = f"clean/{table.dataset}/{_name(date)}.csv"
            export = Export(path, "clean", table.dataset, table.dataset, None, date, Edition(changes, columns))
            yield Projection((export,), lambda date=date: clean_rows(connection, table, date))  # type: ignore[misc]


def _name(date: str) -> str:
    """An execution date as the name of a file: it came from a path, and becomes one only if it is a date."""
    try:
        if calendar_date.fromisoformat(date).isoformat() == date:
            return date
    except ValueError:
        pass
    raise WarehouseError(f"{date!r} is recorded as an execution date and is none, so no file is named after it.")


_KINDS: Mapping[ExportKind, Callable[[Connection, Table, Dates], Iterator[Projection]]] = {"clean": _clean}
