"""A difference with its story: which row it is, where that came from, and what it was judged with."""

from __future__ import annotations

from dataclasses import dataclass, field

from sinks.database.connection import Connection
from sinks.verifying.books import Contradiction
from sinks.verifying.comparing import Divergence, changed_columns
from sinks.verifying.origins import Origin, origin, suite_of
from stream.verifying.beside import FileDifference
from stream.verifying.learners import LearnerDifference

#: A row with more other cells than that is told as a whole.
_NAMED = 3
_ALL = "all tables"


@dataclass(frozen=True, slots=True)
class CellDifference:
    """A cell as it is recorded and as it is recomputed, as text; None where it is null."""

    column: str
    recorded: str | None
    recomputed: str | None


@dataclass(frozen=True, slots=True)
class Difference:
    """The first thing that is otherwise in a table. `date`: None where it is of none alone. `row`: the id of the record
    that it is about, and `origin` where that came from, as far as they are known; `path`: its file. `suite_today`: the
    hash of the suite by which it was recomputed."""

    dataset: str | None
    date: str | None
    table: str
    told: str
    row: int | None = None
    path: str | None = None
    cells: tuple[CellDifference, ...] = field(default=())
    origin: Origin | None = None
    suite_today: str | None = None


def diverged(
    recorded: Connection, recomputed: Connection, found: Divergence, dataset: str, date: str | None
) -> Difference:
    """A row that is otherwise, is missing, or is one too many."""
    was, now = found.recorded, found.recomputed
    came = None if found.row is None else origin(recorded, found.row)
    path = came.path if came else (was or now or {}).get("path")
    today = None if came is None else suite_of(recomputed, came.span_id)
    if was is None or now is None:
        told = "a row is missing" if was is None else "a row is recorded that its records do not give"
        columns = [name for name, cell in (was or now or {}).items() if cell is not None]
    else:
        columns = list(changed_columns(was, now))
        told = f"a row has another {' and '.join(columns)}" if len(columns) <= _NAMED else "a row is otherwise"
    cells = tuple(CellDifference(name, (was or {}).get(name), (now or {}).get(name)) for name in columns)
    return Difference(dataset, date, found.table, told, found.row, path, cells, came, today)


def contradicted(recorded: Connection, found: Contradiction) -> Difference:
    """The ledger says what is not so."""
    came = None if found.row is None else origin(recorded, found.row)
    return Difference(found.dataset, found.date, found.table, found.told, found.row, found.path, origin=came)


def of_learner(recorded: Connection, found: LearnerDifference) -> Difference:
    """A learner that knows something else."""
    cells = (CellDifference(found.where, found.recorded, found.recomputed),)
    told = f"the learner of {found.model} comes to something else by the rows that are recorded"
    came = None if found.row is None else origin(recorded, found.row)
    return Difference(found.dataset, None, found.table, told, found.row, cells=cells, origin=came)


def of_file(found: FileDifference) -> Difference:
    """A file beside the warehouse."""
    return Difference(found.dataset, found.date, found.table, found.told, path=found.path)


def failed(dataset: str, date: str, why: str) -> Difference:
    """A date that cannot be recomputed."""
    return Difference(dataset, date, _ALL, why)


def inconsistent(why: str) -> Difference:
    """Nothing can be recomputed in tables that contradict each other."""
    return Difference(None, None, _ALL, f"what is recorded cannot be recomputed, since it contradicts itself: {why}")


def elsewhere(rows: int) -> Difference:
    """Nothing that was asked for is otherwise, and something else is."""
    told = f"{rows} rows of other dates or datasets, which have keys in common with these, would change sides"
    return Difference(None, None, _ALL, told)
