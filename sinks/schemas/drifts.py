"""Which version each file of a dataset has, and where it is not that of the file before.

Files follow each other by execution date and id, in whatever order they are loaded. What is stored is so at any time:
where a file comes between two others, or is taken out, the one behind it is looked at again.
"""

from __future__ import annotations

from collections.abc import Iterator

from sinks.files import File
from sinks.schemas.drift import Drift
from sinks.schemas.rows import PlacedFile, SchemaRows
from sinks.schemas.timeline import Place, Timeline
from sinks.schemas.versions import Versions

#: Of so many files the version is kept in memory; that of others is looked up.
_FILES_KEPT = 4096


class Files:
    """Every method runs inside the caller's transaction; where that is rolled back, this is of no use."""

    def __init__(self, rows: SchemaRows, versions: Versions) -> None:
        self._rows, self._versions = rows, versions
        self._timeline = Timeline(rows.timeline())
        self._newest = rows.newest_file()  # no file with a greater id has a version
        self._known: dict[int, int | None] = {}
        self._gap: Place | None = None

    def version_of(self, file_id: int) -> int | None:
        """The version that a file has; None where it has none yet."""
        if file_id > self._newest:
            return None
        if file_id not in self._known:
            self._keep(file_id, self._rows.version_of(file_id))
        return self._known[file_id]

    def _keep(self, file_id: int, version: int | None) -> None:
        if len(self._known) >= _FILES_KEPT:
            del self._known[next(iter(self._known))]
        self._known[file_id] = version
        self._newest = max(self._newest, file_id)

    def before(self, file: File) -> int | None:
        """The version of the file before a file."""
        return self._timeline.before((file.date, file.file_id))

    def put(self, file: File, version: int, run_id: int | None) -> list[Drift]:
        """A file has this version from now on, which is for the caller to store; the drifts that this makes."""
        place, had = (file.date, file.file_id), self.version_of(file.file_id)
        if had == version:
            return []
        self._keep(file.file_id, version)
        placed = PlacedFile(*place, file.path, version)
        if had is None and self._gap is None and self._timeline.append(place, version):
            return [] if self._timeline.before(place) == version else list(self._look(placed, run_id))
        following = self._rows.following(place)
        behind = following.place if following else None
        if had is not None:
            self._timeline.remove(place, behind)
        self._timeline.insert(place, version, behind)
        return [*self._look(placed, run_id), *self._look(following, run_id)]

    def close_gap(self, run_id: int | None) -> list[Drift]:
        """The drift at the file behind one that was taken out, now that another may have come in its place."""
        if self._gap is None:
            return []
        following, self._gap = self._rows.following(self._gap), None
        return list(self._look(following, run_id))

    def take_out(self, file_id: int) -> None:
        """A file is there no more; the one behind it is looked at when another has come in its place."""
        version = self._rows.version_of(file_id)
        if version is None:
            return
        self._gap = self._rows.date_of(file_id), file_id
        following = self._rows.following(self._gap)
        self._timeline.remove(self._gap, following.place if following else None)
        self._rows.forget_drift(file_id)
        self._known.pop(file_id, None)

    def _look(self, file: PlacedFile | None, run_id: int | None) -> Iterator[Drift]:
        """Compare a file with the one before it; a drift is told once for a version."""
        if file is None:
            return
        before = self._timeline.before(file.place)
        if before == file.version or (before is None and self._versions.is_as_written(file.version)):
            self._rows.forget_drift(file.file_id)
            return
        comparison, told = self._versions.comparison(before, file.version), self._rows.drifted_to(file.file_id)
        self._rows.drift(file.file_id, (before, file.version), comparison, run_id)
        if told != file.version:
            yield Drift(self._rows.dataset, file.file_id, file.path, before, file.version, comparison)
