"""Dates one after the other: files of datasets that want parameters, until it is the turn of their execution date.

The parameters of a date are made of the rows of the dates before it, so these must be there as far as they will be.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from stream.landing.listing import Found
from stream.landing.tracker import Tracker


class Turns:
    """The files of a date come when those of the dates before are finished or set aside, or wait for something that
    no passing of time brings. As long as its parameters are not known, or hang on the file that is being read, they
    come one by one."""

    def __init__(self, tracker: Tracker) -> None:
        self._tracker = tracker
        self._waiting: dict[str, dict[str, list[Found]]] = defaultdict(lambda: defaultdict(list))
        self._queued: set[tuple[str, bytes]] = set()
        self._reading: dict[str, dict[bytes, str]] = defaultdict(dict)

    def concern(self, found: Found) -> bool:
        """Whether the file has to wait for its turn."""
        return self._tracker.in_force.wants(found.dataset) and not found.is_folder

    def wait(self, found: Found) -> None:
        """The file is to be read."""
        self._waiting[found.dataset][self._tracker.date_of(found)].append(found)
        self._queued.add((found.dataset, found.path))

    def next(self) -> Iterator[Found]:
        """The files whose turn it is now."""
        for dataset, dates in self._waiting.items():
            while dates and (released := self._released(dataset, date := min(dates))):
                self._reading[dataset] |= {found.path: date for found in released}
                self._queued -= {(dataset, found.path) for found in released}
                yield from released

    def done(self, found: Found) -> None:
        """The file was read as far as it goes."""
        self._reading[found.dataset].pop(found.path, None)

    def _released(self, dataset: str, date: str) -> list[Found]:
        """The files of the first date that can be read now."""
        reading, dates = set(self._reading[dataset].values()), self._waiting[dataset]
        busy = reading | self._expected(dataset)
        if any(each < date for each in busy):
            return []
        if self._tracker.in_force.is_settled(dataset, date):
            return dates.pop(date)
        if reading or date in busy:
            return []
        first, *others = sorted(dates.pop(date), key=lambda found: found.path)
        if others:
            dates[date] = others
        return [first]

    def _expected(self, dataset: str) -> set[str]:
        """The dates of files that will come to be read, but are not queued up."""
        unfinished = self._tracker.unfinished(dataset)
        return {self._tracker.date_of(found) for found in unfinished if (dataset, found.path) not in self._queued}
