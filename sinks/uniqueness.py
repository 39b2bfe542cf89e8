"""Which of several records with one key is the first: decided by row id, inside the transaction, for all spans alike.

Every row that passes the processors is a candidate. Per rule, the keys of all candidates stand in
`uniq_<dataset>.<rule>`, ordered by key and row id; the smallest row id of a key is the first, the others lose. Losers
keep their typed row in
`dup_<dataset>`, so that one of them can take the place when the first goes away, whatever the order of commits was.
A key that only one candidate has costs one insertion and one look beside it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from sinks.base import IdRange, Span, Table, Unique
from sinks.connection import Connection
from sinks.corrections import event
from sinks.identifiers import duplicate_rows, literal, quote, staged, unique_keys
from sinks.keys import joined, key_expression, row_as_json
from sinks.record_index import unpack
from sinks.tables import row_columns

#: `contested.key` has no type, so that SQLite does not take the text 007 for the number 7.
TEMPORARY = """
CREATE TEMP TABLE contested (rule TEXT, key, given_up INTEGER, PRIMARY KEY (rule, key)) WITHOUT ROWID;
CREATE TEMP TABLE verdicts (_id INTEGER, rule TEXT, first_id INTEGER, PRIMARY KEY (_id, rule)) WITHOUT ROWID;
CREATE TEMP TABLE moved (_id INTEGER PRIMARY KEY, accepted INTEGER);
CREATE TEMP TABLE places (_id INTEGER PRIMARY KEY, path TEXT, line INTEGER, byte_start INTEGER, byte_end INTEGER)
"""

_SPANS_OF_PLACES = """
WITH wanted AS (
    SELECT d._id FROM meta_duplicates d WHERE d._id IN (SELECT _id FROM verdicts)
    UNION SELECT d.first_id FROM meta_duplicates d WHERE d._id IN (SELECT _id FROM verdicts)
)
SELECT s.span_id, s.row_count, s.lines_after, s.record_index, f.path,
       json_group_array(w._id) AS ids
FROM wanted w
JOIN meta_spans s ON s.span_id = (SELECT max(span_id) FROM meta_spans WHERE span_id <= w._id)
JOIN meta_files f ON f.file_id = s.span_id >> 32
GROUP BY s.span_id
"""


@dataclass(frozen=True, slots=True)
class Rejudged:
    """`lost`: rows of the committed span that are not the first with their key. `moved`: ids of rows beyond it that
    changed sides. `accepted_by_file`: what both change in the files' balances."""

    lost: int = 0
    moved: tuple[int, ...] = ()
    accepted_by_file: Mapping[int, int] = field(default_factory=dict)


