"""What the records of a file are judged with, where a step of their dataset wants parameters.

Those of a new dataset are made of the first records of its first file, before these are handed on: they are read once
more, from a source of their own, since some sources can be read forwards only.
"""

from __future__ import annotations

import threading
from collections.abc import Generator, Iterator
from dataclasses import dataclass, replace

import pyarrow as pa
import pyarrow.compute as pc

from processors.outcome import ROW_ID
from processors.parameters.model import Parameters
from sinks.base import MicroBatch
from sinks.files import RECORDS_MAX, Position
from stream.config import Dataset
from stream.landing.listing import Found
from stream.landing.readiness import awaited
from stream.landing.visit import Visit
from stream.parameters.choosing import figures
from stream.reading.header import read_header
from stream.reading.reader import Piece, Reader
from stream.reading.sniffing import lay_out
from stream.reading.source import LandingFile
from stream.running.barrier import Barrier


def are_known(
    found: Found, visit: Visit, stop: threading.Event, *, finished: bool
) -> Generator[MicroBatch | Barrier, None, bool]:
    """Whether the parameters of the file's date are known, so that its records can be judged; the visit has them then.

    False where `stop` was set meanwhile, and where the file has too few records to make the first ones and is not
    `finished`: that is its news. Raises as reading the file does.
    """
    tracker, file = visit.tracker, visit.known.file
    if not (yield from tracker.in_force.ask(file.dataset, file.date, stop)):
        return False
    visit.parameters = tracker.in_force.of(file.dataset, file.date)
    if visit.parameters is not None:
        return True
    dataset = tracker.datasets[file.dataset]
    first, wanted = _first_records(found, visit, dataset, finished=finished), dataset.config.parameters.warmup_rows
    if first.count < wanted and not finished:
        tracker.hold(found)
        made = f"The first parameters of {dataset.name} are made of {wanted} records, and it has {first.count}"
        due = f"It is read on when it has them, or {awaited(dataset.files)}"
        yield from visit.news(found.stat, "settling", f"{made}. {due}.")
        return False
    visit.parameters = Parameters(dataset.name, 1, None, figures(dataset, first.accepted))
    return True


@dataclass(frozen=True, slots=True)
class _First:
    """How many records are at hand, and those of them that pass the steps as these are without parameters."""

    count: int
    accepted: pa.RecordBatch


def _first_records(found: Found, visit: Visit, dataset: Dataset, *, finished: bool) -> _First:
    count, most = 0, dataset.config.parameters.warmup_rows
    accepted = [dataset.chain(_no_records(visit)).accepted]
    for piece in _pieces(found, visit, dataset, finished=finished):
        rows, count = piece.records.rows, piece.end.records
        within = pc.less_equal(pc.bit_wise_and(rows[ROW_ID], RECORDS_MAX), most)
        accepted.append(dataset.chain(rows.filter(within)).accepted)
        if count >= most:
            break
    return _First(min(count, most), pa.concat_batches(accepted))


def _no_records(visit: Visit) -> pa.RecordBatch:
    names = visit.known.file.header
    return pa.RecordBatch.from_arrays(
        [pa.array([], pa.int64()), *(pa.array([], pa.string()) for _ in names)], names=[ROW_ID, *names]
    )


def _pieces(found: Found, visit: Visit, dataset: Dataset, *, finished: bool) -> Iterator[Piece]:
    """The file from its first record on, whatever of it is loaded."""
    known = visit.known
    with LandingFile(visit.tracker.root, found.path, follow_links=dataset.files.follow_links) as file:
        laid_out = lay_out(file, dataset, known.file.dialect, final=finished)
        header = read_header(laid_out.source, laid_out.dataset, final=finished)
        if header is not None:
            laid = replace(laid_out.dataset, batch_rows=dataset.config.parameters.warmup_rows)
            yield from Reader(laid_out.source, laid, known.file, Position(), header.end, final=finished)
