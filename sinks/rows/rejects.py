"""Reading the dead-letter table: which rejects, where each stands, and what there is to judge it by again.

A file's rejects are read in pages, each a brief read of its own: a writer beside is not held up, and memory does not
grow with their number.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from processors.outcome import RowIds
from processors.reasons import REPEATED_HEADER
from sinks.base import Span
from sinks.database.connection import Connection, Scalar
from sinks.database.identifiers import duplicate_rows, quote
from sinks.files import row_id
from sinks.ledger.corrections import event
from sinks.ledger.files import FileEntry, stored_files
from sinks.ledger.record_index import unpack

#: Rejects read at a time. A record may be as long as a megabyte.
PAGE = 500

_COLUMNS = "r._id, r.dataset, r._date, r.reasons, r.raw, r.path, r.line, r.byte_start, r.byte_end, r.status, r.attempts"
_SPAN_OF = "span_id = (SELECT max(span_id) FROM meta_spans WHERE span_id <= ?1)"
_REASON = """
SELECT r._id, r.path, r.line, reason.value ->> 'rule' AS rule, reason.value ->> 'column' AS name,
       reason.value ->> 'value' AS value, reason.value ->> 'message' AS message
FROM rejects r, json_each(r.reasons) reason
WHERE r._id BETWEEN ? AND ? AND reason.value ->> 'action' NOT IN ('warn', 'impute')
"""

_IS_RECORD = f"reasons -> 0 ->> 'rule' <> '{REPEATED_HEADER}'"


@dataclass(frozen=True, slots=True)
class Choice:
    """Which rejects: all conditions that are given hold. `path` as the ledger writes it."""

    dataset: str | None = None
    date: str | None = None
    path: str | None = None
    rule: str | None = None
    status: str | None = None


@dataclass(frozen=True, slots=True)
class Place:
    """Where a record stands."""

    row_id: int
    path: str
    line: int


@dataclass(frozen=True, slots=True)
class Lost:
    """A record that lost to another one by a rule."""

    rule: str
    place: Place


@dataclass(frozen=True, slots=True)
class Rejects:
    """The rejects behind a connection that only reads."""

    connection: Connection

    def files(self, choice: Choice) -> list[FileEntry]:
        """The files that have rejects and that the choice is about, by id."""
        wanted = {"dataset": choice.dataset, "date": choice.date, "path": choice.path}
        given = {name: value for name, value in wanted.items() if value is not None}
        condition = " AND ".join(["rejected > 0", *(f"{name} = ?" for name in given)])
        return list(stored_files(self.connection, condition, *given.values()))

    def chosen(self, file_id: int, choice: Choice, columns: str = _COLUMNS) -> Iterator[pa.Table]:
        """Pages of the chosen rejects of a file, by id."""
        after, last = row_id(file_id, 0), row_id(file_id + 1, 0) - 1
        condition, values = _condition(choice)
        sql = f"SELECT {columns} FROM rejects r WHERE r._id > ? AND r._id <= ? {condition} ORDER BY r._id LIMIT {PAGE}"
        while (page := self.connection.table(sql, after, last, *values)).num_rows:
            yield page
            after = page["_id"][-1].as_py()

    def named(self, ids: Sequence[int], columns: str = _COLUMNS) -> pa.Table:
        """Those of the records that are rejected now, by id."""
        sql = f"SELECT {columns} FROM rejects r WHERE r._id IN (SELECT value FROM json_each(?)) ORDER BY r._id"
        return self.connection.table(sql, json.dumps(list(ids)))

    def at(self, path: str, line: int) -> int | None:
        """The id of the reject that begins in a line of a file; of several generations the newest."""
        return self.connection.integer("SELECT max(_id) FROM rejects WHERE path = ? AND line = ?", path, line) or None

    def events(self, dataset: str) -> str:
        """The columns of a page to be judged again: `_id, payload, is_typed, attempts`.

        `is_typed`: a duplicate of which only the typed row is kept (`raw: false`); then `payload` is no event.
        """
        kept = event("r._id")
        typed = f"{kept} IS NULL AND EXISTS (SELECT 1 FROM {quote(duplicate_rows(dataset))} d WHERE d._id = r._id)"
        return f"r._id, coalesce({kept}, r.raw) AS payload, {typed} AS is_typed, r.attempts"

    def original(self, record: int) -> str | None:
        """The event of a record as it came; None where the raw layer does not have it."""
        rows = self.connection.rows("SELECT payload FROM raw_events WHERE _id = ?", record)
        return str(rows[0][0]) if rows else None

    def corrected_at(self, record: int) -> str | None:
        """When the record was last corrected; None where it never was."""
        rows = self.connection.rows("SELECT max(corrected_at) FROM meta_corrections WHERE _id = ?", record)
        return None if rows[0][0] is None else str(rows[0][0])

    def lost_to(self, record: int) -> dict[str, Place]:
        """For each rule under which the record lost to another one: where that stands."""
        lost = self.connection.rows(
            "SELECT rule, first_id FROM meta_duplicates WHERE _id = ? AND first_id IS NOT NULL ORDER BY 1", record
        )
        return {str(rule): self.place(int(str(other))) for rule, other in lost}

    def losers(self, record: int, limit: int) -> Iterator[Lost]:
        """The records that lost to this one, so many at the most, by id."""
        sql = "SELECT _id, rule FROM meta_duplicates WHERE first_id = ? ORDER BY _id, rule LIMIT ?"
        for loser, rule in self.connection.rows(sql, record, limit):
            yield Lost(str(rule), self.place(int(str(loser))))

    def place(self, record: int) -> Place:
        """Where a record stands, rejected or not."""
        [(span_id, count, lines_after, packed, path)] = self.connection.rows(
            f"SELECT span_id, row_count, lines_after, record_index, path FROM meta_spans JOIN meta_files "
            f"ON file_id = span_id >> 32 WHERE {_SPAN_OF}",
            record,
        )
        assert isinstance(packed, bytes)  # noqa: S101 - the column's own type
        index = unpack(packed, int(str(count)), int(str(lines_after)))
        return Place(record, str(path), int(index.lines[record - int(str(span_id))]))

    def refused(self, file_id: int) -> int:
        """How many records of a file are rejected; those that lost by other rows, and repeated headers, left out."""
        duplicate = "EXISTS (SELECT 1 FROM meta_duplicates d WHERE d._id = r._id)"
        sql = f"SELECT count(*) FROM rejects r WHERE _id BETWEEN ? AND ? AND NOT {duplicate} AND {_IS_RECORD}"
        return self.connection.integer(sql, *_ids(file_id))

    def within(self, span: Span) -> RowIds:
        """The ids of the rejects of a span, ascending: duplicates and the like among them, repeated headers not."""
        sql = f"SELECT _id FROM rejects WHERE _id BETWEEN ? AND ? AND {_IS_RECORD} ORDER BY _id"
        ids: RowIds = self.connection.table(sql, span.id_first, span.id_last)["_id"].to_numpy()
        return ids

    def by_rule(self, file_id: int) -> list[tuple[str, str | None, int]]:
        """Rule, column and how many records of a file were rejected for it; warnings are left out."""
        counts = f"SELECT rule, name, count(*) FROM ({_REASON}) GROUP BY rule, name ORDER BY min(_id), rule"
        return [
            (str(rule), None if name is None else str(name), int(str(count)))
            for rule, name, count in self.connection.rows(counts, *_ids(file_id))
        ]

    def examples(self, file_id: int, rule: str, column: str | None, limit: int) -> list[dict[str, Any]]:
        """`path`, `line`, `value` and `message` of the first rejects of a file under a rule."""
        sql = f"SELECT path, line, value, message FROM ({_REASON}) WHERE rule = ? AND name IS ? ORDER BY _id LIMIT ?"
        found = self.connection.rows(sql, *_ids(file_id), rule, column, limit)
        return [dict(zip(("path", "line", "value", "message"), row, strict=True)) for row in found]

    def below(self, file_id: int, rule: str, bound: float | str, *, included: bool) -> int:
        """How many rejects of a file under a rule have a value less than `bound` (or, `included`, equal to it): a
        number, or a date or timestamp written as values of reasons are."""
        value = "value" if isinstance(bound, str) else "CAST(value AS REAL)"
        less = "<=" if included else "<"
        sql = f"SELECT count(*) FROM ({_REASON}) WHERE rule = ? AND {value} {less} ?"
        return self.connection.integer(sql, *_ids(file_id), rule, bound)


def _ids(file_id: int) -> tuple[int, int]:
    return row_id(file_id, 0), row_id(file_id + 1, 0) - 1


def _condition(choice: Choice) -> tuple[str, list[Scalar]]:
    """What is asked of a reject itself; its file is chosen already."""
    condition, values = "", list[Scalar]()
    if choice.rule is not None:
        condition += " AND EXISTS (SELECT 1 FROM json_each(r.reasons) WHERE value ->> 'rule' = ?)"
        values.append(choice.rule)
    if choice.status is not None:
        condition += " AND r.status = ?"
        values.append(choice.status)
    return condition, values
