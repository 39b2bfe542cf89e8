"""Many small new files as one micro-batch: read, framed, parsed, judged and committed together, accounted for apart.

Only files for which that is the same as one by one: new, complete to the last line end, with the beginning of the first
one to the byte, no copies, and with records that end where their files end. All others are taken alone, between them.
"""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Generator, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import partial
from itertools import takewhile

import numpy as np
import numpy.typing as npt

from processors.errors import SourceError
from processors.parameters.model import Parameters
from sinks.base import MicroBatch, Part, Span
from sinks.files import RECORD_BITS, File, FileDialect, Position
from sinks.ledger.clock import now
from sinks.ledger.record_index import RecordIndex
from stream.config import Dataset
from stream.landing.identity import doubtful_for
from stream.landing.listing import Found
from stream.landing.tracker import Tracker
from stream.landing.visit import Visit
from stream.reading.framing import Frames, frame
from stream.reading.header import Header, read_header
from stream.reading.quoting import AUTO
from stream.reading.records import parse
from stream.reading.sniffing import lay_out
from stream.reading.source import FINGERPRINT_BYTES, LandingFile
from stream.running.barrier import Barrier
from stream.schemas.contracts import offered
from stream.schemas.freezing import frozen

#: Larger files are taken alone. Of these, the fingerprint is the digest of all bytes.
FILE_BYTES_MAX = FINGERPRINT_BYTES


@dataclass(frozen=True, slots=True)
class _Beginning:
    """The bytes with which the files of a bundle begin, and what they say."""

    data: bytes
    header: Header
    dataset: Dataset
    dialect: FileDialect


@dataclass(frozen=True, slots=True)
class _Small:
    """A small file as it was read: `body` is what stands behind the header, `digest` that of all bytes."""

    found: Found
    body: bytes
    digest: bytes


def bundled(
    tracker: Tracker, files: Sequence[Found], stop: threading.Event
) -> Generator[MicroBatch | Barrier, None, tuple[Sequence[Found], Sequence[Found]]]:
    """One micro-batch of the first of `files`, all of one dataset, as far as they can be taken together; given back are
    those that are to be taken alone now, and those that come after them.

    So new files are committed in the order of their ids, and a process that is killed between two of them leaves the
    next one the ids that it would have given. All of a batch that is refused are to be taken alone: that finds the file
    at fault.
    """
    fresh = list(takewhile(partial(_is_small, tracker), files))
    beginning = _beginning(tracker, fresh[0]) if len(fresh) > 1 else None
    if beginning is None:
        return files[: max(1, len(fresh))], files[max(1, len(fresh)) :]
    small = list(_read(tracker, fresh, beginning))
    alone, others = files[: max(1, len(small))], files[max(1, len(small)) :]
    frames = _framed(small, beginning)
    if frames is None:
        return alone, others
    dataset, parameters = beginning.dataset.name, None
    if tracker.in_force.wants(dataset):
        parameters = yield from _parameters(tracker, fresh[0], stop)
        if parameters is None:
            return alone, others
    tracker.datasets.meet(dataset, beginning.header.names)
    visits = [Visit.of(tracker, each.found) for each in small]
    batch = _batch(visits, small, frames, beginning, parameters)
    try:
        yield from offered(batch, tracker.datasets)
    except SourceError:
        for visit in visits:
            tracker.stays(visit.known)
        return alone, others
    if parameters is not None:
        tracker.in_force.take(parameters, batch.parts[0].file.date)
    for visit, each, part in zip(visits, small, batch.parts, strict=True):
        _keep(visit, each.found, part)
    return (), others


def _parameters(tracker: Tracker, found: Found, stop: threading.Event) -> Generator[Barrier, None, Parameters | None]:
    """Those of the file's date; None where they are not known: then its first file is to be taken alone."""
    dataset, date = found.dataset, tracker.date_of(found)
    known = yield from tracker.in_force.ask(dataset, date, stop)
    return tracker.in_force.of(dataset, date) if known else None


def _is_small(tracker: Tracker, found: Found) -> bool:
    return 0 < found.stat.size <= FILE_BYTES_MAX and not found.is_folder and not tracker.knows(found)


def _beginning(tracker: Tracker, found: Found) -> _Beginning | None:
    """How the file begins; None where it is not laid out plainly, as its config says."""
    dataset = tracker.datasets[found.dataset]
    if AUTO in {dataset.dialect.delimiter, dataset.dialect.encoding}:
        return None
    with (
        suppress(FileNotFoundError, SourceError),
        LandingFile(tracker.root, found.path, follow_links=dataset.files.follow_links) as file,
    ):
        laid_out = lay_out(file, dataset, None, final=False)
        header = read_header(laid_out.source, laid_out.dataset, final=False)
        if laid_out.source is file and header is not None and frozen(header.names, dataset) is None:
            data = file.read(0, header.end.offset)
            return _Beginning(data, header, laid_out.dataset, laid_out.dialect)
    return None


