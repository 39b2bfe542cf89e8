"""The parameters that are in force for the dates that are being read, as the reading side of a run knows them."""

from __future__ import annotations

import threading
from collections.abc import Generator, Mapping
from dataclasses import dataclass

from processors.parameters.model import Parameters
from stream.config import Dataset
from stream.running.barrier import Barrier

#: So many dates are remembered; of the others is asked again.
_DATES_MAX = 64


@dataclass(slots=True)
class _Asked:
    """The date of a dataset of which was asked last, and of which no batch was taken yet. `first`: nothing is there
    that its parameters could be made of, but its own first records."""

    date: str
    parameters: Parameters | None
    first: bool


class InForce:
    """Asks for the parameters of each date, once.

    They hold as soon as a batch that was judged with them is taken. Until then they hang on the file that is read: one
    that is set aside at its first record leaves nothing behind.
    """

    def __init__(self, datasets: Mapping[str, Dataset]) -> None:
        self._wanting = frozenset(name for name, dataset in datasets.items() if dataset.wanted)
        self._taken: dict[tuple[str, str], Parameters] = {}
        self._asked: dict[str, _Asked] = {}

    def wants(self, dataset: str) -> bool:
        """Whether a step of the dataset wants parameters."""
        return dataset in self._wanting

    def is_settled(self, dataset: str, date: str) -> bool:
        """Whether the files of the date may be read beside each other: its parameters do not hang on any of them."""
        asked = self._asked.get(dataset)
        return (dataset, date) in self._taken or (asked is not None and asked.date == date and not asked.first)

    def ask(self, dataset: str, date: str, stop: threading.Event) -> Generator[Barrier, None, bool]:
        """Let the parameters of the date be known, as soon as all that was handed on is committed; False where `stop`
        was set before. Nothing else of the dataset is being read meanwhile, unless its parameters are known."""
        if not self._is_known(dataset, date):
            barrier = Barrier(dataset, date)
            yield barrier
            if not barrier.wait(stop):
                return False
            self._asked[dataset] = _Asked(date, barrier.parameters, first=barrier.parameters is None)
        return True

    def of(self, dataset: str, date: str) -> Parameters | None:
        """Those of a date of which was asked; None where they are to be made of its first records."""
        return self._taken.get((dataset, date)) or self._asked[dataset].parameters

    def take(self, parameters: Parameters, date: str) -> None:
        """A batch of the date that was judged with these is taken."""
        key = parameters.dataset, date
        if key not in self._taken:
            self._taken[key] = parameters
            self._asked.pop(parameters.dataset, None)
            if len(self._taken) > _DATES_MAX:
                del self._taken[next(iter(self._taken))]

    def _is_known(self, dataset: str, date: str) -> bool:
        asked = self._asked.get(dataset)
        return (dataset, date) in self._taken or (asked is not None and asked.date == date)
