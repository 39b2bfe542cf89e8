"""Which version of the parameters an execution date has: the recorded one, or one that is made for it now.

That is decided where rows are committed, when all rows that may have a say in it are.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pyarrow as pa

from processors.parameters.fitting import fit
from processors.parameters.model import Fitted, Parameters
from processors.parameters.observing import observations
from sinks.database.connection import Connection
from sinks.parameters.observations import window
from sinks.parameters.versions import RecordedParameters, figures_hash
from stream.config import Dataset
from stream.running.barrier import Barrier


@dataclass(frozen=True, slots=True)
class Choosing:
    """Answers barriers behind which the first records of a date wait. `datasets`: as their contracts are now."""

    connection: Connection
    datasets: Mapping[str, Dataset]

    def at_barrier(self, barrier: Barrier) -> None:
        """Lift it, with the parameters where it asks for some."""
        if barrier.dataset is None or barrier.date is None:
            barrier.lift()
        else:
            barrier.lift(chosen(self.connection, self.datasets[barrier.dataset], barrier.date))


def chosen(connection: Connection, dataset: Dataset, date: str) -> Parameters | None:
    """Those that the date has, or takes from now on. None where there is nothing that they could be made of yet: then
    they are made of the first records of its first file."""
    recorded, name = RecordedParameters(connection), dataset.name
    known = recorded.of_date(name, date) or recorded.of_past(name, date)
    return known or made(connection, dataset, date) or recorded.newest(name)


def made(connection: Connection, dataset: Dataset, date: str) -> Parameters | None:
    """Those that the rows of the dates before make; None where there are none."""
    wanted, config = dataset.wanted, dataset.config.parameters
    columns = {name for each in wanted for name in (each.column, *each.by)}
    found = window(connection, dataset.table, columns, date, config.window_dates, config.window_rows)
    if found is None:
        return None
    return numbered(connection, dataset.name, date, found.through, figures(dataset, found.rows))


def figures(dataset: Dataset, rows: pa.RecordBatch) -> tuple[Fitted, ...]:
    """What the dataset's steps would know, of typed rows."""
    return fit(dataset.wanted, observations(rows, dataset.columns), dict(dataset.table.columns))


def numbered(
    connection: Connection, dataset: str, date: str, through: str | None, fitted: tuple[Fitted, ...]
) -> Parameters:
    """The figures as a version: that of the date, or of the last one before it, where they are the same; else a new
    one."""
    recorded, hashed = RecordedParameters(connection), figures_hash(fitted)
    for known in (recorded.of_date(dataset, date), recorded.of_date_before(dataset, date)):
        if known is not None and figures_hash(known.fitted) == hashed:
            return known
    newest = recorded.newest(dataset)
    return Parameters(dataset, 1 if newest is None else newest.version + 1, through, fitted)
