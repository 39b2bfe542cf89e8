"""Is this still the file that was loaded? Size, times and inode are hints; the digests of its spans are the proof."""

from __future__ import annotations

import os
import time
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol

from sinks.files import FileStat, Position
from sinks.ledger.files import FileEntry
from sinks.ledger.holds import DatasetState
from sinks.ledger.spans import SpanEntry
from stream.landing.listing import Found
from stream.landing.tracked import Tracked
from stream.landing.tracker import Tracker
from stream.reading.framing import frame
from stream.reading.header import read_header
from stream.reading.sniffing import LaidOut, lay_out
from stream.reading.source import FINGERPRINT_BYTES, LandingFile, Source

#: A change within the same tick of the file system's clock as the one before leaves all times as they are. Linux ticks
#: every 1 to 10 ms; times of whole seconds are those of a file system that knows no smaller ones.
_TICK_SECONDS, _COARSE_TICK_SECONDS = 0.02, 2.0


class Committed(Protocol):
    """What the ledger answers about its files."""

    def position(self, file_id: int, /) -> Position:
        """Where a file's committed records end."""
        ...

    def spans(self, file_id: int, /) -> Iterable[SpanEntry]:
        """A file's committed spans, in order."""
        ...

    def files(self, where: str = "", *parameters: str | int) -> Iterable[FileEntry]:
        """Files, by id; `where` is a condition of the ledger's."""
        ...

    def dataset_states(self) -> Iterable[DatasetState]:
        """The datasets that are held, or were once."""
        ...

    def make_durable(self) -> None:
        """What is committed now survives a power cut."""
        ...


def as_known(file: LandingFile, known: Tracked, tracker: Tracker, committed: Committed, *, finished: bool) -> LaidOut:
    """A file of which records are loaded is laid out as it was then; before that, as config and content have it now."""
    if known.end is None:
        known.end = committed.position(known.file.file_id)
    recorded = known.file.dialect if known.end.records else None
    return lay_out(file, tracker.datasets[known.file.dataset], recorded, final=finished)


def difference(laid_out: LaidOut, known: Tracked, committed: Committed) -> str | None:
    """Why the file cannot be read on from where it was left, as a sentence; None where it can."""
    source, end = laid_out.source, known.end.offset if known.end else 0
    if not end:
        return None
    if source.size is not None and source.size < end:
        return f"It was {end} bytes long when it was loaded and has shrunk to {source.size}."
    if not _prefix_holds(source, known, committed):
        return f"Its first {end} bytes are no longer those that were loaded."
    if _is_continued(laid_out, known, end):
        return f"Its last record, up to byte {end}, was taken as it stood and has been continued."
    return None


def _is_continued(laid_out: LaidOut, known: Tracked, end: int) -> bool:
    """Whether the last record was complete only because the file counted as finished, and now it has grown.

    With the byte behind it, what was loaded last must still end in a record's end.
    """
    source, dataset = laid_out.source, laid_out.dataset
    if known.last is None or source.is_end(end):
        return False
    span = known.last[0]
    if span.byte_end - span.byte_start > dataset.batch_bytes + dataset.dialect.record_bytes_max:
        return False  # a single line, too long to be a record, of which no more is kept than that it was there
    start = span.byte_start
    if span.row_first == 1 and (header := read_header(source, dataset, final=True)) is not None:
        start = header.end.offset
    return start + frame(source.read(start, end + 1), dataset.dialect, final=False).consumed < end


def _prefix_holds(source: Source, known: Tracked, committed: Committed) -> bool:
    """All committed bytes are compared when the file is met for the first time in this process, when it is another
    file by its inode, or has not grown; a file that only grows is compared in its first and its last span."""
    ends = [each for each in (known.first, known.last) if each is not None]
    grown = source.stat.inode == known.stat.inode and source.stat.size > known.stat.size
    if known.last is not None and (grown or known.first == known.last):
        return all(source.digest(span.byte_start, span.byte_end) == digest for span, digest in ends)
    known.first = known.last = None
    for entry in committed.spans(known.file.file_id):
        if source.digest(entry.span.byte_start, entry.span.byte_end) != entry.digest:
            return False
        known.last = entry.span, entry.digest
        known.first = known.first or known.last
    return True


def renamed(file: LandingFile, found: Found, tracker: Tracker, committed: Committed) -> Tracked | None:
    """The file that this one was under another name, which is no longer its own; None where it is new."""
    known = tracker.contents.of_inode(found.dataset, file.stat.inode)
    if known is None or tracker.knows(found) or known.path == found.path or _is_in_place(tracker.root, known):
        return None
    if known.busy:
        return known
    source = as_known(file, known, tracker, committed, finished=False).source
    loaded = known.end is not None and known.end.records > 0
    return known if loaded and source.holds(committed.spans(known.file.file_id)) else None


@dataclass(frozen=True, slots=True)
class Twin:
    """A loaded file with the bytes of a new one. `is_whole`: with all of them; else it is longer. `is_loading`: as far
    as can be seen, since not all of it is loaded yet."""

    path: str
    records: int
    is_whole: bool
    is_loading: bool = False


def original(source: Source, known: Tracked, tracker: Tracker, committed: Committed) -> Twin | None:
    """The loaded file of which this one is a copy, or the beginning of a copy."""
    file = known.file
    for other in tracker.contents.alike(file.dataset, file.date, file.fingerprint):
        if other is known:
            continue
        end = other.end or committed.position(other.file.file_id)
        if other.busy or (end.records and other.state in {"settling", "processing"}):
            if other.seen.size == source.stat.size:
                return Twin(other.file.path, end.records, is_whole=False, is_loading=True)
            continue
        if not end.records or not source.is_end(end.offset):
            continue
        if source.is_end(end.offset - 1):
            return Twin(other.file.path, end.records, is_whole=False)
        if end.offset <= FINGERPRINT_BYTES or source.holds(committed.spans(other.file.file_id)):
            return Twin(other.file.path, end.records, is_whole=True)
    return None


def doubtful_for(stat: FileStat) -> float:
    """Seconds from now on during which a file with `stat` can change without a change of `stat`; 0 where it cannot."""
    changed = max(stat.mtime_ns, stat.ctime_ns)
    coarse = stat.mtime_ns % 10**9 == 0 and stat.ctime_ns % 10**9 == 0
    rest = changed / 1e9 + (_COARSE_TICK_SECONDS if coarse else _TICK_SECONDS) - time.time()
    return min(max(rest, 0.0), _COARSE_TICK_SECONDS)


def _is_in_place(root: bytes, known: Tracked) -> bool:
    """Whether the file still has the name under which it is known."""
    try:
        return FileStat.of(os.lstat(os.path.join(root, known.path))).inode == known.stat.inode
    except OSError:
        return False
