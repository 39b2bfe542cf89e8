"""The new records of one file, handed on in pieces, and the state in which that leaves the file."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import replace
from itertools import islice

from processors.errors import UnreadableError
from sinks.base import FileState, MicroBatch, Position
from stream.landing.listing import Found
from stream.landing.readiness import awaited
from stream.landing.visit import Visit
from stream.reader import Piece, read
from stream.source import Source, read_header


def take_new(
    source: Source, found: Found, visit: Visit, stop: threading.Event, *, finished: bool
) -> Iterator[MicroBatch]:
    """The complete records behind those that were taken, until `stop` is set, and the news of the file's state.

    `finished`: a last line without a line end is a record. Raises SourceError where the file cannot be read as its
    dataset says, and UnreadableError where a whole generation is to be taken and the file changes meanwhile.
    """
    known, dataset = visit.known, visit.tracker.datasets[found.dataset]
    header = read_header(source, dataset, final=finished)
    if header is None:
        yield from _unheaded(source, found, visit, finished=finished)
        return
    known.file = replace(known.file, header=header.names)
    end = known.end or Position()
    last: Piece | None = None
    for piece in read(source, dataset, known.file, end, end if end.records else header.end, final=finished):
        if last is not None:
            yield from visit.hand_on(last, source.stat, "processing", _progress(source, last), last=False)
        if stop.is_set():
            return
        last = piece
    if visit.before is not None and not source.is_unchanged():
        raise UnreadableError("it changed while it was read")
    end = last.end if last else end
    state, reason = _rest(source, visit, end if end.records else header.end, found, finished=finished)
    if last is None:
        yield from visit.news(source.stat, state, reason)
    else:
        yield from visit.hand_on(last, source.stat, state, reason, last=True)


def take_before(record: int, found: Found, visit: Visit) -> Iterator[MicroBatch]:
    """The records that are not taken yet and stand before `record`; they were part of one batch with it."""
    known, tracker = visit.known, visit.tracker
    end = known.end or Position()
    count = record - 1 - end.records
    if not count:
        return
    dataset = replace(tracker.datasets[found.dataset], batch_rows=count)
    with Source(tracker.root, found.path, follow_links=dataset.files.follow_links) as source:
        header = read_header(source, dataset, final=True)
        start = end if end.records or header is None else header.end
        for piece in islice(read(source, dataset, known.file, end, start, final=False), 1):
            yield from visit.hand_on(piece, source.stat, "processing", _progress(source, piece), last=True)


def _progress(source: Source, piece: Piece) -> str:
    return f"{piece.end.offset} of {source.stat.size} bytes are loaded."


def _unheaded(source: Source, found: Found, visit: Visit, *, finished: bool) -> Iterator[MicroBatch]:
    if source.stat.size and finished:
        yield from visit.news(source.stat, "discovered", "It holds nothing but line ends.")
    elif source.stat.size:
        visit.tracker.hold(visit.known, found)
        yield from visit.news(source.stat, "settling", "Its header is not complete.")
    else:
        yield from visit.news(source.stat, "discovered", "It is empty.")


def _rest(source: Source, visit: Visit, end: Position, found: Found, *, finished: bool) -> tuple[FileState, str]:
    """The state in which the file is left, all complete records up to `end` handed on."""
    if not source.is_blank(end.offset):
        visit.tracker.hold(visit.known, found)
        expected = awaited(visit.tracker.datasets[found.dataset].files)
        return "settling", f"The last line, from byte {end.offset} on, has no line end; it is taken when {expected}."
    loaded = f"All {end.records} records are loaded." if end.records else "It has a header and no records."
    return visit.whole(found, loaded, finished=finished)
