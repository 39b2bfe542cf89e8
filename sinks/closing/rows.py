"""The accepted rows of some dates as typed columns, in bounded memory."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date as calendar_date

import polars as pl
import pyarrow as pa

from processors.columns import ColumnType
from processors.profiling.column_summary import ColumnSummary, nothing, summary
from processors.profiling.ordinals import ordinals, origin
from sinks.database.connection import Connection
from sinks.database.identifiers import quote, staged
from sinks.files import RECORDS_MAX
from sinks.rows.storage import FIRST_VALUES, storage
from sinks.table import Table

#: So many rows are summarised at a time, of so many columns.
ROWS_AT_ONCE = 1 << 16
COLUMNS_AT_ONCE = 32


@dataclass(frozen=True, slots=True)
class FileBalance:
    """A file of a date, and how many of its records are staged."""

    file_id: int
    path: str
    accepted: int


def balances(connection: Connection, dataset: str, date: str) -> list[FileBalance]:
    """The files of a date that are loaded, or were begun."""
    rows = connection.rows(
        """SELECT file_id, path, accepted FROM meta_files WHERE dataset = ? AND date = ? AND state <> 'superseded'
        AND (records > 0 OR state IN ('committed', 'archived')) ORDER BY file_id""",
        *(dataset, date),
    )
    return [FileBalance(int(str(file)), str(path), int(str(accepted))) for file, path, accepted in rows]


def summaries(
    connection: Connection, table: Table, dates: Sequence[str], columns: Sequence[str], *, since_dates: bool = False
) -> Iterator[tuple[str, ColumnSummary]]:
    """The summary of each column over the accepted rows of some dates. `since_dates`: dates and moments are counted
    from the beginning of the execution date."""
    types = dict(table.columns)
    files = [
        (calendar_date.fromisoformat(date), file.file_id)
        for date in dates
        for file in balances(connection, table.dataset, date)
    ]
    for first in range(0, len(columns), COLUMNS_AT_ONCE):
        some = {name: types[name] for name in columns[first : first + COLUMNS_AT_ONCE]}
        found = {name: nothing(kind) for name, kind in some.items()}
        for day, file_id in files:
            for rows in typed_rows(connection, table.dataset, file_id, some):
                for name, kind in some.items():
                    since = origin(day, kind) if since_dates else 0
                    found[name] = found[name].merged(summary(rows["_id"], rows[name], kind, since))
        yield from found.items()


def column_ordinals(
    connection: Connection, dataset: str, files: Sequence[int], name: str, kind: ColumnType
) -> Iterator[pl.Series]:
    """The ordinals of one column in the accepted rows of some files, some at a time."""
    for file_id in files:
        for rows in typed_rows(connection, dataset, file_id, {name: kind}):
            yield ordinals(rows[name], kind)


def typed_rows(
    connection: Connection, dataset: str, file_id: int, columns: dict[str, ColumnType]
) -> Iterator[pl.DataFrame]:
    """`_id` and some columns of a file's accepted rows, in the order of their ids, some at a time."""
    names = [quote(name) for name in columns]
    firsts = [f"{FIRST_VALUES[storage(kind)]} AS {name}" for name, kind in zip(names, columns.values(), strict=True)]
    sql = (
        f"SELECT {', '.join(['0 AS _id', *firsts])} UNION ALL SELECT {', '.join(['_id', *names])} "
        f"FROM {quote(staged(dataset))} WHERE _id BETWEEN ?1 << 32 AND (?1 << 32) + {RECORDS_MAX}"
    )
    waiting: list[pa.RecordBatch] = []
    for batch in connection.batches(sql, file_id):
        waiting.append(batch)
        if sum(each.num_rows for each in waiting) >= ROWS_AT_ONCE:
            yield _typed(waiting, columns)
            waiting = []
    if waiting:
        yield _typed(waiting, columns)


def _typed(batches: list[pa.RecordBatch], columns: dict[str, ColumnType]) -> pl.DataFrame:
    stored = pl.DataFrame(pl.from_arrow(pa.Table.from_batches(batches))).filter(pl.col("_id") != 0)
    return stored.select("_id", *(_value(name, kind) for name, kind in columns.items()))


def _value(name: str, kind: ColumnType) -> pl.Expr:
    """A stored column in its own type."""
    stored = pl.col(name)
    match kind.name:
        case "decimal":
            return stored.cast(pl.Decimal(38, kind.scale))
        case "date":
            return stored.str.to_date("%Y-%m-%d", strict=False)
        case "timestamp":
            return stored.str.to_datetime("%Y-%m-%dT%H:%M:%S%.fZ", time_unit="us", strict=False)
        case "boolean":
            return stored.cast(pl.Boolean)
        case _:
            return stored
