"""Which record is meant: by its row id, its key, or its file and the line in which it begins."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from processors.errors import ConfigError
from sinks.files import RECORD_BITS, RECORDS_MAX
from sinks.ledger.files import FileEntry
from sinks.ledger.record_index import RecordIndex, unpack
from sinks.ledger.spans import SpanEntry
from sinks.reading import WarehouseReader
from sinks.tracing.by_key import rows_with
from stream.config import Dataset
from stream.landing.naming import recorded_path
from stream.rejects.choosing import row_or_place

_PATHS_SHOWN = 5


@dataclass(frozen=True, slots=True)
class Found:
    """A record that was read: its id, its file, and the span that has it at `place`."""

    row_id: int
    entry: FileEntry
    span: SpanEntry
    index: RecordIndex
    place: int

    @property
    def line(self) -> int:
        """The line of the file in which it begins."""
        return int(self.index.lines[self.place])

    @property
    def bytes(self) -> tuple[int, int]:
        """Where it begins in its file, and where its line end ends."""
        return int(self.index.starts[self.place]), int(self.index.ends[self.place])


def found(recorded: WarehouseReader, landing: Path, dataset: Dataset, name: str) -> Found:
    """The record of the dataset that `name` means: a row id, `path:line`, the value of its key, or `column=value` with
    commas between several. Raises ConfigError where there is none, or several may be meant."""
    row_id = _by_key(recorded, dataset, name)
    if row_id is not None:
        return _of_id(recorded, dataset.name, row_id)
    try:
        named = row_or_place(name, "record")
    except ConfigError as error:
        raise ConfigError(f"{error} {_keyed(dataset, name)}") from error
    if isinstance(named, int):
        return _of_id(recorded, dataset.name, named)
    path, line = named
    return _of_line(recorded, dataset.name, recorded_path(recorded, landing, path), line)


def _by_key(recorded: WarehouseReader, dataset: Dataset, name: str) -> int | None:
    """The record with a key, of several the one that is staged; None where none is meant, or has it."""
    values = _values(dataset, name)
    if not values or _is_row_id(recorded, name):
        return None
    headers = {column.name: (column.name, *column.names) for column in dataset.columns}
    known = {name: tuple(dict.fromkeys(headers.get(name, (name,)))) for name in values}
    return next(iter(rows_with(recorded.connection, dataset.table, values, known)), None)


def _values(dataset: Dataset, name: str) -> dict[str, str]:
    """The values that are meant, by column; of the key, where no column is named."""
    pairs = [part.partition("=") for part in name.split(",")]
    if all(equals and column in dict(dataset.table.columns) for column, equals, _ in pairs):
        return {column: value for column, _, value in pairs}
    key = dataset.config.key
    return {key[0]: name} if len(key) == 1 else {}


def _is_row_id(recorded: WarehouseReader, name: str) -> bool:
    """Whether it is the row id of a record of a file that is recorded, and not a key of digits."""
    if not (name.isascii() and name.isdigit() and len(name) < 20):
        return False
    return next(recorded.files("file_id = ?", int(name) >> RECORD_BITS), None) is not None


def _keyed(dataset: Dataset, name: str) -> str:
    """What else it may be."""
    key = dataset.config.key
    if len(key) == 1:
        return f"No record of {dataset.name} has the {key[0]} {name!r} either."
    example = ",".join(f"{column}=…" for column in key) or "column=value"
    return f"Or name a record by its columns, such as {example}."


def _of_id(recorded: WarehouseReader, dataset: str, row_id: int) -> Found:
    file_id, record = row_id >> RECORD_BITS, row_id & RECORDS_MAX
    entry = None if row_id >> 63 else next(recorded.files("file_id = ?", file_id), None)
    if entry is None:
        raise ConfigError(
            f"no record has the row id {row_id}: no file with the id {file_id} is recorded. A row id stands in the "
            f"column _id of stg_{dataset}, rejects and raw_events."
        )
    _check_dataset(entry, dataset, f"row {row_id}")
    for span in recorded.spans(file_id):
        place = record - span.span.row_first
        if 0 <= place < span.span.row_count:
            return Found(row_id, entry, span, _index(span), place)
    raise ConfigError(f"{entry.file.path} has no record {record}, which row {row_id} would be; it has {entry.records}.")


def _of_line(recorded: WarehouseReader, dataset: str, path: str, line: int) -> Found:
    entries = list(recorded.files("path = ?", path))
    if not entries:
        raise ConfigError(_unknown(recorded, dataset, path))
    mine = [entry for entry in entries if entry.file.dataset == dataset]
    if not mine:
        _check_dataset(entries[-1], dataset, path)
    entry = max(mine, key=lambda each: (each.state != "superseded", each.file.generation))
    for span, index in _indexes(recorded, entry):
        places = np.flatnonzero(index.lines == line)
        if len(places):
            return Found(span.span.id_first + int(places[0]), entry, span, index, int(places[0]))
    raise ConfigError(f"no record begins in {path} line {line}. {_nearest(recorded, entry, line)}")


def _check_dataset(entry: FileEntry, dataset: str, what: str) -> None:
    if entry.file.dataset != dataset:
        raise ConfigError(f"{what} is of dataset {entry.file.dataset}, not of {dataset}.")


def _unknown(recorded: WarehouseReader, dataset: str, path: str) -> str:
    alike = dict.fromkeys(
        entry.file.path for entry in recorded.files("dataset = ?", dataset) if entry.file.path.endswith(f"/{path}")
    )
    if not alike:
        return f"{path}: no such file is recorded. `ade-stream why FILE` says why."
    more = f" and {len(alike) - _PATHS_SHOWN} more" if len(alike) > _PATHS_SHOWN else ""
    shown = ", ".join(list(alike)[:_PATHS_SHOWN])
    return f"{path}: no such file is recorded, but {shown}{more}: which one is meant?"


def _nearest(recorded: WarehouseReader, entry: FileEntry, line: int) -> str:
    """The record that may be meant: the line may stand within it, or be that of a header."""
    before = [int(lines[lines < line].max()) for lines in _lines(recorded, entry) if (lines < line).any()]
    if before:
        return f"The record before it begins in line {before[-1]}."
    first = next(_lines(recorded, entry), None)
    return "None of its records is loaded." if first is None else f"Its first record begins in line {int(first[0])}."


def _lines(recorded: WarehouseReader, entry: FileEntry) -> Iterator[np.ndarray[tuple[int], np.dtype[np.int64]]]:
    yield from (index.lines for _, index in _indexes(recorded, entry))


def _indexes(recorded: WarehouseReader, entry: FileEntry) -> Iterator[tuple[SpanEntry, RecordIndex]]:
    for span in recorded.spans(entry.file.file_id):
        if span.span.row_count:
            yield span, _index(span)


def _index(span: SpanEntry) -> RecordIndex:
    return unpack(span.record_index, span.span.row_count, span.lines_after)
