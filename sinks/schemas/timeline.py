"""Which schema version the file before has, of all files of a dataset by date and id; in memory, by runs."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable
from typing import TypeAlias

#: A file's execution date and id.
Place: TypeAlias = tuple[str, int]


class Timeline:
    """Files that follow each other with one version are a run; only the first of each run is kept.

    >>> timeline = Timeline([(("2026-11-20", 1), 1), (("2026-11-21", 2), 1), (("2026-11-22", 3), 2)])
    >>> timeline.before(("2026-11-22", 0)), timeline.before(("2026-11-23", 4)), timeline.before(("2026-11-19", 5))
    (1, 2, None)
    """

    def __init__(self, files: Iterable[tuple[Place, int]]) -> None:
        self._starts: list[Place] = []
        self._versions: list[int] = []
        self._last: Place | None = None
        for place, version in files:
            self._last = place
            if not self._versions or self._versions[-1] != version:
                self._starts.append(place)
                self._versions.append(version)

    def before(self, place: Place) -> int | None:
        """The version of the last file before `place`; None where there is none."""
        at = bisect_left(self._starts, place)
        return self._versions[at - 1] if at else None

    def append(self, place: Place, version: int) -> bool:
        """Take up a new file, if nothing needs to be known of those behind it; False where that is not so."""
        if self._last is None or place > self._last:
            if self.before(place) != version:
                self._starts.append(place)
                self._versions.append(version)
            self._last = place
            return True
        return self.before(place) == version

    def insert(self, place: Place, version: int, following: Place | None) -> None:
        """Take up a new file. `following`: the place of the file behind it."""
        if self.append(place, version):
            return
        at = bisect_left(self._starts, place)
        before = self._versions[at - 1] if at else None
        starts_run = at < len(self._starts) and following == self._starts[at]
        if following is not None and before is not None and not starts_run:
            self._put(at, following, before)
            starts_run = True
        if starts_run and self._versions[at] == version:
            self._starts[at] = place
        else:
            self._put(at, place, version)

    def remove(self, place: Place, following: Place | None) -> None:
        """Leave a file out. `following`: the place of the file behind it."""
        at = bisect_left(self._starts, place)
        if at == len(self._starts) or self._starts[at] != place:
            return
        next_start = self._starts[at + 1] if at + 1 < len(self._starts) else None
        if following is not None and following != next_start:
            self._starts[at] = following
            return
        self._cut(at)
        if 0 < at < len(self._starts) and self._versions[at - 1] == self._versions[at]:
            self._cut(at)

    def _put(self, at: int, place: Place, version: int) -> None:
        self._starts.insert(at, place)
        self._versions.insert(at, version)

    def _cut(self, at: int) -> None:
        del self._starts[at], self._versions[at]
