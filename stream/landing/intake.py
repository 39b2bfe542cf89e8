"""One file with news, turned into micro-batches; what keeps it from being read becomes its state and a sentence."""

from __future__ import annotations

import os
import threading
from collections.abc import Generator, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace

from processors.errors import BrokenRuleError, FrozenError, OverBudgetError, SourceError, UnreadableError
from sinks.base import MicroBatch, Swap
from sinks.files import FileState
from stream.budget import Budgets
from stream.landing.bundling import bundled
from stream.landing.disposal import put_away
from stream.landing.identity import Committed, as_known, difference, doubtful_for, original, renamed
from stream.landing.listing import Found
from stream.landing.readiness import awaited
from stream.landing.taking import take_before, take_new
from stream.landing.tracker import Tracker
from stream.landing.visit import Visit
from stream.reading.sniffing import LaidOut
from stream.reading.source import FINGERPRINT_BYTES, LandingFile, Source
from stream.running.barrier import Barrier

_SOON_SECONDS = 0.5
_STAY = "The rows that were loaded stay as they are"


@dataclass(frozen=True, slots=True)
class Intake:
    """Reads the files that a tracker knows, each from where it was left. `budgets`: those by which they are judged."""

    tracker: Tracker
    committed: Committed
    budgets: Budgets = field(default_factory=Budgets)

    def listing(self) -> list[Found]:
        """Every file that has news, those that a person has put back among them, of the datasets that are not held."""
        self.tracker.heed(self.committed.dataset_states())
        for entry in self.committed.files("state = 'ready'"):
            self.tracker.put_back(entry)
        return self.tracker.listing()

    def take(self, found: Found, stop: threading.Event) -> Generator[MicroBatch | Barrier]:
        """The file's new records, until `stop` is set, and the news of its state.

        A file that cannot be read is tried again, some times; then, and where its content is at fault, it is set aside
        as failed. So is one for which a BrokenRuleError is raised where a batch is handed on. That batch counts as not
        taken, and its records before the broken one are handed on alone. With a FrozenError it is the same, but the
        file is held. An OverBudgetError holds file and dataset.
        """
        if found.dataset in self.tracker.held:
            return
        self.tracker.release(found)
        if found.is_folder:
            yield from self._folder(found)
            return
        visit: Visit | None = None
        follow = self.tracker.datasets[found.dataset].files.follow_links
        try:
            with LandingFile(self.tracker.root, found.path, follow_links=follow) as file:
                visit, found = self._visit(file, found), replace(found, stat=file.stat)
                if visit is None:
                    self.tracker.hold(found, _SOON_SECONDS)
                    return
                visit.known.busy = True
                yield from self._look(file, found, visit, stop)
        except FileNotFoundError:  # it went between the listing and now
            yield from self._gone(found)
        except SourceError as error:
            yield from self._failed(error, found, visit or Visit.of(self.tracker, found))
        finally:
            if visit is not None:
                visit.known.busy = False
            self.tracker.done(found)

    def take_together(self, files: Sequence[Found], stop: threading.Event) -> Generator[MicroBatch | Barrier]:
        """The files, small ones of one dataset, in as few micro-batches as can be."""
        while files and files[0].dataset not in self.tracker.held and not stop.is_set():
            alone, files = yield from bundled(self.tracker, files, stop)
            for found in alone:
                yield from self.take(found, stop)
                if stop.is_set():
                    return

    def _visit(self, file: LandingFile, found: Found) -> Visit | None:
        """The file as it is known; a loaded one that has got another name keeps what it was. None while it is still
        read under the name that it had."""
        known = renamed(file, found, self.tracker, self.committed)
        if known is None:
            return Visit.of(self.tracker, found)
        if known.busy:
            return None
        before, date = known.file.path, known.file.date
        self.tracker.rename(known, found)
        keeps = f", and keeps the execution date {date}" if self.tracker.date(found) != date else ""
        return replace(Visit.of(self.tracker, found), said=f" It was {before} before{keeps}.", first_look=True)

    def _gone(self, found: Found) -> Iterator[MicroBatch]:
        """The file has gone. That is told where not all of it was loaded."""
        if self.tracker.knows(found) and (known := self.tracker.meet(found)).state in {"settling", "processing"}:
            end = known.end or self.committed.position(known.file.file_id)
            loaded = f"{end.records} records of it are loaded" if end.records else "nothing of it is loaded"
            reason = f"It has gone before it was finished; {loaded}."
            yield from Visit.of(self.tracker, found).news(known.stat, "failed" if end.records else "discovered", reason)
        self.tracker.forget(found)

    def _look(
        self, file: LandingFile, found: Found, visit: Visit, stop: threading.Event
    ) -> Iterator[MicroBatch | Barrier]:
        """The file as it is now, compared with what was loaded of it."""
        known = visit.known
        finished = visit.finished = known.seen == file.stat and self.tracker.has_settled(known)
        laid_out = as_known(file, known, self.tracker, self.committed, finished=finished)
        fault = difference(laid_out, known, self.committed)
        if fault and known.state == "archived":
            yield from self._followed(file, found, visit, stop, finished=finished)
        elif fault:
            yield from self._rewritten(laid_out, found, visit, stop, fault, finished=finished)
        elif not (yield from self._copied(laid_out.source, found, visit, finished=finished)):
            yield from take_new(laid_out, found, visit, stop, finished=finished)
        known.attempts, known.put_back = 0, known.put_back and known.state == "settling"
        doubtful = doubtful_for(file.stat)
        if doubtful and known.state == "committed" and not self.tracker.is_proven(known):
            self.tracker.hold(found, doubtful)

    def _copied(
        self, source: Source, found: Found, visit: Visit, *, finished: bool
    ) -> Generator[MicroBatch, None, bool]:
        """Whether the file is left alone, since it has the bytes of one that is loaded, or may come to have them."""
        known = visit.known
        taken = known.end.offset if known.end else 0
        if taken < FINGERPRINT_BYTES:
            known.file = replace(known.file, fingerprint=source.fingerprint())
        if taken or self.tracker.datasets[found.dataset].files.on_copy == "load":
            return False
        twin = original(source, known, self.tracker, self.committed)
        if twin is None or (finished and not twin.is_whole and not twin.is_loading):
            self.tracker.contents.add(known)
            return False
        if twin.is_whole:
            reason = f"It has the same bytes as {twin.path}, whose {twin.records} records are loaded, once."
            yield from visit.news(source.stat, *visit.whole(found, reason, finished=finished))
        else:
            self.tracker.hold(found, _SOON_SECONDS if twin.is_loading else None)
            yield from visit.news(source.stat, "settling", f"It begins like {twin.path}, and may be a copy of it.")
        return True

    def _rewritten(
        self, laid_out: LaidOut, found: Found, visit: Visit, stop: threading.Event, fault: str, *, finished: bool
    ) -> Iterator[MicroBatch | Barrier]:
        """The loaded bytes have changed: the policy says what becomes of the rows."""
        known, file, files = visit.known, laid_out.file, self.tracker.datasets[found.dataset].files
        policy = "supersede" if known.put_back else files.on_rewrite
        if policy == "fail":
            yield from visit.news(file.stat, "failed", f"{fault} {_STAY}. Land the new content under a new name.")
        elif policy == "hold":
            way_out = f"`ade-stream retry {known.file.path}` takes the new content in their place"
            yield from visit.news(file.stat, "held", f"{fault} {_STAY}. {way_out}; or land it under a new name.")
        elif laid_out.source.is_blank(0):
            yield from visit.news(file.stat, "held", f"{fault} It is empty. {_STAY} until it has content again.")
        elif finished:
            yield from self._superseded(file, found, visit, stop)
        else:
            self.tracker.hold(found)
            reason = f"{fault} The new content takes the place of what was loaded when {awaited(files)}."
            yield from visit.news(file.stat, "settling", reason)

    def _superseded(
        self, file: LandingFile, found: Found, visit: Visit, stop: threading.Event
    ) -> Iterator[MicroBatch | Barrier]:
        """The new generation, all of it at once: nothing of it is stored where something keeps it from being read."""
        successor = visit.of_successor()
        try:
            laid_out = as_known(file, successor.known, self.tracker, self.committed, finished=True)
            if not (yield from self._copied(laid_out.source, found, successor, finished=True)):
                yield from take_new(laid_out, found, successor, stop, finished=True)
        except UnreadableError as error:
            yield from self._again(error, found, visit, successor.give_up())
        except OverBudgetError as error:
            yield from self._over_budget(error, found, visit, successor.give_up())
        except SourceError as error:
            reason = f"Its new content cannot take the place of what was loaded: {error}. {_STAY}."
            state: FileState = "failed"
            if isinstance(error, FrozenError):
                state, reason = "held", f"{reason} {_taken_up(visit)}."
            yield from visit.news(file.stat, state, reason, successor.give_up())

    def _followed(
        self, file: LandingFile, found: Found, visit: Visit, stop: threading.Event, *, finished: bool
    ) -> Iterator[MicroBatch | Barrier]:
        """The file that had this name was put away: this is another one, and the rows of both stay."""
        visit.known, visit.first_look = self.tracker.next_generation(visit.known), True
        self.tracker.follow(visit.known)
        laid_out = as_known(file, visit.known, self.tracker, self.committed, finished=finished)
        if not (yield from self._copied(laid_out.source, found, visit, finished=finished)):
            yield from take_new(laid_out, found, visit, stop, finished=finished)

    def put_away(self) -> Iterator[MicroBatch]:
        """Move or delete the files whose last records are durable by now; news of those that cannot be."""
        leaving = self.tracker.leaving
        gone = [
            file_id for file_id in leaving if any(self.committed.files("file_id = ? AND state = 'archived'", file_id))
        ]
        if gone:
            self.committed.make_durable()
        for file_id in gone:
            found = leaving.pop(file_id)
            try:
                put_away(self.tracker.root, found, self.tracker.datasets[found.dataset].files)
            except OSError as error:
                visit = Visit.of(self.tracker, found)
                reason = f"It is loaded, and cannot be put away: {error.strerror}. `ade-stream retry` tries it again."
                yield from visit.news(found.stat, "held", reason)

    def _failed(self, error: SourceError, found: Found, visit: Visit) -> Iterator[MicroBatch]:
        if isinstance(error, UnreadableError):
            yield from self._again(error, found, visit)
            return
        if isinstance(error, OverBudgetError):
            yield from self._over_budget(error, found, visit)
            return
        if isinstance(error, BrokenRuleError | FrozenError) and error.record is not None:
            with suppress(FileNotFoundError, SourceError):  # it went just now: what was not read is not taken
                yield from take_before(error.record, found, visit)
        if isinstance(error, FrozenError):
            reason = f"{_sentence(error)} {_taken_up(visit)}."
            yield from visit.news(found.stat, "held", reason, schema=error.schema)
        else:
            yield from visit.news(found.stat, "failed", _sentence(error))

    def _over_budget(
        self, error: OverBudgetError, found: Found, visit: Visit, undo: Swap | None = None
    ) -> Iterator[MicroBatch]:
        """Too many records are rejected: nothing more of the dataset is read, or of any; unless the file is to grow
        first, since it has few records and is not finished."""
        dataset, said = found.dataset, _sentence(error)
        budget = self.budgets.of[dataset]
        if not (error.is_final or visit.finished):
            self.tracker.hold(found)
            due = f"it has {budget.min_records} records, or {awaited(self.tracker.datasets[dataset].files)}"
            yield from visit.news(found.stat, "settling", f"{said} That is decided when {due}.", undo)
        elif budget.on_failure == "fail":
            way_out = "Mend the file, or raise the budget, and start again"
            reason = f"{said} The budget's on_failure is fail, so nothing more is loaded. {way_out}."
            yield from visit.news(found.stat, "failed", reason, undo, "fail")
        else:
            way_out = f"`ade-stream resume {dataset}` takes the file as it is, and goes on with the others"
            reason = f"{said} Dataset {dataset} is held. {way_out}."
            self.tracker.held[dataset] = f"{visit.known.file.path}: {reason}"
            self.budgets.restart(dataset)
            yield from visit.news(found.stat, "held", reason, undo, "hold")

    def _again(self, error: SourceError, found: Found, visit: Visit, undo: Swap | None = None) -> Iterator[MicroBatch]:
        """The file could not be read for a reason that may pass: it is tried again, each time later."""
        known, most = visit.known, self.tracker.datasets[found.dataset].files.attempts_max
        known.attempts += 1
        if known.attempts < most:
            self.tracker.hold(found, 2.0 ** (known.attempts - 1))
            reason = f"{_sentence(error)} That was attempt {known.attempts} of {most}; it is tried again soon."
            yield from visit.news(found.stat, "processing", reason, undo)
        else:
            way_out = f"When the cause is gone, `ade-stream retry {known.file.path}` takes it up"
            reason = f"{_sentence(error)} That was attempt {known.attempts} of {most}. {way_out}."
            yield from visit.news(found.stat, "failed", reason, undo)

    def _folder(self, found: Found) -> Iterator[MicroBatch]:
        """A folder has the state `failed` as long as it cannot be listed."""
        visit = Visit.of(self.tracker, found)
        try:
            os.scandir(os.path.join(self.tracker.root, found.path)).close()
        except (FileNotFoundError, NotADirectoryError):
            yield from visit.news(found.stat, "committed", "The folder has gone.")
        except OSError as error:
            reason = f"The folder cannot be listed: {error.strerror}. The files in it are not seen."
            yield from visit.news(found.stat, "failed", reason)
        else:
            yield from visit.news(found.stat, "committed", "The folder can be listed.")


def _sentence(error: SourceError) -> str:
    return f"{str(error)[:1].upper()}{str(error)[1:]}."


def _taken_up(visit: Visit) -> str:
    return f"`ade-stream retry {visit.known.file.path}` takes it up then"
