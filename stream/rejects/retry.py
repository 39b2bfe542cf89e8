"""Rejected records judged again, after a rule was fixed or with corrections, as if they had come right.

A record is judged by its event, which is what `replay` reads too; a correction is the later event. Only the records
that are meant are judged: those beside them, and in which span they stand, make no difference.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self, TypeAlias

import pyarrow as pa
import pyarrow.compute as pc

from processors.errors import ConfigError
from processors.events import encode
from processors.outcome import ROW_ID
from sinks.database.lock import WriterLock
from sinks.ledger.corrections import correct
from sinks.ledger.files import FileEntry
from sinks.ledger.spans import SpanEntry
from sinks.reading import WarehouseReader
from sinks.rows.rejects import Choice
from sinks.rows.retrial import Retrial
from sinks.warehouse import Warehouse
from stream.closing import Closings
from stream.config import Dataset
from stream.parameters.recorded import OfSpans
from stream.rejects.anew import CAME, Anew
from stream.rejects.choosing import files_of
from stream.rejects.corrected import Line, Problems, corrected
from stream.rejects.export import renamed
from stream.rejects.records import Record, record
from stream.schemas.contracts import Contracts

Datasets: TypeAlias = Mapping[str, Dataset]


@dataclass(frozen=True, slots=True)
class Retried:
    """What a retry did: records tried, those of them that are accepted now and those still rejected; rows beside them
    that changed sides, since a key was freed or taken; and a sentence for each dataset passed over."""

    tried: int
    accepted: int
    rejected: int
    moved: int
    passed_over: tuple[str, ...] = ()


def retry_chosen(
    datasets: Datasets, path: Path, choice: Choice, stop: threading.Event, lock: WriterLock | None = None
) -> Retried:
    """Judge the chosen rejects again, by today's rules, in one transaction. `lock`: the writer's, if it is held.

    Raises ConfigError, WarehouseError, SourceError where a rule with the action `fail` is broken, and KeyboardInterrupt
    when `stop` is set on the way; then nothing has changed.
    """
    with _Bench(datasets, path, stop, lock) as bench:
        files = files_of(bench.recorded, choice)
        gone = sorted({entry.file.dataset for entry in files} - set(bench.datasets))
        for entry in files:
            if entry.file.dataset not in gone:
                columns = bench.recorded.rejects.events(entry.file.dataset)
                for page in bench.recorded.rejects.chosen(entry.file.file_id, choice, columns):
                    bench.judge(entry, page)
        left_out = (f"{name} is recorded, but no config describes it; it was not retried." for name in gone)
        return bench.result(tuple(left_out))


def retry_corrected(
    datasets: Datasets, path: Path, source: Path, stop: threading.Event, lock: WriterLock | None = None
) -> Retried:
    """Judge the rejects that a corrected file names again, by what it says that they should have been.

    A line that is as it was exported is no correction: its record is only judged again. Raises what `retry_chosen`
    does; ConfigError has a line for each line of the file that cannot be taken, and then nothing has changed.
    """
    problems = Problems(source)
    with corrected(source, problems) as pages, _Bench(datasets, path, stop, lock) as bench:
        for lines in pages:
            _take(bench, lines, problems)
        problems.check()
        return bench.result()


class _Bench:
    """The warehouse, open for one retry in one transaction."""

    def __init__(self, datasets: Datasets, path: Path, stop: threading.Event, lock: WriterLock | None) -> None:
        self.datasets, self._path, self._stop, self._lock = Contracts(datasets), path, stop, lock
        self._files: dict[int, tuple[FileEntry, list[SpanEntry]]] = {}
        self._files_seen = 0

    def __enter__(self) -> Self:
        tables = [dataset.table for dataset in self.datasets.values()]
        with WarehouseReader(self._path):
            pass  # where there is no warehouse, none is made
        with ExitStack() as resources:
            self.warehouse = resources.enter_context(Warehouse(self._path, tables, lock=self._lock))
            self.recorded = resources.enter_context(WarehouseReader(self._path))
            self._run = resources.enter_context(self.warehouse.recording("retry"))
            resources.push(self._close_dates)
            resources.enter_context(self.warehouse.transaction())
            self.retrial = Retrial(self.warehouse.connection, tables, self._run.run_id)
            self._anew = Anew(self.datasets, self.retrial, OfSpans(self.recorded.parameters), self._stop)
            self._resources = resources.pop_all()
        return self

    def _close_dates(self, kind: type[BaseException] | None, *_: object) -> None:
        """Behind the transaction, if it was kept."""
        if kind is None:
            Closings(self.warehouse).close()

    def __exit__(self, *error: object) -> None:
        self._resources.__exit__(*error)  # type: ignore[arg-type]

    def file(self, file_id: int) -> FileEntry:
        """What the ledger says of a file."""
        return self._known(file_id)[0]

    def judge(self, entry: FileEntry, page: pa.Table) -> None:
        """Judge records of a file again. `page`: as `Rejects.events` describes it."""
        self._anew.judge(entry, self._known(entry.file.file_id)[1], page)

    def _known(self, file_id: int) -> tuple[FileEntry, list[SpanEntry]]:
        if file_id not in self._files:
            [entry] = self.recorded.files("file_id = ?", file_id)
            self._files = {file_id: (entry, list(self.recorded.spans(file_id)))}  # files come one after the other
            self._files_seen += 1
        return self._files[file_id]

    def result(self, passed_over: tuple[str, ...] = ()) -> Retried:
        """What it came to."""
        tried, rejected, moved = self.retrial.end()
        self._run.add(self._files_seen, tried, tried - rejected, self.retrial.drifts)
        return Retried(tried, tried - rejected, rejected, moved, passed_over)


@dataclass(slots=True)
class _Corrections:
    """The corrections of records of one file."""

    ids: list[int] = field(default_factory=list)
    records: list[Record] = field(default_factory=list)

    def events(self, header: Sequence[str]) -> pa.RecordBatch:
        cells = {name: pa.array([each.cells[name] for each in self.records], pa.string()) for name in header}
        ids = pa.array(self.ids, pa.int64())
        return pa.record_batch({ROW_ID: ids, "payload": encode(pa.record_batch({ROW_ID: ids} | cells))})


def _take(bench: _Bench, lines: Sequence[Line], problems: Problems) -> None:
    """Judge the records that some lines name, unless there are problems; then the lines are only looked through."""
    wanted = dict[int, Line]()
    for line in lines:
        if line.row_id in wanted or bench.retrial.is_tried(line.row_id):
            problems.add(line.number, f"row {line.row_id} stands twice in this file")
        wanted[line.row_id] = line
    rejects = {row["_id"]: row for row in bench.recorded.rejects.named(list(wanted)).to_pylist()}
    for row in wanted.keys() - rejects.keys():
        problems.add(wanted[row].number, f"row {row} is not rejected, or not any more; take the line out")
    for file_id, ids in _by_file(rejects):
        _take_of_file(bench, file_id, {row: (rejects[row], wanted[row]) for row in ids}, problems)


def _by_file(ids: Mapping[int, object]) -> Iterator[tuple[int, list[int]]]:
    files: dict[int, list[int]] = {}
    for row in sorted(ids):
        files.setdefault(row >> 32, []).append(row)
    yield from files.items()


def _take_of_file(
    bench: _Bench, file_id: int, named: Mapping[int, tuple[Mapping[str, str], Line]], problems: Problems
) -> None:
    entry = bench.file(file_id)
    dataset = bench.datasets.get(entry.file.dataset)
    if dataset is None:
        raise ConfigError(f"{entry.file.dataset} is recorded, but no config describes it. Nothing was retried.")
    corrections, columns = _Corrections(), renamed(entry.file.header, dataset)
    for row, (reject, line) in named.items():
        before = record(reject["raw"], entry.file.header, columns)
        fault = _fault(line.record, before, entry)
        if fault:
            problems.add(line.number, fault)
        elif _cells(line.record) != _cells(before):
            corrections.ids.append(row)
            corrections.records.append(line.record)
    if not problems.count:
        _judge_corrected(bench, entry, list(named), corrections)


def _cells(told: Record) -> dict[str, str]:
    """The cells that say something: a record that could not be split has none, and an empty one is like it."""
    return {name: cell for name, cell in told.cells.items() if cell}


def _fault(told: Record, before: Record, entry: FileEntry) -> str | None:
    """What keeps a line of a corrected file from being taken."""
    header = entry.file.header
    missing = [name for name in header if name not in told.cells]
    if missing:
        return f"the file has no column {missing[0]!r}, which the records of {entry.file.path} have"
    strange = next((name for name, cell in told.cells.items() if cell and name not in header), None)
    if strange is not None:
        return f"has a cell in {strange!r}, which the records of {entry.file.path} do not have"
    if told.text != before.text:
        return "its text in _raw was changed; write the fields into their columns instead"
    return None


def _judge_corrected(bench: _Bench, entry: FileEntry, ids: Sequence[int], corrections: _Corrections) -> None:
    page = bench.recorded.rejects.named(ids, bench.recorded.rejects.events(entry.file.dataset))
    if corrections.ids:
        events = corrections.events(entry.file.header)
        correct(bench.warehouse.connection, events)
        page = _with_events(page, events)
    bench.judge(entry, page)


def _with_events(page: pa.Table, events: pa.RecordBatch) -> pa.Table:
    """`page` with the payloads of `events` in the place of those of the same ids, which stand beside as `came`; of a
    row that is typed there is none."""
    at = pc.index_in(page[ROW_ID], events[ROW_ID])
    payloads = pc.coalesce(events["payload"].take(at.combine_chunks()), page["payload"].combine_chunks())
    typed = pc.if_else(pc.is_valid(at), 0, page["is_typed"])
    came = pc.if_else(pc.and_(pc.is_valid(at), pc.equal(page["is_typed"], 0)), page["payload"], None)
    columns = {ROW_ID: page[ROW_ID], "payload": payloads, "is_typed": typed, "attempts": page["attempts"], CAME: came}
    return pa.table(columns)
