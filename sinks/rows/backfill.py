"""Cells that were kept beside a row come into a column of it, where there is no raw layer to judge the record from."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field

import pyarrow as pa

from processors.columns import ColumnType
from sinks.base import whole_file
from sinks.database.connection import Connection
from sinks.database.encoding import as_stored
from sinks.database.identifiers import literal, quote, staged
from sinks.files import row_id
from sinks.ledger.ledger import Ledger
from sinks.relations.relations import Relations
from sinks.rows.evolution import take_away
from sinks.rows.tables import row_columns, row_tables
from sinks.table import Table

PAGE = 5_000


@dataclass(frozen=True, slots=True)
class Page:
    """Some rows of a table: `_id`, `_rescued`, `_flags` and `text`."""

    table: str
    rows: pa.Table


def text_of(column: str) -> str:
    """SQL: what stands in a column, as text that reads as the same value."""
    cell = f"t.{quote(column)}"
    return f"iif(typeof({cell}) = 'real', format('%!.17g', {cell}), CAST({cell} AS TEXT))"


@contextmanager
def set_aside(connection: Connection, dataset: str, column: str) -> Iterator[str]:
    """Take a column out of the dataset's tables; in this block, its texts can be had by the SQL that is given.

    Inside the caller's transaction.
    """
    aside = quote(f"{staged(dataset)}.aside")
    connection.run(f"CREATE TABLE {aside} (_id INTEGER PRIMARY KEY, text TEXT NOT NULL) STRICT")
    for name in row_tables(dataset):
        texts = f"SELECT _id, {text_of(column)} FROM {quote(name)} t WHERE {quote(column)} IS NOT NULL"
        connection.run(f"INSERT INTO {aside} {texts}")
    take_away(connection, dataset, column)
    yield f"(SELECT text FROM {aside} a WHERE a._id = t._id)"
    connection.run(f"DROP TABLE {aside}")


@dataclass(frozen=True, slots=True)
class Backfill:
    """The rows of one dataset, with tables as `table` has them. `text`: SQL that gives what a row `t` has for the
    column beside what it keeps in `_rescued`. `former`: the column in which that stood, of which `_flags` still tell.
    `tables`: of all datasets, for whoever changes rows.

    Every method runs inside the caller's transaction.
    """

    connection: Connection
    table: Table
    text: str = "NULL"
    former: str | None = None
    tables: Mapping[str, Table] = field(default_factory=dict)

    @contextmanager
    def file(self, file_id: int) -> Iterator[None]:
        """The rows of a file may change in this block. Their keys are given up before, and compete anew behind it."""
        whole, ledger = whole_file(file_id), Ledger(self.connection)
        relations = Relations(self.connection, self.table, self.tables)
        if not relations.are_none:
            relations.release(whole)
            ledger.shift(file_id, self._return(file_id))
        yield
        for changed, change in relations.judge(whole).accepted_by_file.items():
            ledger.shift(changed, change)

    def _return(self, file_id: int) -> int:
        """Rows that lost stand among the others again; how many."""
        rows, losers = (quote(name) for name in row_tables(self.table.dataset))
        columns, within = ", ".join(map(quote, row_columns(self.table))), _ids(file_id)
        those = f"_id IN (SELECT _id FROM {losers} WHERE _id BETWEEN ? AND ?)"
        self.connection.run(f"DELETE FROM rejects WHERE {those}", *within)
        moving = f"INSERT INTO {rows} ({columns}) SELECT {columns} FROM {losers} WHERE _id BETWEEN ? AND ?"
        moved = self.connection.run(moving, *within)
        self.connection.run(f"DELETE FROM {losers} WHERE _id BETWEEN ? AND ?", *within)
        return moved

    def pages(self, file_id: int) -> Iterator[Page]:
        """The rows of a file that keep something beside, have a text for the column, or tell of the former one."""
        told = f"instr(_flags || ',', {literal(f'.{self.former},')})" if self.former else "FALSE"
        wanted = f"_rescued IS NOT NULL OR text IS NOT NULL OR {told}"
        for name in row_tables(self.table.dataset):
            after, last = _ids(file_id)
            sql = f"""SELECT * FROM (SELECT _id, _rescued, _flags, {self.text} AS text FROM {quote(name)} t
                WHERE _id > ? AND _id <= ?) WHERE {wanted} ORDER BY _id LIMIT {PAGE}"""
            while (rows := self.connection.table(sql, after, last)).num_rows:
                yield Page(name, rows)
                after = rows["_id"][-1].as_py()

    def fill(self, page: Page, column: str, kind: ColumnType, rows: pa.RecordBatch) -> None:
        """Store the typed values of `rows` in `column`, and `_flags` and `_rescued` as they are there; by `_id`."""
        cells = [as_stored(rows[column], kind), rows["_flags"], rows["_rescued"], rows["_id"]]
        self.connection.insert(
            f"UPDATE {quote(page.table)} SET {quote(column)} = ?, _flags = ?, _rescued = ? WHERE _id = ?",
            pa.RecordBatch.from_arrays(cells, names=["value", "_flags", "_rescued", "_id"]),
        )


def filled(connection: Connection, dataset: str, column: str, file_id: int) -> int:
    """How many staged rows of a file have a value in a column."""
    sql = f"SELECT count({quote(column)}) FROM {quote(staged(dataset))} WHERE _id BETWEEN ? AND ?"
    return connection.integer(sql, *_ids(file_id))


def flagged(connection: Connection, dataset: str, flag: str, file_id: int) -> int:
    """How many staged rows of a file have a flag."""
    return connection.integer(f"SELECT count(*) FROM ({_flagged(dataset)})", *_ids(file_id), flag)


def flagged_rows(
    connection: Connection, dataset: str, flag: str, file_id: int, limit: int
) -> list[tuple[int, dict[str, str]]]:
    """The ids of the first of them, each with what the row keeps beside."""
    found = connection.rows(f"{_flagged(dataset)} LIMIT ?", *_ids(file_id), flag, limit)
    return [(int(str(row)), json.loads(str(rescued))) for row, rescued in found]


def _flagged(dataset: str) -> str:
    return f"""SELECT _id, _rescued FROM {quote(staged(dataset))}
        WHERE _id BETWEEN ? AND ? AND instr(',' || _flags || ',', ',' || ? || ',') ORDER BY _id"""


def _ids(file_id: int) -> tuple[int, int]:
    return row_id(file_id, 0), row_id(file_id + 1, 0) - 1
