"""`replay`: dates replayed and closed, one after the other, and what follows; with `--cascade`, that too."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from sinks.consequences.pending import Pending, pending, strike
from sinks.database.lock import Turn
from sinks.models.learners import stored_learner
from sinks.warehouse import Warehouse
from stream.closing import Closings
from stream.config import Dataset
from stream.consequences.cascade import Step, carried_out, refitted
from stream.consequences.following import Following, left, still
from stream.consequences.model import Consequence
from stream.learning.relearning import learned_anew
from stream.lineage.telling import SILENT, Telling
from stream.replay import Replayed, Request, asked, replay
from stream.writing import writing


@dataclass(frozen=True, slots=True)
class Report:
    """What was replayed, and a sentence for each dataset passed over; what was `carried_out` behind it; and all that is
    `left` to do, whichever replay left it."""

    replayed: list[Replayed]
    passed_over: tuple[str, ...]
    carried_out: list[Step]
    left: list[Consequence]


def replay_dates(
    configs: Path, landing: Path, path: Path, request: Request, turn: Turn, telling: Telling = SILENT
) -> Report:
    """Replay what is asked for, each date in a transaction of its own, and close it.

    Raises what `replay` raises, and WarehouseError.
    """
    with writing(path, turn) as lock:
        asked_for = asked(configs, path, request)
        teller = telling.teller(asked_for.datasets, landing, path)
        with (
            Warehouse(path, asked_for.tables, replaying=True, lock=lock, teller=teller) as warehouse,
            telling.delivering(path),
            warehouse.recording("replay"),
        ):
            work = Replaying(warehouse, asked_for.datasets, configs, landing, turn)
            done = [work.date(name, date, refit=request.refit) for date, name in asked_for.dates]
            steps = work.cascade() if request.cascade else []
            known = pending(warehouse.connection)
    told = [replace(each, consequences=still(each.consequences, known)) for each in done]
    return Report(told, asked_for.passed_over, steps, left(known))


@dataclass(slots=True)
class Replaying:
    """Replays dates in a warehouse, and makes anew what rests on them."""

    warehouse: Warehouse
    datasets: Mapping[str, Dataset]
    configs: Path
    landing: Path
    turn: Turn
    closings: Closings = field(init=False)

    def __post_init__(self) -> None:
        """Dates are closed behind each replay."""
        self.closings = Closings(self.warehouse)

    def date(self, dataset: str, date: str, *, refit: bool) -> Replayed:
        """Replay a date and close it."""
        following, its = Following(self.warehouse, self.datasets), self.datasets[dataset]
        done = replay(self.warehouse, its, date, self.turn.stop, refit=refit, landing=self.landing, following=following)
        self.closings.close()
        if refit:
            with self.warehouse.connection.transaction():
                strike(self.warehouse.connection, "parameters", dataset, date)
        return done

    def cascade(self) -> list[Step]:
        """Carry out what is left."""
        does = {"parameters": self._refit, "learner": self._learn, "model": self._train}
        return list(carried_out(self.warehouse.connection, self.datasets, does))  # type: ignore[arg-type]

    def _refit(self, each: Pending) -> Step:
        return refitted(each, self.date(each.dataset, each.subject, refit=True))

    def _learn(self, each: Pending) -> Step:
        self._check()
        known = stored_learner(self.warehouse.connection, each.subject)
        learner = learned_anew(self.warehouse, each.subject, known.since if known else None).learner
        return Step("learner", each.dataset, each.subject, True, f"learned {learner.rows} rows anew")

    def _train(self, each: Pending) -> Step:
        from stream.learning.training import train

        self._check()
        made = train(self.configs, self.warehouse.path, each.subject).version
        told = f"version {made.version} is trained on {made.rows} rows" + (f", the {made.alias}" if made.alias else "")
        return Step("model", each.dataset, each.subject, True, told)

    def _check(self) -> None:
        if self.turn.stop.is_set():
            raise KeyboardInterrupt