class Uniqueness:
    """The uniqueness rules of one dataset. Every method runs inside the caller's transaction.

    `among`: a table of row ids. Where it is given, only these rows of a span give up their keys and compete anew.
    """

    def __init__(self, connection: Connection, table: Table, among: str | None = None) -> None:
        self._connection = connection
        self._table = table
        self._among = f"AND {{0}} IN (SELECT _id FROM {among})" if among else ""
        self._staged, self._losers = quote(staged(table.dataset)), quote(duplicate_rows(table.dataset))
        self._columns = ", ".join(quote(name) for name in row_columns(table))
        self._rules = [
            (rule, quote(unique_keys(table.dataset, rule.rule)), key_expression(table, rule)) for rule in table.unique
        ]

    def release(self, span: Span | IdRange) -> None:
        """Give up the keys of the span's rows, before they are taken away."""
        within = (span.id_first, span.id_last)
        for rule, keys, key in self._rules:
            self._connection.run(
                f"""INSERT OR IGNORE INTO contested SELECT ?, {key}, 1 FROM
                (SELECT * FROM {self._staged} UNION ALL SELECT * FROM {self._losers}) s
                WHERE {self._within()} AND {key} IS NOT NULL
                AND _id = (SELECT min(k._id) FROM {keys} k WHERE k.key = {key})""",
                *(rule.rule, *within),
            )
            for rows in (self._staged, self._losers):
                self._connection.run(
                    f"DELETE FROM {keys} WHERE (key, _id) IN "
                    f"(SELECT {key}, _id FROM {rows} WHERE {self._within()} AND {key} IS NOT NULL)",
                    *within,
                )
        self._connection.run(f"DELETE FROM meta_duplicates WHERE {self._within()}", *within)

    def _within(self, column: str = "_id") -> str:
        """The condition that a row is one of those; its two parameters are the span's first and last id."""
        return f"{column} BETWEEN ? AND ?{self._among.format(column)}"

    def judge(self, span: Span | IdRange) -> Rejudged:
        """Let the span's freshly staged rows compete for their keys, and move the losers out."""
        for rule, keys, key in self._rules:
            self._enter(span, rule, keys, key)
        if not self._rules or not self._connection.integer("SELECT EXISTS (SELECT 1 FROM contested)"):
            return Rejudged()
        for rule, keys, _ in self._rules:
            self._decide(span, rule, keys)
        self._move()
        self._explain()
        rejudged = self._balance(span)
        for table in ("contested", "verdicts", "moved", "places"):
            self._connection.run(f"DELETE FROM {table}")
        return rejudged

    def _enter(self, span: Span | IdRange, rule: Unique, keys: str, key: str) -> None:
        within = (span.id_first, span.id_last)
        rows = f"FROM {self._staged} WHERE {self._within()} AND {key} IS NOT NULL"
        self._connection.run(f"INSERT INTO {keys} (key, _id) SELECT {key}, _id {rows} ORDER BY 1, 2", *within)
        self._connection.run(
            f"""INSERT OR IGNORE INTO contested SELECT ?, wanted, 0 FROM (SELECT {key} AS wanted, _id AS mine {rows})
            WHERE EXISTS (SELECT 1 FROM {keys} WHERE key = wanted AND _id <> mine)""",
            *(rule.rule, *within),
        )

    def _decide(self, span: Span | IdRange, rule: Unique, keys: str) -> None:
        """Verdicts on the span's rows, and on all rows of a key whose first is new or has gone."""
        firsts = f"""SELECT key, given_up, (SELECT min(_id) FROM {keys} k WHERE k.key = c.key) AS first
            FROM contested c WHERE rule = ?"""
        within = (span.id_first, span.id_last)
        insert = f"""INSERT OR IGNORE INTO verdicts SELECT u._id, ?, f.first
            FROM ({firsts}) f CROSS JOIN {keys} u ON u.key = f.key"""
        self._connection.run(f"{insert} AND {self._within('u._id')}", rule.rule, rule.rule, *within)
        first = self._within("f.first")
        self._connection.run(f"{insert} WHERE f.given_up OR ({first})", rule.rule, rule.rule, *within)
        self._connection.run(
            "DELETE FROM meta_duplicates WHERE rule = ? AND _id IN (SELECT _id FROM verdicts WHERE rule = ?)",
            *(rule.rule, rule.rule),
        )
        self._connection.run(
            "INSERT INTO meta_duplicates (_id, rule, first_id) "
            "SELECT _id, rule, first_id FROM verdicts WHERE rule = ? AND _id <> first_id",
            rule.rule,
        )

    def _move(self) -> None:
        lost = "_id IN (SELECT _id FROM verdicts) AND _id IN (SELECT _id FROM meta_duplicates)"
        won = "_id IN (SELECT _id FROM verdicts) AND _id NOT IN (SELECT _id FROM meta_duplicates)"
        for source, target, who, accepted in (
            (self._staged, self._losers, lost, -1),
            (self._losers, self._staged, won, 1),
        ):
            self._connection.run(f"INSERT INTO moved SELECT _id, {accepted} FROM {source} WHERE {who}")
            moving = f"_id IN (SELECT _id FROM moved WHERE accepted = {accepted})"
            self._connection.run(
                f"INSERT INTO {target} ({self._columns}) SELECT {self._columns} FROM {source} WHERE {moving}"
            )
            self._connection.run(f"DELETE FROM {source} WHERE {moving}")
        self._connection.run("DELETE FROM rejects WHERE _id IN (SELECT _id FROM moved WHERE accepted = 1)")

    def _balance(self, span: Span | IdRange) -> Rejudged:
        rows = self._connection.rows("SELECT _id >> 32, sum(accepted) FROM moved GROUP BY 1")
        within = (span.id_first, span.id_last)
        lost = f"SELECT count(*) FROM moved WHERE accepted = -1 AND {self._within()}"
        moved = f"SELECT _id FROM moved WHERE NOT ({self._within()})"
        return Rejudged(
            self._connection.integer(lost, *within),
            tuple(_int(row[0]) for row in self._connection.rows(moved, *within)),
            {_int(row[0]): _int(row[1]) for row in rows},
        )

    def _explain(self) -> None:
        """Write the losers' rejects: which rules, which values, and where the first of each stands.

        Also of those that won one of their keys just now, and still lose another.
        """
        for span_id, count, lines_after, packed, path, ids in self._connection.rows(_SPANS_OF_PLACES):
            assert isinstance(packed, bytes)  # noqa: S101
            index = unpack(packed, _int(count), _int(lines_after))
            wanted = np.array(json.loads(str(ids)), np.int64)
            at = wanted - _int(span_id)
            self._place(wanted, str(path), index.lines[at], index.starts[at], index.ends[at])
        self._connection.run(
            f"""INSERT OR REPLACE INTO rejects
            (_id, dataset, _date, reasons, raw, path, line, byte_start, byte_end, status, attempts)
            SELECT d._id, {literal(self._table.dataset)}, r._date, {self._reasons()}, {self._raw()},
                   p.path, p.line, p.byte_start, p.byte_end, {self._status()},
                   coalesce((SELECT attempts FROM rejects t WHERE t._id = d._id), 0)
            FROM (SELECT DISTINCT _id FROM meta_duplicates
                  WHERE _id IN (SELECT _id FROM verdicts) AND rule IN ({self._known()})) d
            JOIN {self._losers} r ON r._id = d._id JOIN places p ON p._id = d._id"""
        )

    def _place(self, ids: npt.NDArray[np.int64], path: str, *positions: npt.NDArray[np.int64]) -> None:
        columns = [pa.array(ids), pa.repeat(path, len(ids)), *(pa.array(position) for position in positions)]
        rows = pa.RecordBatch.from_arrays(columns, names=["_id", "path", "line", "byte_start", "byte_end"])
        self._connection.insert("INSERT INTO places VALUES (?, ?, ?, ?, ?)", rows)

    def _reasons(self) -> str:
        """The reasons of one loser, in the order of the rules in the config."""
        cases = " ".join(f"WHEN {literal(rule.rule)} THEN {self._reason(rule)}" for rule, _, _ in self._rules)
        order = " ".join(f"WHEN {literal(rule.rule)} THEN {place}" for place, (rule, _, _) in enumerate(self._rules))
        return f"""(SELECT json_group_array(json(reason)) FROM (
            SELECT CASE m.rule {cases} END AS reason
            FROM meta_duplicates m JOIN places f ON f._id = m.first_id
            WHERE m._id = d._id AND m.rule IN ({self._known()})
            ORDER BY CASE m.rule {order} END))"""

    def _known(self) -> str:
        """The rules of the config; a row may also have lost under one that the config has no more."""
        return ", ".join(literal(rule.rule) for rule, _, _ in self._rules)

    @staticmethod
    def _reason(rule: Unique) -> str:
        """A rule across all columns names none: the table may gain more of them."""
        column, value, what = "NULL", "NULL", "this record"
        if not rule.exact:
            named = ", ".join(rule.columns)
            values = [f"ifnull(CAST(r.{quote(name)} AS TEXT), 'null')" for name in rule.columns]
            value = joined([part for text in values for part in ("', '", text)][1:])
            column, what = literal(named), f"this {named}"
        message = f"{literal(what + ' was first seen in ')} || f.path || ' line ' || f.line"
        return (
            f"json_object('rule', {literal(rule.rule)}, 'column', {column}, 'value', {value}, 'message', {message}, "
            f"'severity', {literal(rule.severity)}, 'action', {literal(rule.action)})"
        )

    def _raw(self) -> str:
        """The event; where the dataset keeps none, the typed row as JSON."""
        return event("d._id") if self._table.raw else row_as_json(self._table, "r")

    def _status(self) -> str:
        keeping = ", ".join(literal(rule.rule) for rule, _, _ in self._rules if rule.action != "drop") or "NULL"
        held = f"EXISTS (SELECT 1 FROM meta_duplicates m WHERE m._id = d._id AND m.rule IN ({keeping}))"
        return f"iif({held}, 'quarantined', 'dropped')"


def _int(value: object) -> int:
    assert isinstance(value, int)  # noqa: S101 - the query's own type
    return value
