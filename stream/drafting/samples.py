"""Sample files, each read to its end, in bounded memory: how they are laid out, and what is in their columns."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import polars as pl
import pyarrow as pa

from processors.errors import ConfigError, SourceError
from processors.frames import to_frame
from processors.profiling.cell_hashes import CELLS_MAX, CellHashes, cell_hashes
from processors.profiling.profile import ColumnProfile, profile
from sinks.files import File, FileDialect, Position
from stream.drafting.layout import OpenSample, check_readable, opened
from stream.reading.reader import Reader

#: So many records are profiled at once, of several files where these are small.
_PROFILED_ROWS = 1 << 16


@dataclass(frozen=True, slots=True)
class Sample:
    """What a sample file is as a whole. `header_lines`: records that are the header again. `blank`: records without a
    value. `malformed`: records that could not be split into columns, by reason. `names` is empty where it holds
    nothing."""

    path: Path
    names: tuple[str, ...] = ()
    dialect: FileDialect = FileDialect()  # noqa: RUF009 - frozen
    quote: str = '"'
    has_header: bool = True
    records: int = 0
    header_lines: int = 0
    blank: int = 0
    malformed: Counter[str] = field(default_factory=Counter)


@dataclass(slots=True)
class Group:
    """The columns of all samples with one header; `waiting`: what is not profiled yet."""

    names: tuple[str, ...]
    profiles: tuple[ColumnProfile, ...]
    hashes: list[CellHashes] = field(default_factory=list)
    records: int = 0
    waiting: list[pl.DataFrame] = field(default_factory=list)

    def profile(self) -> None:
        """Take in what is waiting."""
        if self.waiting:
            cells, self.waiting = pl.concat(self.waiting), []
            pairs = zip(self.profiles, cells.iter_columns(), strict=True)
            self.profiles = tuple(known + profile(column) for known, column in pairs)


@dataclass(slots=True)
class Survey:
    """All samples, and their columns by header, in the order in which they were met."""

    samples: list[Sample] = field(default_factory=list)
    groups: dict[tuple[str, ...], Group] = field(default_factory=dict)
    _cells_hashed: int = 0

    def add(self, path: Path) -> None:
        """Read a sample. Raises SourceError where it cannot be read as a table, ConfigError where it is no file."""
        if not path.is_file():
            raise ConfigError(f"{path}: there is no such file. Name the sample files, such as samples/*.csv.")
        try:
            with opened(path) as sample:
                self.samples.append(Sample(path) if sample is None else self._read(path, sample))
        except SourceError as error:
            raise SourceError(f"{path}: {error}.") from error

    def take(self, names: tuple[str, ...], cells: pl.DataFrame) -> None:
        """Take in some records."""
        group = self.groups.setdefault(names, Group(names, tuple(ColumnProfile() for _ in names)))
        left = (CELLS_MAX - self._cells_hashed) // len(names)
        if left and cells.height:
            group.hashes.append(cell_hashes(cells, left))
            self._cells_hashed += group.hashes[-1].records * len(names)
        group.records += cells.height
        group.waiting.append(cells)
        if sum(part.height for part in group.waiting) >= _PROFILED_ROWS:
            group.profile()

    def _read(self, path: Path, sample: OpenSample) -> Sample:
        names, dataset = sample.header.names, sample.dataset
        malformed: Counter[str] = Counter()
        records = header_lines = blank = 0
        for cells, faults in _records(sample):
            records += cells.height + faults.total()
            malformed += faults
            told, repeated, empty = _told(cells)
            header_lines, blank = header_lines + repeated, blank + empty
            self.take(names, told)
        check_readable(sample)
        self.take(names, pl.DataFrame(schema=dict.fromkeys(names, pl.String)))
        dialect = sample.laid_out.dialect
        whole = records, header_lines, blank, malformed
        return Sample(path, names, dialect, dataset.dialect.quote or '"', dataset.dialect.header, *whole)


def survey(paths: Iterable[Path]) -> Survey:
    """All samples, read to their ends."""
    found = Survey()
    for path in dict.fromkeys(paths):
        found.add(path)
    for group in found.groups.values():
        group.profile()
    return found


def _records(sample: OpenSample) -> Iterator[tuple[pl.DataFrame, Counter[str]]]:
    """The records as text, and how many could not be split, by reason."""
    file = File(1, "sample", "sample", 1, "", sample.header.names)
    start = sample.header.end
    for piece in Reader(sample.source, sample.dataset, file, Position(), start, final=True):
        yield to_frame(piece.records.rows, sample.header.names), _faults(piece.records.malformed)


def _faults(malformed: pa.RecordBatch) -> Counter[str]:
    if not malformed.num_rows:
        return Counter()
    return Counter(reasons[0]["rule"] for reasons in malformed["reasons"].to_pylist())


def _told(cells: pl.DataFrame) -> tuple[pl.DataFrame, int, int]:
    """The records without those that are the header again, and without those that are blank, and how many these are."""
    blank = _like(cells, [""] * cells.width)
    repeated = _like(cells, cells.columns)
    if not blank.any() and not repeated.any():
        return cells, 0, 0
    return cells.filter(~(blank | repeated)), int(repeated.sum()), int(blank.sum())


def _like(cells: pl.DataFrame, record: list[str]) -> pl.Series:
    """Which records have just these cells. The first column nearly always tells that none has."""
    first = cells.to_series(0).str.strip_chars() == record[0]
    if not first.any():
        return first
    return cells.select(
        pl.all_horizontal(pl.nth(place).str.strip_chars() == cell for place, cell in enumerate(record))
    ).to_series()
