"""What accepting a column did to the rows, seen beside the transaction that did it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np

from processors.outcome import RowIds
from processors.reasons import TYPE
from sinks.base import whole_file
from sinks.database.connection import Connection
from sinks.ledger.files import FileEntry
from sinks.rows.backfill import filled, flagged, flagged_rows
from sinks.rows.evolution import columns_of
from sinks.rows.rejects import Rejects
from stream.accepting.request import Plan

EXAMPLES = 5


@dataclass(frozen=True, slots=True)
class Misfit:
    """A cell that is no value of the column's type."""

    path: str
    line: int
    value: str


@dataclass(frozen=True, slots=True)
class Sides:
    """Rows that were rejected and are accepted now, and the other way round."""

    accepted: int
    rejected: int


def sides(before: Connection, after: Connection, files: Iterable[FileEntry]) -> Sides:
    """Compare the rejects of files, as one connection and as the other sees them."""
    come = gone = 0
    for entry in files:
        was, now = _rejected(before, entry), _rejected(after, entry)
        come += len(np.setdiff1d(was, now, assume_unique=True))
        gone += len(np.setdiff1d(now, was, assume_unique=True))
    return Sides(come, gone)


def misfits(after: Connection, plan: Plan) -> tuple[int, tuple[Misfit, ...]]:
    """How many cells of the column are no values of its type, rejected with their record or kept beside it; and the
    first of them."""
    count, examples, rejects, name = 0, list[Misfit](), Rejects(after), plan.column.name
    for entry in plan.files:
        file_id, dataset = entry.file.file_id, entry.file.dataset
        refused = [times for rule, column, times in rejects.by_rule(file_id) if (rule, column) == (TYPE, name)]
        rescued = flagged(after, dataset, f"misfit.{name}", file_id)
        count += sum(refused) + rescued
        if refused and len(examples) < EXAMPLES:
            told = rejects.examples(file_id, TYPE, name, EXAMPLES)
            examples += [Misfit(each["path"], each["line"], each["value"]) for each in told]
        if rescued and len(examples) < EXAMPLES:
            examples += _rescued(after, plan, entry)
    return count, tuple(examples[:EXAMPLES])


def _rescued(after: Connection, plan: Plan, entry: FileEntry) -> Iterator[Misfit]:
    rejects, names = Rejects(after), plan.names_in(entry.file.header)
    flag = f"misfit.{plan.column.name}"
    for row, beside in flagged_rows(after, entry.file.dataset, flag, entry.file.file_id, EXAMPLES):
        place = rejects.place(row)
        yield Misfit(place.path, place.line, next((beside[name] for name in names if name in beside), ""))


def values(connection: Connection, plan: Plan) -> int:
    """How many staged rows have a value in the column, in the files that have it."""
    column = plan.column.name
    if column not in columns_of(connection, plan.request.dataset):
        return 0
    return sum(filled(connection, plan.request.dataset, column, entry.file.file_id) for entry in plan.files)


def _rejected(connection: Connection, entry: FileEntry) -> RowIds:
    return Rejects(connection).within(whole_file(entry.file.file_id))
