"""Which files are known, which have news, and which wait for a last line to settle, or for another try."""

from __future__ import annotations

import os
import time
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from sinks.files import File, FileStat, Position
from sinks.ledger.files import FileEntry
from sinks.ledger.holds import DatasetState
from stream.config import Dataset
from stream.landing.contents import Contents
from stream.landing.dates import execution_date
from stream.landing.listing import UNLISTED, Found, Hint, is_candidate, listing, look
from stream.landing.names import original, printable
from stream.landing.readiness import can_be_proven, quiet_in
from stream.landing.tracked import UNSEEN, Tracked, at_rest, notice
from stream.parameters.in_force import InForce
from stream.schemas.contracts import Contracts


@dataclass(frozen=True, slots=True)
class _Wait:
    """`due`: monotonic seconds; None where the file waits until it is finished."""

    found: Found
    due: float | None


class Tracker:
    """The files of all datasets below `root`; `entries` is what the ledger knows of them, by id."""

    def __init__(self, root: Path, datasets: Mapping[str, Dataset], entries: Iterable[FileEntry]) -> None:
        self.root = os.fsencode(root)
        self.datasets = Contracts(datasets)
        self.in_force = InForce(self.datasets)
        self.contents = Contents()
        self._files: dict[str, dict[bytes, Tracked]] = defaultdict(dict)
        self._waiting: dict[tuple[str, bytes], _Wait] = {}
        #: Files that are loaded and are to be moved or deleted, by id.
        self.leaving: dict[int, Found] = {}
        #: With what stat an event proved a file finished.
        self._proven: dict[tuple[str, bytes], FileStat] = {}
        #: Why nothing of a dataset is read for now.
        self.held: dict[str, str] = {}
        #: When a dataset was last resumed, as far as we have heeded it.
        self._resumed_at: dict[str, str] = {}
        #: What an earlier process left unfinished: should it have gone meanwhile, that is to be told.
        self._unfinished: list[Found] = []
        self._next_id = 1
        for entry in entries:
            self._next_id = max(self._next_id, entry.file.file_id + 1)
            if entry.state == "superseded":
                continue
            path = original(entry.file.path)
            known = Tracked(entry.file, path, entry.stat, entry.state, entry.reason, None)
            self._files[entry.file.dataset][path] = known
            if entry.records or entry.state == "committed":
                self.contents.add(known)
            if entry.state in {"settling", "processing"}:
                self._unfinished.append(Found(entry.file.dataset, path, entry.stat))
        #: Folders that could not be listed.
        self._hidden = {
            (dataset, path)
            for dataset, files in self._files.items()
            for path, known in files.items()
            if path.endswith(b"/") and known.state == "failed"
        }

    def listing(self) -> list[Found]:
        """Every file that has news, in the order of dataset, execution date and path; then the folders that can be
        listed again."""
        found: list[Found] = []
        for dataset in self._flowing():
            resting = partial(at_rest, self._files[dataset.name])
            found += sorted(listing(self.root, dataset, resting), key=self._by_date)
        hidden = {(file.dataset, file.path) for file in found if file.is_folder}
        again = [Found(dataset, path, UNLISTED) for dataset, path in sorted(self._hidden - hidden)]
        self._hidden = hidden
        seen = {(file.dataset, file.path) for file in found}
        gone = [file for file in self._unfinished if (file.dataset, file.path) not in seen]
        self._unfinished = []
        return self._renamed_first(file for file in found if self.has_news(file)) + again + gone

    def _renamed_first(self, found: Iterable[Found]) -> list[Found]:
        """A file that has come under the old name of another is only seen as new when that one has its new name."""

        def is_no_rename(file: Found) -> bool:
            return self.knows(file) or self.contents.of_inode(file.dataset, file.stat.inode) is None

        return sorted(found, key=is_no_rename)

    def look(self, hints: Mapping[bytes, Hint]) -> list[Found]:
        """Those of the paths (relative to the landing folder) that are landing files with news, in the same order.

        A file that was renamed within the dataset may still be written to: that proves nothing.
        """
        news = []
        for dataset in self._flowing():
            found = [each for path in hints if (each := look(self.root, dataset, path)) is not None]
            for file in sorted(found, key=self._by_date):
                hint = hints[file.path]
                within = hint.source is not None and is_candidate(dataset, hint.source.rpartition(b"/")[2])
                if hint.proof in dataset.files.ready and not within:
                    self._proven[file.dataset, file.path] = file.stat
                if self.has_news(file):
                    news.append(file)
        return self._renamed_first(news)

    def has_news(self, found: Found) -> bool:
        """Whether the file is unknown, or has changed, or was left unfinished by an earlier process.

        What was set aside is looked at once in every process: the cause may have gone, with the config or a permission.
        """
        known = self._files[found.dataset].get(found.path)
        if known is None or known.stat != found.stat:
            return True
        if known.seen != found.stat:
            notice(known, found.stat)
        if known.state in {"settling", "processing"}:
            return (found.dataset, found.path) not in self._waiting
        return known.state in {"failed", "held", "ready", "archived"} and not known.looked

    def meet(self, found: Found) -> Tracked:
        """What is known of the file; a file that was not known gets the next id, and its execution date for good."""
        files = self._files[found.dataset]
        if found.path not in files:
            file = File(self._take_id(), found.dataset, printable(found.path), 1, self.date(found), ())
            files[found.path] = Tracked(file, found.path, UNSEEN, "discovered", "", Position())
        known = files[found.path]
        if known.seen != found.stat:
            notice(known, found.stat)
        return known

    def date(self, found: Found) -> str:
        """The execution date: as the path says; without one, the day of arrival."""
        pattern = self.datasets[found.dataset].files.date
        return execution_date(printable(found.path), pattern) or datetime.now(UTC).date().isoformat()

    def date_of(self, found: Found) -> str:
        """The execution date: that which the file has, where it is known."""
        known = self._files[found.dataset].get(found.path)
        return known.file.date if known else self.date(found)

    def _by_date(self, found: Found) -> tuple[str, bytes]:
        """Files of a backfill come in the order of their days, however their names sort."""
        return self.date_of(found), found.path

    def knows(self, found: Found) -> bool:
        """Whether the file was met before."""
        return found.path in self._files[found.dataset]

    def rename(self, known: Tracked, found: Found) -> None:
        """A known file has got another name."""
        self._files[found.dataset].pop(known.path, None)
        known.file, known.path = replace(known.file, path=printable(found.path)), found.path
        self._files[found.dataset][found.path] = known

    def next_generation(self, known: Tracked) -> Tracked:
        """The content that has taken the place of what is known; it becomes what is known with `succeed`."""
        file, wanted = known.file, known.file.acknowledged and known.put_back
        file = replace(file, file_id=self._take_id(), generation=file.generation + 1, header=(), acknowledged=wanted)
        return Tracked(
            *(file, known.path, known.stat, known.state, known.reason, Position()),
            looked=True,
            seen=known.seen,
            unchanged_since=known.unchanged_since,
        )

    def succeed(self, successor: Tracked) -> None:
        """From now on this generation is the file. Copies of the one before are looked at again: they are none now."""
        files = self._files[successor.file.dataset]
        before = files[successor.path]
        for copy in self.contents.copies(before):
            self.hold(Found(copy.file.dataset, copy.path, copy.stat), 0.0)
        self.contents.remove(before)
        files[successor.path] = successor

    def give_back(self, successor: Tracked) -> None:
        """The generation has not come about; its id is free again."""
        self.stays(successor)
        self._next_id = successor.file.file_id

    def has_settled(self, known: Tracked) -> bool:
        """Whether the file is finished, so that its last line is taken as whole."""
        files = self.datasets[known.file.dataset].files
        quiet = quiet_in(files, known.seen, known.unchanged_since)
        return (
            self.is_proven(known) or (quiet is not None and quiet <= 0) or can_be_proven(files, self.root, known.path)
        )

    def is_proven(self, known: Tracked) -> bool:
        """Whether an event proved the file, as it is now, to be finished."""
        return self._proven.get((known.file.dataset, known.path)) == known.seen

    def hold(self, found: Found, seconds: float | None = None) -> None:
        """The file waits until it is finished, or for so many seconds."""
        due = None if seconds is None else time.monotonic() + seconds
        self._waiting[found.dataset, found.path] = _Wait(found, due)

    def release(self, found: Found) -> None:
        """The file waits no longer."""
        self._waiting.pop((found.dataset, found.path), None)

    def done(self, found: Found) -> None:
        """The file was taken as it is: what was proven of it has served."""
        self._proven.pop((found.dataset, found.path), None)

    def forget(self, found: Found) -> None:
        """The file has gone: should it come back, it is looked at anew."""
        known = self._files[found.dataset].get(found.path)
        if known is not None:
            known.stat = known.seen = UNSEEN

    def put_back(self, entry: FileEntry) -> None:
        """A person wants the file to be tried again; saying so again with the same entry is saying it once."""
        known = self._files[entry.file.dataset].get(original(entry.file.path))
        if known is not None and known.file.file_id == entry.file.file_id and known.asked_at != entry.updated_at:
            known.state, known.looked, known.attempts = "ready", False, 0
            known.put_back, known.asked_at = True, entry.updated_at
            known.file = replace(known.file, acknowledged=entry.file.acknowledged)

    def heed(self, states: Iterable[DatasetState]) -> None:
        """What the ledger says of datasets. One that we hold ourselves may not be in it yet; a person who resumes it
        has seen that it is."""
        for each in states:
            if each.is_held and each.dataset in self.datasets:
                self.held[each.dataset] = each.reason
            elif self._resumed_at.get(each.dataset) != each.changed_at:
                self._resumed_at[each.dataset] = each.changed_at
                self.held.pop(each.dataset, None)

    def _flowing(self) -> list[Dataset]:
        return [dataset for name, dataset in self.datasets.items() if name not in self.held]

    def follow(self, successor: Tracked) -> None:
        """Another file has come under a name whose file was put away."""
        self._files[successor.file.dataset][successor.path] = successor

    def put_away(self, known: Tracked, found: Found) -> None:
        """The file goes from the landing folder as soon as the ledger says so."""
        self.leaving[known.file.file_id] = found

    def stays(self, known: Tracked) -> None:
        """The file does not go: something keeps it from being loaded as a whole."""
        self.leaving.pop(known.file.file_id, None)

    def unsettled(self) -> list[Found]:
        """The files that need wait no longer."""
        moment = time.monotonic()
        return [
            wait.found
            for wait in self._waits()
            if (self.has_settled(self.meet(wait.found)) if wait.due is None else wait.due <= moment)
        ]

    def settles_in(self) -> float | None:
        """Seconds until the next file need wait no longer, as far as time decides it; None where there is none."""
        waits = [wait for each in self._waits() if (wait := self._rest(each)) is not None]
        return max(0.0, min(waits)) if waits else None

    def unfinished(self, dataset: str) -> list[Found]:
        """The files of a dataset that are not read to their end, and will be read on when some time has passed."""
        waiting = [wait for wait in self._waits() if wait.found.dataset == dataset and self._rest(wait) is not None]
        return [wait.found for wait in waiting if not self._is_through(wait.found)]

    def _is_through(self, found: Found) -> bool:
        """Whether all that the file has is loaded, as far as is known, or it is set aside."""
        known = self._files[found.dataset].get(found.path)
        return known is not None and known.state not in {"discovered", "settling", "processing"}

    def _waits(self) -> list[_Wait]:
        return [wait for (dataset, _), wait in self._waiting.items() if dataset not in self.held]

    def _rest(self, wait: _Wait) -> float | None:
        if wait.due is not None:
            return wait.due - time.monotonic()
        known = self.meet(wait.found)
        return quiet_in(self.datasets[wait.found.dataset].files, known.seen, known.unchanged_since)

    def _take_id(self) -> int:
        self._next_id += 1
        return self._next_id - 1