def _read(tracker: Tracker, files: Sequence[Found], beginning: _Beginning) -> Iterator[_Small]:
    """The first ones, as far as they begin so, have records and a date in common, can be read, and are no copies."""
    dataset, date = beginning.dataset, tracker.date(files[0])
    alone = dataset.files.on_copy == "load"
    digests: set[bytes] = set()
    for found in files:
        try:
            with LandingFile(tracker.root, found.path, follow_links=dataset.files.follow_links) as file:
                data, stat = file.read(0, FILE_BYTES_MAX + 1), file.stat
        except (FileNotFoundError, SourceError):
            return
        whole = data.endswith(b"\n") and len(data) == stat.size <= FILE_BYTES_MAX
        if not (whole and data.startswith(beginning.data) and len(data) > len(beginning.data)):
            return
        digest = hashlib.sha256(data).digest()
        known = tracker.contents.of_inode(dataset.name, stat.inode) or digest in digests
        if known or (not alone and tracker.contents.alike(dataset.name, date, digest)) or tracker.date(found) != date:
            return
        digests.add(digest)
        seen = found if found.stat == stat else replace(found, stat=stat)
        yield _Small(seen, data[len(beginning.data) :], digest)


def _framed(small: Sequence[_Small], beginning: _Beginning) -> tuple[bytes, Frames, npt.NDArray[np.int64]] | None:
    """All bodies as one block, its records, and how many each body has; None where a record goes beyond its body."""
    if len(small) < 2:
        return None
    block = b"".join(each.body for each in small)
    frames = frame(block, beginning.dataset.dialect, final=True)
    borders = np.cumsum([len(each.body) for each in small])
    ends = np.searchsorted(frames.ends, borders, "right")
    counts = np.diff(ends, prepend=0)
    sound = not frames.faulty and counts.all() and np.array_equal(frames.ends[ends - 1], borders)
    return (block, frames, counts) if sound and not frames.has_comments else None


def _batch(
    visits: Sequence[Visit],
    small: Sequence[_Small],
    framed: tuple[bytes, Frames, npt.NDArray[np.int64]],
    beginning: _Beginning,
    parameters: Parameters | None,
) -> MicroBatch:
    block, frames, counts = framed
    file_ids = np.array([visit.known.file.file_id for visit in visits], np.int64)
    ends = np.cumsum(counts)
    numbers = np.arange(1, len(frames) + 1) - np.repeat(ends - counts, counts)
    ids = (np.repeat(file_ids, counts) << RECORD_BITS) | numbers
    records = parse(block, frames, beginning.header.names, beginning.dataset.dialect, ids, 0)
    parts = tuple(_parts(visits, small, frames, ends.tolist(), beginning))
    dataset = visits[0].tracker.datasets[beginning.dataset.name]
    table, schema = dataset.table, dataset.cast.schema(beginning.header.names)
    return MicroBatch(
        *(parts, table, records.rows, records.malformed, records.malformed_events, now(), table.raw),
        schemas=dict.fromkeys(file_ids.tolist(), schema),
        parameters=parameters,
    )


def _parts(
    visits: Sequence[Visit], small: Sequence[_Small], frames: Frames, ends: Sequence[int], beginning: _Beginning
) -> Iterator[Part]:
    """What the batch has of each file."""
    first = lines = begin = 0
    end = beginning.header.end
    for visit, each, last in zip(visits, small, ends, strict=True):
        size, through = end.offset + len(each.body), int(frames.lines_through[last - 1])
        moved = end.offset - begin
        index = RecordIndex(
            end.lines + 1 - lines + frames.lines_before[first:last],
            moved + frames.starts[first:last],
            moved + frames.ends[first:last],
            end.lines + through - lines,
        )
        known, count = visit.known, last - first
        known.file = _with_content(known.file, beginning, each.digest)
        finished = known.seen == each.found.stat and visit.tracker.has_settled(known)
        state, reason = visit.whole(each.found, f"All {count} records are read.", finished=finished)
        span = Span(known.file.file_id, 1, count, 0, size)
        yield Part(known.file, span, index, each.digest, each.found.stat, state, reason, visit.arrived_ns)
        first, lines, begin = last, through, begin + len(each.body)


def _with_content(file: File, beginning: _Beginning, digest: bytes) -> File:
    """By hand: `replace` takes as long as reading the file."""
    identity = file.file_id, file.dataset, file.path, file.generation, file.date
    return File(*identity, beginning.header.names, digest, beginning.dialect)


def _keep(visit: Visit, found: Found, part: Part) -> None:
    """What was handed on is what is known of the file now."""
    known = visit.known
    known.stat, known.state, known.reason = part.stat, part.state, part.reason
    known.end = Position(part.span.row_count, part.span.byte_end, part.index.lines_after)
    known.first = known.last = (part.span, part.digest)
    visit.tracker.contents.add(known)
    doubtful = doubtful_for(part.stat)
    if doubtful and known.state == "committed" and not visit.tracker.is_proven(known):
        visit.tracker.hold(found, doubtful)
    visit.tracker.done(found)
