"""One ADBC connection to a SQLite file, used by one thread at a time.

Never open the same file with the standard library's sqlite3 in this process while a Connection is open: the two carry
their own copies of SQLite, and closing either would drop the other's POSIX locks.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from types import TracebackType
from typing import Self
from urllib.parse import quote as percent_encode

import adbc_driver_manager
import pyarrow as pa
from adbc_driver_manager.dbapi import Cursor
from adbc_driver_sqlite import dbapi

from processors.errors import WarehouseError

Scalar = str | int | float | bytes | None

_ARROW_TYPES = {str: pa.string(), int: pa.int64(), float: pa.float64(), bytes: pa.binary(), type(None): pa.null()}

_WRITER_PRAGMAS = (
    "PRAGMA journal_mode = WAL",
    "PRAGMA synchronous = NORMAL",  # a power cut loses the last commits, never consistency; landing still has the files
    "PRAGMA wal_autocheckpoint = 8000",  # pages of 8 KiB: a checkpoint every 64 MB
    "PRAGMA journal_size_limit = 67108864",  # bytes that the WAL keeps after a checkpoint
    "PRAGMA temp_store = MEMORY",
    "PRAGMA recursive_triggers = ON",  # without it INSERT OR REPLACE would get past the trigger that forbids DELETE
    "PRAGMA cache_size = -8192",  # KiB
    "PRAGMA busy_timeout = 5000",  # ms; a reader may hold the WAL for a moment at a checkpoint
)
_READER_PRAGMAS = ("PRAGMA busy_timeout = 5000", "PRAGMA query_only = ON")


def parameters(*values: Scalar) -> pa.RecordBatch:
    """One row for a statement's parameters."""
    return parameter_rows([values])


def parameter_rows(rows: Sequence[Sequence[Scalar]]) -> pa.RecordBatch:
    """Rows of parameters, all of the types of the first. Made at once, they cost a quarter of an array a column."""
    return pa.RecordBatch.from_struct_array(pa.array(rows, _row_type(tuple(type(value) for value in rows[0]))))


@lru_cache(maxsize=256)
def _row_type(types: tuple[type, ...]) -> pa.DataType:
    return pa.struct([(str(place), _ARROW_TYPES[each]) for place, each in enumerate(types)])


