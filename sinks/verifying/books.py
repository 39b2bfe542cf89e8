"""What the ledger says, held against what is there: balances, spans, raw events, and rows that belong to no file."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np

from sinks.database.connection import Connection
from sinks.database.identifiers import duplicate_rows, feature_rows, quote, staged
from sinks.files import RECORDS_MAX, row_id
from sinks.ledger.prunes import stored_prunes

_RANGE = "BETWEEN m.file_id << 32 AND (m.file_id << 32) + 4294967295"
#: What each file has in each table. `strays`: rows that lost, and that no reject stands for.
_COUNTED = """
SELECT m.file_id, m.date, m.path, m.state, m.records, m.accepted, m.rejected,
       (SELECT coalesce(sum(row_count), 0) FROM meta_spans s WHERE s.span_id {range}) AS claimed,
       (SELECT count(*) FROM {staged} t WHERE t._id {range}) AS staged,
       (SELECT count(*) FROM rejects t WHERE t._id {range}) AS refused,
       (SELECT count(*) FROM raw_events t WHERE t._id {range}) AS events,
       (SELECT count(*) FROM {losers} t WHERE t._id {range}
        AND NOT EXISTS (SELECT 1 FROM rejects r WHERE r._id = t._id)) AS strays
FROM meta_files m WHERE m.dataset = ? AND m.date = ? ORDER BY m.file_id
"""
_SPANS = """
SELECT span_id, row_count, byte_start, byte_end FROM meta_spans
WHERE span_id BETWEEN ?1 << 32 AND (?1 << 32) + 4294967295 ORDER BY span_id
"""
_EVENTS = "SELECT _id FROM raw_events WHERE _id BETWEEN ? AND ? ORDER BY _id"
#: The files that a table has rows of, one after the other, without a look at the rows between.
_STRANGERS = """
WITH RECURSIVE seen (file_id) AS (
    SELECT min({id}) >> 32 FROM {table} UNION ALL
    SELECT (SELECT {id} >> 32 FROM {table} WHERE {id} >= (seen.file_id + 1) << 32 ORDER BY {id} LIMIT 1)
    FROM seen WHERE seen.file_id IS NOT NULL)
