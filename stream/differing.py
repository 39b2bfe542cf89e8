"""`replay --diff`: what a replay would change, done and undone.

All dates are replayed in one transaction, so each is judged with what the ones before it would have become. Its rows
are compared with those that a reader still sees; then all of it is rolled back.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from processors.parameters.model import Fitted, Parameters, Statistic
from sinks.database.connection import Connection
from sinks.database.lock import Turn
from sinks.ledger.files import FileEntry, stored_files
from sinks.parameters.versions import RecordedParameters
from sinks.reading import WarehouseReader
from sinks.rows.differences import CellChange, RowChanges, row_changes
from sinks.rows.rejects import Place, Rejects
from sinks.warehouse import Warehouse
from stream.config import Dataset
from stream.replay import Asked, Replayed, Request, asked, replaced
from stream.writing import writing

_FIGURES_SHOWN = 50


@dataclass(frozen=True, slots=True)
class FigureChange:
    """A figure that is another. `group`: of the rows that have these cells in the columns `by`; empty for all rows."""

    kind: str
    column: str
    by: tuple[str, ...]
    group: tuple[str | None, ...]
    before: tuple[str, ...]
    after: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CellExample:
    """A cell that would be another, as text; None where it is null."""

    row: int
    path: str
    line: int
    before: str | None
    after: str | None


@dataclass(frozen=True, slots=True)
class ColumnDifference:
    """In how many rows a column's cell would be another."""

    column: str
    rows: int
    examples: tuple[CellExample, ...]


@dataclass(frozen=True, slots=True)
class Difference:
    """What replaying a date would do. `changed`, `added`, `gone`: staged rows with another cell, that would come, and
    that would go, in the files of the date; `elsewhere`: whether rows of other dates would change sides. `figures`: how
    many figures would be others; `figure_changes`: the first of them. `parameters`: the version, new where it is
    greater than any that is recorded.
    """

    dataset: str
    date: str
    files: int
    records: int
    accepted_before: int
    accepted: int
    changed: int
    added: int
    gone: int
    elsewhere: bool
    columns: tuple[ColumnDifference, ...]
    added_examples: tuple[Place, ...]
    gone_examples: tuple[Place, ...]
    parameters_before: int | None
    parameters: int | None
    figures: int
    figure_changes: tuple[FigureChange, ...]

    @property
    def is_none(self) -> bool:
        """Whether every row would be what it is."""
        return not (self.changed or self.added or self.gone or self.elsewhere)


def differences(
    configs: Path, landing: Path, path: Path, request: Request, turn: Turn
) -> tuple[list[Difference], Asked]:
    """What a replay would change, by date. Raises what replaying raises, and WarehouseError."""
    with writing(path, turn) as lock:
        asked_for = asked(configs, path, request)
        with Warehouse(path, asked_for.tables, lock=lock) as warehouse:
            found = compared(
                warehouse, asked_for.datasets, asked_for.dates, turn.stop, refit=request.refit, landing=landing
            )
            return list(found), asked_for


def compared(
    warehouse: Warehouse,
    datasets: Mapping[str, Dataset],
    dates: Iterable[tuple[str, str]],
    stop: threading.Event | None = None,
    *,
    refit: bool = False,
    landing: Path | None = None,
) -> Iterator[Difference]:
    """Replay dates, each of a dataset, compare their rows with what is committed, and undo all of it."""
    path = warehouse.path
    with (
        WarehouseReader(path) as recorded,
        Connection(path, read_only=True) as before,
        warehouse.transaction(keep=False),
    ):
        for date, name in dates:
            entries = list(stored_files(before, "dataset = ? AND date = ? AND state <> 'superseded'", name, date))
            done = replaced(warehouse, recorded, datasets[name], date, stop, refit=refit, landing=landing)
            yield _difference(warehouse.connection, before, entries, done)


def _difference(after: Connection, before: Connection, entries: Sequence[FileEntry], done: Replayed) -> Difference:
    """Inside the transaction in which the date was replayed, which `after` sees and `before` does not."""
    rows = row_changes(before, after, done.dataset, entries)
    had, has = (RecordedParameters(each).of_date(done.dataset, done.date) for each in (before, after))
    figures = list(_figure_changes(had, has if done.parameters else None))
    return Difference(
        dataset=done.dataset,
        date=done.date,
        files=done.files,
        records=done.records,
        accepted_before=sum(entry.accepted for entry in entries),
        accepted=done.accepted,
        changed=rows.changed,
        added=rows.added,
        gone=rows.gone,
        elsewhere=done.changed,
        columns=_columns(rows, after),
        added_examples=tuple(Rejects(after).place(row) for row in rows.come_examples),
        gone_examples=tuple(Rejects(after).place(row) for row in rows.gone_examples),
        parameters_before=done.parameters_before,
        parameters=done.parameters,
        figures=len(figures),
        figure_changes=tuple(figures[:_FIGURES_SHOWN]),
    )


def _columns(rows: RowChanges, after: Connection) -> tuple[ColumnDifference, ...]:
    return tuple(
        ColumnDifference(name, changes.rows, tuple(_example(after, each) for each in changes.examples))
        for name, changes in rows.columns.items()
    )


def _example(after: Connection, change: CellChange) -> CellExample:
    place = Rejects(after).place(change.row)
    return CellExample(change.row, place.path, place.line, change.before, change.after)


def _figure_changes(had: Parameters | None, has: Parameters | None) -> Iterator[FigureChange]:
    """Figures of all rows first, of each statistic."""
    before, after = _figures(had), _figures(has)
    for key in sorted({**before, **after}, key=lambda each: len(each[1]) > 0):
        statistic, group = key
        if (old := before.get(key, ())) != (new := after.get(key, ())):
            yield FigureChange(statistic.kind, statistic.column, statistic.by, group, old, new)


def _figures(parameters: Parameters | None) -> Mapping[tuple[Statistic, tuple[str | None, ...]], tuple[str, ...]]:
    fitted: tuple[Fitted, ...] = () if parameters is None else parameters.fitted
    return {(each.statistic, group): values for each in fitted for group, values in [((), each.values), *each.groups]}
