"""One file with news, turned into micro-batches; what keeps it from being read becomes its state and a sentence."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Generator, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from itertools import islice
from typing import Protocol

from processors.errors import BrokenRuleError, SourceError
from sinks.base import FileStat, FileState, MicroBatch, Position, news
from sinks.ledger import SpanEntry, now
from stream.landing.listing import Found
from stream.landing.tracker import Tracked, Tracker
from stream.reader import Piece, read
from stream.source import Source, read_header

_LINE_ENDS = (b"\n", b"\r")


class Committed(Protocol):
    """What the ledger answers about one file."""

    def position(self, file_id: int, /) -> Position:
        """Where its committed records end."""
        ...

    def spans(self, file_id: int, /) -> Iterable[SpanEntry]:
        """Its committed spans, in order."""
        ...


@dataclass(frozen=True, slots=True)
class Intake:
    """Reads the files that a tracker knows, each from where it was left."""

    tracker: Tracker
    committed: Committed

    def take(self, found: Found, stop: threading.Event) -> Generator[MicroBatch]:
        """The file's new records, until `stop` is set, and the news of its state.

        A file that cannot be read is set aside as failed; so is one for which a BrokenRuleError is raised where a batch
        is handed on. That batch counts as not taken, and its records before the broken one are handed on alone.
        """
        known = self.tracker.meet(found)
        self.tracker.hold(known, None)
        visit = _Visit(known, time.monotonic_ns(), first_look=not known.looked)
        known.looked = True
        if found.is_folder:
            yield from self._folder(found, visit)
            return
        try:
            with Source(self.tracker.root, found.path) as source:
                fault = self._differs(source, known)
                if fault:
                    yield from visit.news(source.stat, "held", fault)
                else:
                    yield from self._read(source, found, visit, stop)
        except FileNotFoundError:  # it went between the listing and now: there is nothing to tell
            self.tracker.forget(known)
        except SourceError as error:
            self.tracker.hold(known, None)
            if isinstance(error, BrokenRuleError):
                with suppress(FileNotFoundError, SourceError):  # it went just now: what was not read is not taken
                    yield from self._before(error.record, found, visit)
            yield from visit.news(found.stat, "failed", f"{str(error)[:1].upper()}{str(error)[1:]}.")

    def _read(self, source: Source, found: Found, visit: _Visit, stop: threading.Event) -> Iterator[MicroBatch]:
        known, dataset = visit.known, self.tracker.datasets[found.dataset]
        final = source.stat == found.stat and self.tracker.has_settled(known)
        found = replace(found, stat=source.stat)
        header = read_header(source, dataset, final=final)
        if header is None:
            yield from self._unheaded(source, found, visit, final=final)
            return
        known.file = replace(known.file, header=header.names)
        end = known.end or Position()
        last: Piece | None = None
        for piece in read(source, dataset, known.file, end, end if end.records else header.end, final=final):
            if last is not None:
                progress = f"{last.end.offset} of {source.stat.size} bytes are loaded."
                yield from visit.hand_on(last, source.stat, "processing", progress, keep_events=dataset.table.raw)
            if stop.is_set():
                return
            last = piece
        end = last.end if last else end
        state, reason = self._rest(source, known, end if end.records else header.end, found)
        if last is None:
            yield from visit.news(source.stat, state, reason)
        else:
            yield from visit.hand_on(last, source.stat, state, reason, keep_events=dataset.table.raw)

    def _before(self, record: int, found: Found, visit: _Visit) -> Iterator[MicroBatch]:
        """The records that are not taken yet and stand before `record`; they were part of one batch with it."""
        known, dataset = visit.known, self.tracker.datasets[found.dataset]
        end = known.end or Position()
        count = record - 1 - end.records
        if not count:
            return
        with Source(self.tracker.root, found.path) as source:
            header = read_header(source, dataset, final=True)
            start = end if end.records or header is None else header.end
            for piece in islice(
                read(source, replace(dataset, batch_rows=count), known.file, end, start, final=False), 1
            ):
                progress = f"{piece.end.offset} of {source.stat.size} bytes are loaded."
                yield from visit.hand_on(piece, source.stat, "processing", progress, keep_events=dataset.table.raw)

    def _folder(self, found: Found, visit: _Visit) -> Iterator[MicroBatch]:
        """A folder has the state `failed` as long as it cannot be listed."""
        try:
            os.scandir(self.tracker.root / os.fsdecode(found.path)).close()
        except (FileNotFoundError, NotADirectoryError):
            yield from visit.news(found.stat, "committed", "The folder has gone.")
        except OSError as error:
            reason = f"The folder cannot be listed: {error.strerror}. The files in it are not seen."
            yield from visit.news(found.stat, "failed", reason)
        else:
            yield from visit.news(found.stat, "committed", "The folder can be listed.")

    def _unheaded(self, source: Source, found: Found, visit: _Visit, *, final: bool) -> Iterator[MicroBatch]:
        if source.stat.size and final:
            yield from visit.news(source.stat, "discovered", "It holds nothing but line ends.")
        elif source.stat.size:
            self.tracker.hold(visit.known, found)
            yield from visit.news(source.stat, "settling", "Its header is not complete.")
        else:
            yield from visit.news(source.stat, "discovered", "It is empty.")

    def _rest(self, source: Source, known: Tracked, end: Position, found: Found) -> tuple[FileState, str]:
        """The state in which the file is left, all complete records up to `end` handed on."""
        if not source.is_blank(end.offset):
            self.tracker.hold(known, found)
            seconds = self.tracker.datasets[found.dataset].files.settle_seconds
            return "settling", (
                f"The last line, from byte {end.offset} on, has no line end; it is taken when the file has not "
                f"changed for {seconds:g} seconds."
            )
        loaded = f"All {end.records} records are loaded." if end.records else "It has a header and no records."
        return "committed", loaded

    def _differs(self, source: Source, known: Tracked) -> str | None:
        """Why the file cannot be read on from where it was left; None where it can."""
        if known.end is None:
            known.end = self.committed.position(known.file.file_id)
        end = known.end.offset
        if not end:
            return None
        if source.stat.size < end:
            return f"It was {end} bytes long when it was loaded and has shrunk to {source.stat.size}; {_REWRITTEN}"
        if not self._prefix_holds(source, known):
            return f"Its first {end} bytes are no longer those that were loaded; {_REWRITTEN}"
        if source.read(end - 1, end) not in _LINE_ENDS and source.read(end, end + 1) not in (b"", *_LINE_ENDS):
            return (
                f"Its last line, up to byte {end}, was loaded without a line end and has been continued; {_REWRITTEN}"
            )
        return None

    def _prefix_holds(self, source: Source, known: Tracked) -> bool:
        """All committed bytes are compared when the file is met for the first time in this process, when it is another
        file by its inode, or has not grown; a file that only grows is compared in its first and its last span."""
        if known.last is not None and source.stat.inode == known.stat.inode and source.stat.size > known.stat.size:
            ends = [each for each in (known.first, known.last) if each is not None]
            return all(source.digest(span.byte_start, span.byte_end) == digest for span, digest in ends)
        return source.holds(self.committed.spans(known.file.file_id))


@dataclass(frozen=True, slots=True)
class _Visit:
    """One look at a file, begun at `arrived_ns`; what it hands on also becomes what is known of the file."""

    known: Tracked
    arrived_ns: int
    first_look: bool

    def news(self, stat: FileStat, state: FileState, reason: str) -> Iterator[MicroBatch]:
        """A batch without rows, unless all this was told in this process already."""
        if not self.first_look and (self.known.stat, self.known.state, self.known.reason) == (stat, state, reason):
            return
        self._keep(stat, state, reason)
        yield news(self.known.file, self.known.end or Position(), stat, state, reason, self.arrived_ns, now())

    def hand_on(
        self, piece: Piece, stat: FileStat, state: FileState, reason: str, *, keep_events: bool
    ) -> Iterator[MicroBatch]:
        """The records of a piece, and the file's state behind them. Only when they were taken does reading move on."""
        self._keep(stat, state, reason)
        records = piece.records
        yield MicroBatch(
            file=self.known.file,
            span=piece.span,
            rows=records.rows,
            malformed=records.malformed,
            malformed_events=records.malformed_events,
            index=piece.index,
            digest=piece.digest,
            stat=stat,
            state=state,
            reason=reason,
            arrived_ns=self.arrived_ns,
            ingested_at=now(),
            keep_events=keep_events,
        )
        self.known.end, self.known.last = piece.end, (piece.span, piece.digest)
        if piece.span.row_first == 1:
            self.known.first = self.known.last

    def _keep(self, stat: FileStat, state: FileState, reason: str) -> None:
        self.known.stat, self.known.state, self.known.reason = stat, state, reason


_REWRITTEN = "the rows that were loaded stay as they are. Land the new content under a new name."
