"""What a replay would do, done in one transaction and undone.

Dates are replayed and closed one after the other, as a replay does it, so each is judged with what those before it
would have become. All that is stored is compared with what a reader still sees; then all of it is rolled back.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from processors.errors import SourceError
from sinks.consequences.pending import Pending, pending, strike
from sinks.database.lock import Turn
from sinks.differences.figures import redefined
from sinks.differences.vectors import recomputed
from sinks.reading import WarehouseReader
from sinks.warehouse import Warehouse
from stream.closing import open_lots, sum_up
from stream.config import Dataset
from stream.consequences.cascade import Step, carried_out, refitted
from stream.consequences.following import Following, still, with_verdicts
from stream.consequences.settled import settle
from stream.differing.difference import Compared, Difference
from stream.replay import Asked, Replayed, Request, asked, judged_date
from stream.writing import writing


def differences(
    configs: Path, landing: Path, path: Path, request: Request, turn: Turn
) -> tuple[list[Difference], Asked]:
    """What a replay would change, by date. Raises what replaying raises, and WarehouseError."""
    with writing(path, turn) as lock:
        asked_for = asked(configs, path, request)
        with Warehouse(path, asked_for.tables, aside=True, lock=lock) as warehouse:
            datasets, dates = asked_for.datasets, asked_for.dates
            how = {"refit": request.refit, "cascade": request.cascade}
            return compared(warehouse, datasets, dates, turn.stop, landing=landing, **how), asked_for


def compared(
    warehouse: Warehouse,
    datasets: Mapping[str, Dataset],
    dates: Iterable[tuple[str, str]],
    stop: threading.Event | None = None,
    *,
    refit: bool = False,
    cascade: bool = False,
    landing: Path | None = None,
) -> list[Difference]:
    """Replay dates, each of a dataset, in a warehouse that may be opened aside, and undo it: what each would come to,
    and behind them all other dates of which anything would be otherwise, by date and dataset."""
    with WarehouseReader(warehouse.path) as recorded, warehouse.transaction(keep=False):
        rehearsal = Rehearsal(warehouse, recorded, datasets, stop, landing)
        for date, name in dates:
            rehearsal.replay(name, date, refit=refit)
        settle(warehouse.connection, recorded, datasets, landing, pending(recorded.connection))
        if cascade:
            rehearsal.cascade()
        return list(rehearsal.differences())


@dataclass(slots=True)
class Rehearsal:
    """Replays dates inside the caller's transaction, which is to be undone. `recorded`: the warehouse as it is."""

    warehouse: Warehouse
    recorded: WarehouseReader
    datasets: Mapping[str, Dataset]
    stop: threading.Event | None
    landing: Path | None
    #: By dataset and date: what was replayed; and, in the order in which they were, the dates that were closed, and
    #: those of which rules over whole dates said something else then.
    done: dict[tuple[str, str], Replayed] = field(default_factory=dict)
    closed: dict[tuple[str, str], None] = field(default_factory=dict)
    otherwise: dict[tuple[str, str], None] = field(default_factory=dict)

    def replay(self, dataset: str, date: str, *, refit: bool) -> Replayed:
        """What `replay` does with a date, and what closes it."""
        with self.warehouse.part() as decision:
            its, of = self.datasets[dataset], self.landing
            following = Following(self.warehouse, self.datasets)
            done = judged_date(
                self.warehouse, self.recorded, its, date, self.stop, refit=refit, landing=of, following=following
            )
            decision.keep = done.changed
        if refit:
            strike(self.warehouse.connection, "parameters", dataset, date)
        otherwise = dict.fromkeys(self._close())
        self.otherwise |= otherwise
        follows = with_verdicts(done.consequences, (dataset, date), otherwise) if done.changed else ()
        self.done[dataset, date] = done = replace(done, consequences=follows)
        return done

    def _close(self) -> Iterator[tuple[str, str]]:
        """Close all open dates: those of which rules over whole dates say something else."""
        for table, dates in open_lots(self.warehouse):
            judged = sum_up(self.warehouse.connection, table, dates)
            self.closed |= {(table.dataset, each): None for each in dates}
            yield from ((table.dataset, each) for each in judged.otherwise)

    def cascade(self) -> None:
        """Make the parameters anew that rest on what was replayed. Learners and models are left."""

        def refit(each: Pending) -> Step:
            return refitted(each, self.replay(each.dataset, each.subject, refit=True))

        for step in carried_out(self.warehouse.connection, self.datasets, {"parameters": refit}):
            if step.failed:
                raise SourceError(step.failed)

    def differences(self) -> Iterator[Difference]:
        """Of each replayed date; then of each other one of which anything is otherwise."""
        before, after = self.recorded.connection, self.warehouse.connection
        views = dict[tuple[str, str], list[str]]()
        for each in recomputed(before, after):
            views.setdefault((each.dataset, each.date), []).append(each.view)
        known = pending(after)
        others = {*self.closed, *self.otherwise, *views, *redefined(before, after)} - set(self.done)
        for key in [*self.done, *sorted(others, key=lambda key: (key[1], key[0]))]:
            compare = Compared(before, after, *key, is_closed=key in self.closed, views=tuple(views.get(key, ())))
            found = compare.difference(self.done.get(key))
            if key in self.done:
                found = replace(found, consequences=still(self.done[key].consequences, known))
            if found.is_replayed or not found.is_none:
                yield found
