"""The new records of one file, handed on in pieces, and the state in which that leaves the file."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import replace
from itertools import islice

from processors.errors import FrozenError, SourceError, UnreadableError
from processors.schemas.model import SAMPLE_RECORDS, Schema, join
from sinks.base import MicroBatch
from sinks.files import File, FileState, Position
from stream.config import Dataset
from stream.landing.listing import Found
from stream.landing.readiness import awaited
from stream.landing.visit import Visit
from stream.landing.warming import are_known
from stream.reading.header import Header, read_header
from stream.reading.reader import Piece, Reader
from stream.reading.sniffing import LaidOut, lay_out
from stream.reading.source import LandingFile, Source
from stream.running.barrier import Barrier
from stream.schemas.freezing import frozen

_NOTHING = "It holds neither a header nor a record, only what is passed over: blank lines, comments, lines to skip."


def take_new(
    laid_out: LaidOut, found: Found, visit: Visit, stop: threading.Event, *, finished: bool
) -> Iterator[MicroBatch | Barrier]:
    """The complete records behind those that were taken, until `stop` is set, and the news of the file's state.

    `finished`: a last line without a line end is a record. Raises SourceError where the file cannot be read as its
    dataset says, and UnreadableError where a whole generation is to be taken and the file changes meanwhile.
    """
    known, source, dataset = visit.known, laid_out.source, laid_out.dataset
    header = read_header(source, dataset, final=finished)
    if header is None:
        yield from _unheaded(source, found, visit, finished=finished)
        return
    known.file = replace(known.file, header=header.names, dialect=laid_out.dialect)
    end = known.end or Position()
    if why := frozen(header.names, dataset):
        raise FrozenError(why, _sampled(source, dataset, known.file, end, header))
    visit.tracker.datasets.meet(found.dataset, header.names)
    if visit.tracker.in_force.wants(found.dataset) and not (
        yield from are_known(found, visit, stop, finished=finished)
    ):
        return
    last: Piece | None = None
    reader = Reader(source, dataset, known.file, end, end if end.records else header.end, final=finished)
    for piece in reader:
        if last is not None:
            progress = source.progress(last.end.offset)
            yield from visit.hand_on(last, source.stat, "processing", progress, last=False)
        if stop.is_set() or found.dataset in visit.tracker.held:
            return
        last = piece
    if visit.before is not None:
        _refuse_parts(laid_out)
    state, reason = _rest(source, visit, reader.at, found, finished=finished)
    if last is None:
        seen = None if end.records else visit.tracker.datasets[found.dataset].cast.schema(header.names)
        yield from visit.news(source.stat, state, reason, schema=seen)
    else:
        yield from visit.hand_on(last, source.stat, state, reason, last=True)


def _sampled(source: Source, dataset: Dataset, file: File, end: Position, header: Header) -> Schema:
    """The schema of a file that is not taken, as its first records show it; of one that is taken in part, the header's,
    since some sources cannot be read from their beginning again."""
    seen = dataset.cast.schema(header.names)
    if end.records:
        return seen
    sample = replace(dataset, batch_rows=SAMPLE_RECORDS)
    for piece in Reader(source, sample, file, end, header.end, final=False):
        seen = join(seen, dataset.cast(piece.records.rows).schemas.get(file.file_id, seen))
        if piece.end.records >= SAMPLE_RECORDS:
            break
    return seen


def take_before(record: int, found: Found, visit: Visit) -> Iterator[MicroBatch]:
    """The records that are not taken yet and stand before `record`; they were part of one batch with it."""
    known, tracker = visit.known, visit.tracker
    end = known.end or Position()
    count = record - 1 - end.records
    if not count:
        return
    dataset = replace(tracker.datasets[found.dataset], batch_rows=count)
    with LandingFile(tracker.root, found.path, follow_links=dataset.files.follow_links) as file:
        laid_out = lay_out(file, dataset, known.file.dialect, final=False)
        source = laid_out.source
        header = read_header(source, laid_out.dataset, final=True)
        start = end if end.records or header is None else header.end
        for piece in islice(Reader(source, laid_out.dataset, known.file, end, start, final=False), 1):
            progress = source.progress(piece.end.offset)
            yield from visit.hand_on(piece, source.stat, "processing", progress, last=True)


def _refuse_parts(laid_out: LaidOut) -> None:
    """A generation takes the place of another as a whole."""
    if not laid_out.file.is_unchanged():
        raise UnreadableError("it changed while it was read")
    if laid_out.source.fault is not None:
        raise SourceError(laid_out.source.fault)


def _unheaded(source: Source, found: Found, visit: Visit, *, finished: bool) -> Iterator[MicroBatch]:
    if source.fault is not None:
        if visit.before is not None:
            raise SourceError(source.fault)
        yield from visit.news(source.stat, *_broken_off(source, visit, found, finished=finished))
    elif source.stat.size and finished:
        yield from visit.news(source.stat, "discovered", _NOTHING)
    elif source.stat.size:
        visit.tracker.hold(found)
        yield from visit.news(source.stat, "settling", "Its header is not complete.")
    else:
        yield from visit.news(source.stat, "discovered", "It is empty.")


def _broken_off(source: Source, visit: Visit, found: Found, *, finished: bool) -> tuple[FileState, str]:
    """The state of a file that cannot be read to its end."""
    fault = f"{str(source.fault)[:1].upper()}{str(source.fault)[1:]}"
    if not source.is_cut_off:
        return "failed", f"{fault}."
    if finished:
        return "failed", f"{fault}, and nothing follows. Let the whole file land; what is missing is read on then."
    visit.tracker.hold(found)
    return "settling", f"{fault} so far; it may still be written."


def _rest(source: Source, visit: Visit, end: Position, found: Found, *, finished: bool) -> tuple[FileState, str]:
    """The state in which the file is left, all complete records up to `end` handed on."""
    if source.fault is not None:
        return _broken_off(source, visit, found, finished=finished)
    if not source.is_blank(end.offset):
        visit.tracker.hold(found)
        expected = awaited(visit.tracker.datasets[found.dataset].files)
        return "settling", f"The last line, from byte {end.offset} on, has no line end; it is taken when {expected}."
    with_header = visit.tracker.datasets[found.dataset].dialect.header
    nothing = "It has a header and no records." if with_header else "It has no records."
    return visit.whole(found, f"All {end.records} records are read." if end.records else nothing, finished=finished)