class Connection:
    """Prepared statements are kept, one cursor for each SQL text. Errors of the database become WarehouseError."""

    def __init__(self, path: Path, *, read_only: bool = False) -> None:
        self.path = path
        self._cursors: dict[str, Cursor] = {}
        mode = "ro" if read_only else "rw"
        with self._errors(f"open {path}"):
            self._connection = dbapi.connect(
                f"file:{percent_encode(str(path.absolute()))}?mode={mode}", autocommit=True
            )
        try:
            for pragma in _READER_PRAGMAS if read_only else _WRITER_PRAGMAS:
                self.rows(pragma)
        except BaseException:
            self.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """Give back every statement and the connection; closing twice is closing once."""
        for cursor in self._cursors.values():
            cursor.close()
        self._cursors.clear()
        self._connection.close()

    def run(self, sql: str, *values: Scalar) -> int:
        """Execute a statement that gives no rows, or none of interest; how many rows it changed."""
        return self._execute(sql, parameters(*values) if values else None)

    def insert(self, sql: str, rows: pa.RecordBatch) -> int:
        """Execute a statement once for each row, its columns bound in their order; how many rows that changed."""
        return self._execute(sql, rows) if rows.num_rows else 0

    def _execute(self, sql: str, rows: pa.RecordBatch | None) -> int:
        """By `executemany`, which gives no result set: making one costs more than most statements of the ledger."""
        with self._errors(sql):
            cursor = self._cursor(sql)
            cursor.executemany(sql, rows)
            return cursor.rowcount

    def rows(self, sql: str, *parameters: Scalar) -> list[tuple[Scalar, ...]]:
        """All rows of a query that is known to be short."""
        with self._errors(sql):
            cursor = self._cursor(sql)
            cursor.execute(sql, parameters or None)
            return [tuple(row) for row in cursor.fetchall()]

    def integer(self, sql: str, *parameters: Scalar) -> int:
        """The single integer of a query; 0 where it gives null or nothing."""
        rows = self.rows(sql, *parameters)
        value = rows[0][0] if rows else None
        return value if isinstance(value, int) else 0

    def table(self, sql: str, *parameters: Scalar) -> pa.Table:
        """The whole result as Arrow."""
        with self._errors(sql):
            cursor = self._cursor(sql)
            cursor.execute(sql, parameters or None)
            return cursor.fetch_arrow_table()

    def batches_of_each(self, sql: str, rows: pa.RecordBatch) -> Iterator[pa.RecordBatch]:
        """The results of a query for each row of parameters, one behind the other, in bounded memory.

        The query is not to be asked again before these are read.
        """
        with self._errors(sql):
            cursor = self._cursor(sql)
            cursor.execute(sql, rows)
            yield from cursor.fetch_record_batch()

    def batches(self, sql: str, *parameters: Scalar) -> Iterator[pa.RecordBatch]:
        """The result as Arrow record batches, in bounded memory, from a cursor of its own."""
        with self._errors(sql), self._connection.cursor() as cursor:
            cursor.execute(sql, parameters or None)
            yield from cursor.fetch_record_batch()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """BEGIN IMMEDIATE … COMMIT; any exception rolls back and goes on."""
        with self.part_of_transaction(opens=True, closes=True):
            yield

    @contextmanager
    def part_of_transaction(self, *, opens: bool, closes: bool) -> Iterator[None]:
        """A block of a transaction, which may have begun in an earlier one and may go on in a later one. Any exception
        rolls all of it back and goes on."""
        try:
            if opens:
                self.run("BEGIN IMMEDIATE")  # in here: an interrupt right behind it must not leave it open
            yield
            if closes:
                self.run("COMMIT")
        except BaseException:
            self.roll_back()
            raise

    @contextmanager
    def snapshot(self) -> Iterator[None]:
        """All that is read in the block is of one moment. The log of a writer beside it grows until the block ends."""
        self.run("BEGIN")
        try:
            yield
        finally:
            self.roll_back()

    @contextmanager
    def savepoint(self) -> Iterator[Callable[[], None]]:
        """A part of a transaction that is undone alone, should an exception leave it, or by what is given."""

        def undo() -> None:
            self.run("ROLLBACK TO part")

        self.run("SAVEPOINT part")
        try:
            yield undo
        except BaseException:
            undo()
            raise
        finally:
            self.run("RELEASE part")

    def roll_back(self) -> None:
        """Give up the transaction. BEGIN may have failed, and after a full disk SQLite rolls back by itself: then
        nothing is left to do."""
        try:
            self.run("ROLLBACK")
        except WarehouseError as error:
            if "no transaction is active" not in str(error):
                raise

    def _cursor(self, sql: str) -> Cursor:
        if sql not in self._cursors:
            self._cursors[sql] = self._connection.cursor()
        return self._cursors[sql]

    @contextmanager
    def _errors(self, doing: str) -> Iterator[None]:
        try:
            yield
        except adbc_driver_manager.Error as error:
            raise WarehouseError(_explain(self.path, str(error), doing)) from error


def _explain(path: Path, message: str, doing: str) -> str:
    """What happened to the warehouse, in a sentence that ends with what to do."""
    message = message.split("\nquery:")[0]  # what follows is the statement, with names of strangers in it
    lower = message.lower()
    if any(words in lower for words in ("database or disk is full", "disk i/o error", "writing file")):
        return f"{path}: cannot be written: the disk is full or failing ({message}). Nothing of this batch was stored, \
and the landing files are untouched; make room and start again."
    if "is locked" in lower:
        return f"{path}: another process holds the warehouse ({message}). Wait for it, or stop it, and start again."
    if "readonly database" in lower or "unable to open database" in lower:
        return f"{path}: cannot be opened for writing ({message}). Check the path and its permissions."
    if "is not a database" in lower or "image is malformed" in lower:
        return f"{path}: is no sound SQLite database ({message}). Restore it, or move it away and load landing again."
    return f"{path}: {message} (while executing: {' '.join(doing.split())[:200]})"
