"""The rows that parameters are made of: those of the last execution dates before one, with their types."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

import pyarrow as pa

from processors.columns import ColumnType
from processors.flags import FLAGS
from processors.outcome import ROW_ID
from processors.rescuing import RESCUED
from sinks.database.connection import Connection
from sinks.database.encoding import as_typed
from sinks.database.identifiers import quote, staged
from sinks.files import RECORD_BITS
from sinks.rows.storage import storage
from sinks.table import Table

_DATES = """
SELECT date FROM meta_files WHERE dataset = ?1 AND date < ?2 AND state <> 'superseded' AND accepted > 0
GROUP BY date ORDER BY date DESC LIMIT ?3
"""
_COUNT = """
SELECT sum(accepted) FROM meta_files WHERE dataset = ?1 AND date >= ?2 AND date < ?3 AND state <> 'superseded'
"""
_OF_FILES = """
FROM meta_files f CROSS JOIN {} s ON s._id BETWEEN f.file_id << 32 AND (f.file_id << 32) + 4294967295
WHERE f.dataset = ?1 AND f.date >= ?2 AND f.date < ?3 AND f.file_id >= ?4 AND s._id >= ?5
"""
#: A value of each storage, from which the driver learns a column's type: else it would be that of its first rows.
_EXAMPLES = {"INTEGER": "0", "REAL": "0.0", "TEXT": "''"}


@dataclass(frozen=True, slots=True)
class Window:
    """Rows of some dates, the last of which is `through`: `_id`, columns with their types, `_flags`, `_rescued`."""

    through: str
    rows: pa.RecordBatch


def window(
    connection: Connection, table: Table, columns: Collection[str], before: str, dates_max: int, rows_max: int
) -> Window | None:
    """The staged rows of the last `dates_max` dates before one that have any, of these the last `rows_max` by id; with
    these columns, as far as there are such. None where there are no rows."""
    dates = [str(date) for (date,) in connection.rows(_DATES, table.dataset, before, dates_max)]
    if not dates:
        return None
    types = {name: kind for name, kind in table.columns if name in columns}
    within, rows = (table.dataset, min(dates), before), _OF_FILES.format(quote(staged(table.dataset)))
    first = 0
    if connection.integer(_COUNT, *within) > rows_max:
        latest = f"SELECT s._id {rows} ORDER BY f.file_id DESC, s._id DESC LIMIT 1 OFFSET ?6"
        first = connection.integer(latest, *within, 0, 0, rows_max - 1)
    read = list(connection.batches(_selection(rows, types), *within, first >> RECORD_BITS, first))
    return Window(max(dates), _typed(pa.Table.from_batches(read).combine_chunks(), types))


def _selection(rows: str, types: Mapping[str, ColumnType]) -> str:
    """The rows in any order, behind one that shows the columns' types."""
    stored = {ROW_ID: "INTEGER"} | {name: storage(kind) for name, kind in types.items()} | {FLAGS: "TEXT"}
    stored |= {RESCUED: "TEXT"}
    example = ", ".join(f"{_EXAMPLES[each]} AS {quote(name)}" for name, each in stored.items())
    names = ", ".join(f"s.{quote(name)}" for name in stored)
    return f"SELECT {example} UNION ALL SELECT {names} {rows}"


def _typed(read: pa.Table, types: Mapping[str, ColumnType]) -> pa.RecordBatch:
    [stored] = read.slice(1).combine_chunks().to_batches() or [pa.RecordBatch.from_pylist([], schema=read.schema)]
    columns = {name: stored[name] for name in stored.schema.names}
    columns |= {name: as_typed(stored[name], kind) for name, kind in types.items()}
    return pa.RecordBatch.from_arrays(list(columns.values()), names=list(columns))
