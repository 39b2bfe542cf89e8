"""Closing of execution dates: what is said of whole dates, once all that is known of them is committed.

Which dates are to be closed is asked of the warehouse, where each commit, replay and retry opens its dates in its own
transaction. So nothing is forgotten: what was committed before a kill is summed up by the next run.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

from sinks.base import Finding
from sinks.closing.dates import close, open_dates
from sinks.closing.profiles import profile_date
from sinks.closing.results import Judged, judge_dates
from sinks.database.connection import Connection
from sinks.kpis.refreshing import refresh
from sinks.results.scores import record_scores
from sinks.table import Table
from sinks.warehouse import Warehouse
from stream.exporting.exports import Exports
from stream.running.barrier import Barrier
from stream.screens.findings import complain

#: So many dates are closed in one transaction.
DATES_AT_ONCE = 50


class Closings:
    """Closes dates, between commits and in the thread that commits, and tells what is found.

    `has_failed`: a rule with the action `fail` was found broken. `otherwise`: by dataset and date, of what rules over
    whole dates said something else when dates were closed last.
    """

    def __init__(self, warehouse: Warehouse, tell: Callable[[Finding], None] = complain) -> None:
        self._warehouse, self._tell = warehouse, tell
        self._exports = Exports(warehouse, tell)
        self.has_failed = False
        self.otherwise: list[tuple[str, str]] = []

    def at_barrier(self, barrier: Barrier) -> None:
        """Lift a barrier: close all open dates where it is of no dataset."""
        if barrier.dataset is None:
            began = time.monotonic()
            self.close()
            barrier.seconds = time.monotonic() - began
        barrier.lift()

    def close(self, until: Callable[[], bool] = lambda: False) -> None:
        """Sum up all open dates, in their order, and write the files that the config wants of them; dates of a dataset
        that no config describes wait until one does.

        Each transaction and each file is whole, and `until` is asked between them. Raises WarehouseError.
        """
        self.otherwise.clear()
        for table, dates in open_lots(self._warehouse):
            if until():
                return
            with self._warehouse.connection.transaction():
                closed = sum_up(self._warehouse.connection, table, dates)
                self._warehouse.count_findings(len(closed.findings))
            self.has_failed |= closed.failed
            self.otherwise += ((table.dataset, date) for date in closed.otherwise)
            for finding in closed.findings:
                self._tell(finding)
        self._exports.write(until)


def open_lots(warehouse: Warehouse) -> Iterator[tuple[Table, Sequence[str]]]:
    """The dates that are open now, some of a dataset at a time, as they are closed together; but for those of a dataset
    that no config describes."""
    tables = warehouse.tables
    for dataset, dates in open_dates(warehouse.connection).items():
        if dataset in tables:
            yield from ((tables[dataset], some) for some in _cut(dates))


def sum_up(connection: Connection, table: Table, dates: Sequence[str]) -> Judged:
    """Close some dates of a dataset, inside the caller's transaction: all that is found. Later dates that rules judged
    anew, as they look back at these, have their scores anew as well."""
    judged = judge_dates(connection, table, dates)
    findings = list(judged.findings)
    if table.profiling is not None:
        for date in dates:
            findings += profile_date(connection, table, table.profiling, date)
    findings += record_scores(connection, table, judged.dates)
    refresh(connection, table, dates)
    close(connection, table.dataset, dates)
    return replace(judged, findings=tuple(findings))


def _cut(dates: Sequence[str]) -> Iterator[Sequence[str]]:
    return (dates[first : first + DATES_AT_ONCE] for first in range(0, len(dates), DATES_AT_ONCE))
