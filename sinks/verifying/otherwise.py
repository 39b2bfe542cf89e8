"""What has become of a date within a transaction that nobody else sees yet: whether it is what it was."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import pyarrow as pa
import pyarrow.compute as pc

from sinks.database.connection import Connection
from sinks.database.identifiers import quote
from sinks.files import row_id
from sinks.kpis.refreshing import refresh
from sinks.ledger.files import FileEntry
from sinks.reading import written
from sinks.rows.storage import joined
from sinks.rows.tables import row_tables
from sinks.table import Table
from sinks.verifying.comparing import Question, divergence
from sinks.verifying.questions import KPIS, Derived, of_date, spans_of_date

_PAGE_RECORDS = 20_000
_JUDGED_BY = ("span_id", "parameters_version", "config_id")
_REJECT = ("reasons", "raw", "status")
_COLUMNS = "SELECT name FROM pragma_table_info(?) ORDER BY cid"


def is_otherwise(before: Connection, after: Connection, table: Table, date: str) -> bool:
    """Whether anything that is stored of a date is another `after` than `before`: its rows, rejects, vectors, KPIs,
    counts and balances, or by what they were judged. The vectors and KPIs of `after` are brought up to date."""
    return any(divergence(before, after, question) is not None for question in _asked(before, after, table, date))


def _asked(before: Connection, after: Connection, table: Table, date: str) -> Iterator[Question]:
    for question in of_date(before, table.dataset, date, Derived.of(before, after, table.dataset)):
        if question.table == KPIS:
            refresh(after, table, [date])
        yield question
    yield spans_of_date(table.dataset, date, _judged_by(table))


def _judged_by(table: Table) -> tuple[str, ...]:
    """The suite is made of the config, and of what files have added to the contract beside it: the types of their
    columns are asked about from then on, which makes nothing of the rows before another."""
    return _JUDGED_BY if table.config is not None else (*_JUDGED_BY, "suite_id")


def records_otherwise(before: Connection, after: Connection, dataset: str, files: Iterable[FileEntry]) -> int:
    """How many records of some files of a dataset have another row or reject, in bounded memory."""
    return sum(
        len(_others(before, after, dataset, row_id(entry.file.file_id, first)))
        for entry in files
        for first in range(1, entry.records + 1, _PAGE_RECORDS)
    )


def _others(before: Connection, after: Connection, dataset: str, first: int) -> pa.Array:
    """The ids of a page's records that are otherwise in any table."""
    found = [_others_of(before, after, name, first) for name in (*row_tables(dataset), "rejects")]
    return pc.unique(pa.concat_arrays(found))


def _others_of(before: Connection, after: Connection, name: str, first: int) -> pa.Array:
    was, now = (_lines(side, name, first) for side in (before, after))
    if was.equals(now):
        return pa.array([], pa.int64())
    both = pa.concat_tables([was, now]).group_by(["_id", "line"]).aggregate([([], "count_all")])
    return both.filter(pc.equal(both["count_all"], 1))["_id"].combine_chunks().cast(pa.int64())


def _lines(connection: Connection, name: str, first: int) -> pa.Table:
    """Each row as one line of text."""
    stored = [str(column) for (column,) in connection.rows(_COLUMNS, name)]
    line = joined([written(column) for column in sorted(_REJECT if name == "rejects" else stored)])
    sql = f"SELECT _id, {line} AS line FROM {quote(name)} WHERE _id BETWEEN ? AND ? ORDER BY _id"
    schema = pa.schema([("_id", pa.int64()), ("line", pa.string())])
    return connection.table(sql, first, first + _PAGE_RECORDS - 1).cast(schema)
