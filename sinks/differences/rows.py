"""Rows as one connection sees them, compared with the same rows as another does, page by page."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import TypeAlias

import polars as pl

from processors.outcome import ROW_ID
from sinks.database.connection import Connection
from sinks.database.identifiers import quote, staged
from sinks.files import row_id
from sinks.ledger.files import FileEntry
from sinks.rows.evolution import columns_of

EXAMPLES = 5
_PAGE_RECORDS = 20_000
#: SQL: null in a column that a table lacks, as `cell` has it.
EMPTY = "''"


@dataclass(frozen=True, slots=True)
class CellChange:
    """A cell that is another, as text; None where it is null."""

    row: int
    before: str | None
    after: str | None


@dataclass(slots=True)
class ColumnChanges:
    """In how many rows a column's cell is another, and the first of them."""

    rows: int = 0
    examples: list[CellChange] = field(default_factory=list)


@dataclass(slots=True)
class RowChanges:
    """How many rows are others than before, have come, and have gone; the first of those that have come and
    gone; and the columns with other cells, by name."""

    changed: int = 0
    added: int = 0
    gone: int = 0
    come_examples: list[int] = field(default_factory=list)
    gone_examples: list[int] = field(default_factory=list)
    columns: dict[str, ColumnChanges] = field(default_factory=dict)


#: A connection and the query that it is asked for a range of row ids; None where there is nothing to ask.
Side: TypeAlias = tuple[Connection, str] | None


def row_changes(before: Connection, after: Connection, dataset: str, files: Iterable[FileEntry]) -> RowChanges:
    """Compare the staged rows of some files of a dataset. Memory is bounded, however large they are."""
    names = [columns_of(connection, dataset) for connection in (before, after)]
    columns = [*dict.fromkeys([*names[1], *names[0], "_flags", "_rescued"])]
    was, now = ((each, _query(each, dataset, columns)) for each in (before, after))
    return compared(was, now, columns, files)


def side_changes(before: Connection, after: Connection, dataset: str, files: Iterable[FileEntry]) -> RowChanges:
    """Which rows of some files are staged, whatever their cells are."""
    sql = f"SELECT _id FROM {quote(staged(dataset))} WHERE _id BETWEEN ? AND ? ORDER BY _id"
    return compared((before, sql), (after, sql), [], files)


def compared(was: Side, now: Side, columns: Sequence[str], files: Iterable[FileEntry]) -> RowChanges:
    """The rows of some files as two sides see them: `_id`, and columns as `cell` writes them, by ascending id."""
    changes = RowChanges()
    for entry in files:
        for first, last in id_ranges(entry):
            _compare(changes, _page(was, columns, first, last), _page(now, columns, first, last), columns)
    return changes


def _query(connection: Connection, dataset: str, columns: Sequence[str]) -> str:
    known = {"_flags", "_rescued", *columns_of(connection, dataset)}
    cells = ", ".join(f"{cell(name) if name in known else EMPTY} AS {quote(name)}" for name in columns)
    return f"SELECT _id, {cells} FROM {quote(staged(dataset))} WHERE _id BETWEEN ? AND ? ORDER BY _id"


def cell(column: str) -> str:
    """SQL: a cell as text that tells all values apart, so that each column's cells are text: empty where it is null,
    behind `#` what is a fraction."""
    name = quote(column)
    value = f"iif(typeof({name}) = 'real', '#' || format('%!.17g', {name}), '=' || CAST({name} AS TEXT))"
    return f"iif({name} IS NULL, '', {value})"


def id_ranges(entry: FileEntry) -> Iterator[tuple[int, int]]:
    """Ranges of row ids that hold all records of a file."""
    for first in range(1, entry.records + 1, _PAGE_RECORDS):
        yield row_id(entry.file.file_id, first), row_id(entry.file.file_id, first + _PAGE_RECORDS - 1)


def _page(side: Side, columns: Sequence[str], first: int, last: int) -> pl.DataFrame:
    types = {ROW_ID: pl.Int64(), **dict.fromkeys(columns, pl.String())}
    if side is None:
        return pl.DataFrame(schema=types)
    connection, sql = side
    return pl.DataFrame(pl.from_arrow(connection.table(sql, first, last))).cast(pl.Schema(types))


def _compare(changes: RowChanges, was: pl.DataFrame, now: pl.DataFrame, columns: Sequence[str]) -> None:
    come, gone = now.join(was, on=ROW_ID, how="anti"), was.join(now, on=ROW_ID, how="anti")
    changes.added, changes.gone = changes.added + len(come), changes.gone + len(gone)
    for found, examples in ((come, changes.come_examples), (gone, changes.gone_examples)):
        examples += found[ROW_ID].head(EXAMPLES - len(examples)).to_list()
    if not columns:
        return
    was, now = was.join(now, on=ROW_ID, how="semi"), now.join(was, on=ROW_ID, how="semi")
    others = {name: was[name] != now[name] for name in columns}
    changes.changed += int(pl.select(pl.any_horizontal(others.values())).to_series().sum())
    for name, other in others.items():
        if other.any():
            column = changes.columns.setdefault(name, ColumnChanges())
            column.rows += int(other.sum())
            cells = zip(*(each.filter(other) for each in (was[ROW_ID], was[name], now[name])), strict=True)
            fresh = islice(cells, EXAMPLES - len(column.examples))
            column.examples += [CellChange(row, _shown(old), _shown(new)) for row, old, new in fresh]


def _shown(cell: str) -> str | None:
    """The value; a fraction as short as it can be."""
    if cell.startswith("#"):
        return repr(float(cell[1:]))
    return cell[1:] if cell else None