SELECT file_id FROM seen WHERE file_id IS NOT NULL AND file_id NOT IN (SELECT file_id FROM meta_files) LIMIT 1
"""
_NAMES = "SELECT name FROM sqlite_schema WHERE type = 'table' AND (name GLOB 'stg_*' OR name GLOB 'dup_*')"
_UNCOUNTED = "SELECT span_id FROM meta_counts WHERE span_id NOT IN (SELECT span_id FROM meta_spans) LIMIT 1"
_UNDATED = """
SELECT dataset, date, kpi FROM kpi_history k
WHERE NOT EXISTS (SELECT 1 FROM meta_files m WHERE m.date = k.date AND m.dataset = k.dataset) LIMIT 1
"""
_VIEWS = "SELECT view, dataset FROM meta_feature_registry WHERE status = 'active' ORDER BY view"
_KEYS = "SELECT name FROM pragma_table_info(?) WHERE pk > 0 ORDER BY pk"


@dataclass(frozen=True, slots=True)
class Contradiction:
    """What does not fit together, in words. `path`: the file that it is about, where one is known; `row`: the record.

    `spoils`: what cannot be recomputed because of it: nothing, the records of the file, or anything at all, where the
    ledger does not know where records stand.
    """

    table: str
    told: str
    dataset: str | None = None
    date: str | None = None
    path: str | None = None
    row: int | None = None
    file_id: int | None = None
    spoils: Literal["nothing", "file", "all"] = "nothing"


def of_files(connection: Connection, dataset: str, date: str, *, raw: bool) -> Iterator[Contradiction]:
    """What contradicts the balances of a date's files. `raw`: the dataset keeps a raw layer; a file without any of it
    is as it should be where that was pruned."""
    pruned = any(each.what == "raw" for each in stored_prunes(connection, dataset, date))
    sql = _COUNTED.format(range=_RANGE, staged=quote(staged(dataset)), losers=quote(duplicate_rows(dataset)))
    for file in connection.table(sql, dataset, date).to_pylist():
        about = Contradiction("meta_files", "", dataset, date, file["path"], file_id=file["file_id"])
        yield from _spans(connection, file, about)
        yield from _balance(file, about)
        if raw and file["events"] != file["claimed"] and not (pruned and not file["events"]):
            told = f"{file['claimed']} records are claimed by spans, and {file['events']} have a raw event"
            row = _missing(connection, file["file_id"])
            yield replace(about, table="raw_events", told=told, row=row, spoils="file")


def _balance(file: Mapping[str, Any], about: Contradiction) -> Iterator[Contradiction]:
    for column, table, found in (("accepted", "its staged rows", "staged"), ("rejected", "its rejects", "refused")):
        if file[column] != file[found]:
            yield replace(about, told=f"{column} is {file[column]}, and {table} are {file[found]}")
    if file["strays"]:
        told = f"{file['strays']} rows of the file have lost to others, and no reject stands for them"
        yield replace(about, table="rejects", told=told)


def _spans(connection: Connection, file: Mapping[str, Any], about: Contradiction) -> Iterator[Contradiction]:
    """Spans follow each other from the first record and byte on, and have all the records of a file that counts."""
    record, offset, about = 1, 0, replace(about, table="meta_spans", spoils="all")
    for span_id, count, start, end in _integers(connection, _SPANS, file["file_id"]):
        if (span_id, start) != (row_id(file["file_id"], record), offset):
            first = span_id & RECORDS_MAX
            gap = f"bytes {offset} to {start}" if first == record else f"records {record} to {first - 1}"
            yield replace(about, told=f"no span claims {gap} of the file", row=span_id)
            return
        record, offset = record + count, end
    if file["state"] != "superseded" and file["records"] != record - 1:
        yield replace(about, told=f"records is {file['records']}, and spans claim {record - 1}")


def _missing(connection: Connection, file_id: int) -> int | None:
    """The first record of a file that has no raw event."""
    for span_id, count, _, _ in _integers(connection, _SPANS, file_id):
        known = connection.table(_EVENTS, span_id, span_id + count - 1)["_id"].to_numpy()
        absent = np.setdiff1d(np.arange(span_id, span_id + count), known)
        if len(absent):
            return int(absent[0])
    return None


def of_nobody(connection: Connection) -> Iterator[Contradiction]:
    """Rows that belong to no file, whatever date they are of; vectors without a row; KPIs of dates without files."""
    tables = [str(name) for (name,) in connection.rows(_NAMES)]
    by_record = [(name, "_id") for name in ("raw_events", "rejects", *sorted(tables))]
    for name, key in [("meta_spans", "span_id"), *by_record, ("meta_file_states", "file_id << 32")]:
        found = connection.rows(_STRANGERS.format(table=quote(name), id=key))
        if found:
            file_id = int(str(found[0][0]))
            told = f"it has rows of file {file_id}, which the ledger (meta_files) does not know"
            yield Contradiction(name, told, file_id=file_id, spoils="all")
    for (span,) in connection.rows(_UNCOUNTED):
        yield Contradiction("meta_counts", "it has counts of a span that the ledger does not know", row=int(str(span)))
    for dataset, date, kpi in connection.rows(_UNDATED):
        told = f"it has {kpi!s} of {dataset!s} {date!s}, of which there is no file"
        yield Contradiction("kpi_history", told, str(dataset), str(date))
    yield from _vectors(connection)


def _vectors(connection: Connection) -> Iterator[Contradiction]:
    for view, dataset in connection.rows(_VIEWS):
        table = feature_rows(str(view))
        keys = [str(name) for (name,) in connection.rows(_KEYS, table)]
        same = " AND ".join(f"s.{quote(name)} = f.{quote(name)}" for name in keys)
        rows = f"SELECT 1 FROM {quote(staged(str(dataset)))} s WHERE {same}"
        sql = f"SELECT f._id FROM {quote(table)} f WHERE NOT EXISTS ({rows}) LIMIT 1"
        for (row,) in connection.rows(sql):
            told = "it has a vector of a row that is not staged so"
            yield Contradiction(table, told, str(dataset), row=int(str(row)))


def _integers(connection: Connection, sql: str, value: int) -> Sequence[tuple[int, ...]]:
    return [tuple(int(str(cell)) for cell in row) for row in connection.rows(sql, value)]
