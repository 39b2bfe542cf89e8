"""Which files are known, which have news, and which wait for a last line to settle. Never opens a file, never
writes.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from sinks.base import File, FileStat, FileState, Position, Span
from sinks.ledger import FileEntry
from stream.config import Dataset
from stream.landing.dates import execution_date
from stream.landing.listing import UNLISTED, Found, listing, look
from stream.landing.names import original, printable

_UNSEEN = FileStat(-1, -1, -1)


@dataclass(slots=True)
class Tracked:
    """A file, as far as this process has handed it on.

    `end`: behind its last record; None until the ledger was asked. `first`, `last`: its first and its last span, each
    with its digest, where they were read in this process. `looked`: whether this process has opened it. `seen`: the
    stat it was last found with, since `unchanged_since` (monotonic seconds).
    """

    file: File
    stat: FileStat
    state: FileState
    reason: str
    end: Position | None
    first: tuple[Span, bytes] | None = None
    last: tuple[Span, bytes] | None = None
    looked: bool = False
    seen: FileStat = _UNSEEN
    unchanged_since: float = 0.0


class Tracker:
    """The files of all datasets below `root`; `entries` is what the ledger knows of them."""

    def __init__(self, root: Path, datasets: Mapping[str, Dataset], entries: Iterable[FileEntry]) -> None:
        self.root = root
        self.datasets = datasets
        self._files: dict[tuple[str, str], Tracked] = {}
        self._waiting: dict[tuple[str, str], Found] = {}
        self._next_id = 1
        for entry in entries:
            self._next_id = max(self._next_id, entry.file.file_id + 1)
            known = Tracked(entry.file, entry.stat, entry.state, entry.reason, None)
            self._files[entry.file.dataset, entry.file.path] = known
        #: Folders that could not be listed.
        self._hidden = {key for key, known in self._files.items() if key[1][-1] == "/" and known.state == "failed"}

    def listing(self) -> list[Found]:
        """Every file that has news, in the order of dataset and path; then the folders that can be listed again."""
        found = [file for dataset in self.datasets.values() for file in listing(self.root, dataset)]
        hidden = {(file.dataset, printable(file.path)) for file in found if file.is_folder}
        again = [Found(dataset, original(path), UNLISTED) for dataset, path in sorted(self._hidden - hidden)]
        self._hidden = hidden
        return [file for file in found if self.has_news(file)] + again

    def look(self, paths: Iterable[bytes]) -> list[Found]:
        """Those of `paths` (relative to the landing folder) that are landing files with news, in their order."""
        found = [look(self.root, dataset, path) for dataset in self.datasets.values() for path in sorted(paths)]
        return [file for file in found if file is not None and self.has_news(file)]

    def has_news(self, found: Found) -> bool:
        """Whether the file is unknown, or has changed, or was left unfinished by an earlier process.

        What was set aside is looked at once in every process: the cause may have gone, with the config or a permission.
        """
        known = self._files.get((found.dataset, printable(found.path)))
        if known is None or known.stat != found.stat:
            return True
        self._notice(known, found.stat)
        if known.state == "settling":
            return (found.dataset, known.file.path) not in self._waiting
        return known.state == "processing" or (known.state in {"failed", "held"} and not known.looked)

    def meet(self, found: Found) -> Tracked:
        """What is known of the file; a file that was not known gets the next id, and its execution date for good."""
        path = printable(found.path)
        if (found.dataset, path) not in self._files:
            pattern = self.datasets[found.dataset].files.date
            date = execution_date(path, pattern) or datetime.now(UTC).date().isoformat()
            file = File(self._next_id, found.dataset, path, 1, date, ())
            self._files[found.dataset, path] = Tracked(file, _UNSEEN, "discovered", "", Position())
            self._next_id += 1
        known = self._files[found.dataset, path]
        self._notice(known, found.stat)
        return known

    def has_settled(self, known: Tracked) -> bool:
        """Whether the file has not changed for its dataset's settle_seconds, so that its last line is taken as
        whole.
        """
        return self._settle_wait(known) <= 0

    def hold(self, known: Tracked, found: Found | None) -> None:
        """Remember (or, with None, forget) that the last line of the file waits to settle."""
        key = known.file.dataset, known.file.path
        if found is None:
            self._waiting.pop(key, None)
        else:
            self._waiting[key] = found

    def forget(self, known: Tracked) -> None:
        """The file has gone: should it come back, it is looked at anew."""
        known.stat = known.seen = _UNSEEN

    def unsettled(self) -> list[Found]:
        """The files with a last line that has settled by now."""
        return [found for found in self._waiting.values() if self.has_settled(self.meet(found))]

    def settles_in(self) -> float | None:
        """Seconds until the next held-back last line may be taken; None where there is none."""
        waits = [self._settle_wait(self.meet(found)) for found in self._waiting.values()]
        return max(0.0, min(waits)) if waits else None

    def _settle_wait(self, known: Tracked) -> float:
        """By the time since the last change: as the file system has it, or as we have watched it, whichever is
        longer.
        """
        quiet = max(time.time() - known.seen.mtime_ns / 1e9, time.monotonic() - known.unchanged_since)
        return self.datasets[known.file.dataset].files.settle_seconds - quiet

    @staticmethod
    def _notice(known: Tracked, stat: FileStat) -> None:
        if known.seen != stat:
            known.seen, known.unchanged_since = stat, time.monotonic()
