"""An exported CSV, edited: which rows it names, and what their records should have been."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import TextIO

from processors.errors import ConfigError
from sinks.rows.rejects import PAGE
from stream.rejects.export import LEADING, RAW, column_name
from stream.rejects.records import Record
from stream.rejects.spreadsheet import bare

_DELIMITERS = ",;\t"
_PROBLEMS_SHOWN = 20
_CELL_BYTES_MAX = 1 << 30


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the file: where it begins, the row id that it names, and the cells of the record (and its text)."""

    number: int
    row_id: int
    record: Record


@dataclass(slots=True)
class Problems:
    """What is wrong with a corrected file. All of it is looked through before anything is given up."""

    path: Path
    count: int = 0
    shown: list[str] = field(default_factory=list)

    def add(self, line: int, why: str) -> None:
        """Take note of what is wrong in a line."""
        self.count += 1
        if len(self.shown) < _PROBLEMS_SHOWN:
            self.shown.append(f"{self.path}:{line}: {why}.")

    def check(self) -> None:
        """Raises ConfigError where there are any."""
        if self.count > len(self.shown):
            self.shown.append(f"{self.path}: and {self.count - len(self.shown)} more.")
        if self.count:
            raise ConfigError("\n".join([*self.shown, "Nothing was retried."]))


@contextmanager
def corrected(path: Path, problems: Problems) -> Iterator[Iterator[list[Line]]]:
    """The lines of the file, some at a time. Raises ConfigError where it is no such file; lines that name no row go to
    `problems`."""
    csv.field_size_limit(_CELL_BYTES_MAX)  # the default is smaller than a record may be
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            yield _pages(file, path, problems)
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        why = error.strerror if isinstance(error, OSError) else f"is no CSV in UTF-8 ({error})"
        raise ConfigError(f"{path}: cannot be read: {why}. Nothing was retried.") from error


def _pages(file: TextIO, path: Path, problems: Problems) -> Iterator[list[Line]]:
    first = file.readline()
    delimiter = next(
        (mark for mark in _DELIMITERS if LEADING[0] in first.rstrip("\r\n").replace('"', "").split(mark)), None
    )
    if delimiter is None:
        raise ConfigError(f"{path}:1: its header has no column {LEADING[0]}; give a file that `rejects export` wrote.")
    file.seek(0)
    reader = csv.reader(file, delimiter=delimiter)
    titles = next(reader)
    repeated = sorted({title for title in titles if titles.count(title) > 1})
    if repeated:
        raise ConfigError(f"{path}:1: its header names {', '.join(repeated)} more than once.")
    lines = _lines(reader, titles, problems)
    while page := list(islice(lines, PAGE)):
        yield page


def _lines(reader: Iterator[list[str]], titles: Sequence[str], problems: Problems) -> Iterator[Line]:
    number = _line_number(reader) + 1
    for cells in reader:
        at, number = number, _line_number(reader) + 1
        if not cells:
            continue
        if len(cells) != len(titles):
            problems.add(at, f"has {len(cells)} cells and the header {len(titles)}")
            continue
        named = dict(zip(titles, cells, strict=True))
        row = named[LEADING[0]].strip()
        if not (row.isascii() and row.isdigit()) or int(row) >> 63:
            problems.add(at, f"{row!r} is no row id; a spreadsheet may have rounded it: format {LEADING[0]} as text")
            continue
        yield Line(at, int(row), _record(named))


def _line_number(reader: Iterator[list[str]]) -> int:
    return int(reader.line_num)  # type: ignore[attr-defined]


def _record(named: Mapping[str, str]) -> Record:
    cells = {column_name(title): bare(cell) for title, cell in named.items() if title not in {*LEADING, RAW}}
    return Record(cells, bare(named.get(RAW, "")))
