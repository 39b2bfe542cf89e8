"""Scores, drift and learners as the warehouse has them, asked for now and then and remembered in between."""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from processors.errors import WarehouseError
from sinks.database.connection import Connection
from sinks.live import Standings, standings
from stream.config import Dataset
from stream.running.snapshot import DatasetNow, DriftedColumn, ModelNow

#: So many dates make a trend.
DATES = 30
_EVERY_SECONDS = 2.0
#: Asking takes at most this share of the time.
_SHARE = 0.02
_MEASURES = ("mae", "log_loss", "accuracy")


@dataclass(slots=True)
class Pace:
    """When something is to be done again that takes a while: `every` so many seconds, and no more than a `share` of the
    time."""

    every: float
    share: float
    _next: float = 0.0
    _began: float = 0.0

    def is_due(self) -> bool:
        """Whether it is time; then it begins."""
        self._began = time.monotonic()
        return self._began >= self._next

    def done(self) -> None:
        """It is over."""
        took = time.monotonic() - self._began
        self._next = self._began + took + max(self.every, took / self.share)


@dataclass(slots=True)
class Standing:
    """Asked by any thread, from `begin` to `rest`. `models`: the dataset of each model."""

    path: Path
    models: Mapping[str, str] = field(default_factory=dict)
    _connection: Connection | None = None
    _known: Standings = field(default_factory=Standings)
    _pace: Pace = field(default_factory=lambda: Pace(_EVERY_SECONDS, _SHARE))
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _rests: bool = True

    def begin(self) -> None:
        """The warehouse may be asked from now on."""
        self._rests = False

    def rest(self) -> None:
        """The warehouse is not asked any more, and has no connection of ours: what was known stays."""
        with self._lock:
            self._rests = True
            if self._connection is not None:
                self._connection.close()
                self._connection = None

    def refresh(self, *, at_once: bool = False) -> None:
        """Ask, if it is time, or `at_once`. Where the warehouse does not answer, what is known stays."""
        with self._lock:
            if self._pace.is_due() or at_once:
                with suppress(WarehouseError):
                    self._ask()
                self._pace.done()

    def _ask(self) -> None:
        if self._rests:
            return
        if self._connection is None:
            self._connection = Connection(self.path, read_only=True)
        self._known = standings(self._connection, DATES)

    def of(self, dataset: DatasetNow) -> DatasetNow:
        """The dataset with what is known of its dates."""
        drifted = tuple(DriftedColumn(*each) for each in self._known.drifted.get(dataset.dataset, ()))
        return replace(dataset, scores=self._known.scores.get(dataset.dataset, ()), drifted=drifted)

    def learners(self) -> tuple[ModelNow, ...]:
        """The learners, by name."""
        return tuple(
            _model(model, self.models.get(model, ""), status, reason, rows, metrics)
            for model, status, reason, rows, metrics in self._known.learners
        )


def models_of(datasets: Mapping[str, Dataset]) -> dict[str, str]:
    """The dataset of each model that a config describes."""
    return {model.name: name for name, dataset in datasets.items() for model in dataset.table.models}


def _model(model: str, dataset: str, status: str, reason: str, rows: int, metrics: Mapping[str, Any]) -> ModelNow:
    measure = next((each for each in _MEASURES if metrics.get(each) is not None), "")
    errors = tuple(error for _, error in _by_date(measure, metrics.get("dates", {}))[-DATES:])
    return ModelNow(model, dataset, status, reason, rows, measure, metrics.get(measure), errors)


def _by_date(measure: str, dates: Mapping[str, Mapping[str, float]]) -> list[tuple[str, float]]:
    """The mean of each date: the sums of a date add up, and are over its rows."""
    of_sums = {"mae": "absolute", "log_loss": "log_loss", "accuracy": "correct"}
    name = of_sums.get(measure, "")
    return [(date, sums[name] / sums["rows"]) for date, sums in sorted(dates.items()) if name and sums["rows"]]
