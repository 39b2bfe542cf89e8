"""Rows change sides by their verdicts: between the staged table of a dataset and that of its rows that lost.

Losers keep their typed row, so that they can come back when what they lost to goes, whatever the order of commits was.
"""

from __future__ import annotations

import json

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from sinks.database.connection import Connection
from sinks.database.identifiers import literal, quote
from sinks.ledger.record_index import unpack
from sinks.relations.contest import Rows
from sinks.relations.telling import raw, reasons, status
from sinks.rows.tables import row_columns
from sinks.table import Table

_FORGET = "DELETE FROM meta_duplicates WHERE (_id, rule) IN (SELECT _id, rule FROM verdicts)"
_RECORD = "INSERT INTO meta_duplicates (_id, rule, first_id) SELECT _id, rule, other_id FROM verdicts WHERE lost"
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


def record_verdicts(connection: Connection) -> None:
    """Put the verdicts in the place of those that the rows had under the same rules."""
    connection.run(_FORGET)
    connection.run(_RECORD)


def find_places(connection: Connection) -> None:
    """Look up where the rows that lost stand, and those that they lost to."""
    found = []
    for span_id, count, lines_after, packed, path, ids in connection.rows(_SPANS_OF_PLACES):
        assert isinstance(packed, bytes)  # noqa: S101 - the column's own type
        index = unpack(packed, int(str(count)), int(str(lines_after)))
        wanted = np.array(json.loads(str(ids)), np.int64)
        found.append(_places(wanted, str(path), *index.at(wanted - int(str(span_id)))))
    if found:
        connection.insert("INSERT INTO places VALUES (?, ?, ?, ?, ?)", pa.concat_batches(found))


def _places(ids: npt.NDArray[np.int64], path: str, *positions: npt.NDArray[np.int64]) -> pa.RecordBatch:
    columns = [pa.array(ids), pa.repeat(path, len(ids)), *(pa.array(position) for position in positions)]
    return pa.RecordBatch.from_arrays(columns, names=["_id", "path", "line", "byte_start", "byte_end"])


class Sides:
    """The two sides of one dataset."""

    def __init__(self, connection: Connection, table: Table) -> None:
        self._connection, self._table = connection, table
        self._rows = Rows(connection, table.dataset)
        self._columns = ", ".join(quote(name) for name in row_columns(table))

    def change(self) -> None:
        """Move the rows that have a verdict to where they belong, and write why those that lost did."""
        judged, lost = "_id IN (SELECT _id FROM verdicts)", "_id IN (SELECT _id FROM meta_duplicates)"
        self._move(self._rows.staged, self._rows.losers, f"{judged} AND {lost}", -1)
        self._move(self._rows.losers, self._rows.staged, f"{judged} AND NOT {lost}", 1)
        self._connection.run("DELETE FROM rejects WHERE _id IN (SELECT _id FROM moved WHERE accepted = 1)")
        self._explain()

    def _move(self, source: str, target: str, who: str, accepted: int) -> None:
        if not self._connection.run(f"INSERT INTO moved SELECT _id, {accepted} FROM {source} WHERE {who}"):
            return
        moving = f"_id IN (SELECT _id FROM moved WHERE accepted = {accepted})"
        self._connection.run(
            f"INSERT INTO {target} ({self._columns}) SELECT {self._columns} FROM {source} WHERE {moving}"
        )
        self._connection.run(f"DELETE FROM {source} WHERE {moving}")

    def _explain(self) -> None:
        """Also of those that won under one rule just now, and still lose under another."""
        if not self._table.relations:
            return
        rules = ", ".join(literal(rule.rule) for rule in self._table.relations)
        self._connection.run(
            f"""INSERT OR REPLACE INTO rejects
            (_id, dataset, _date, reasons, raw, path, line, byte_start, byte_end, status, attempts)
            SELECT d._id, {literal(self._table.dataset)}, r._date, {reasons(self._table)}, {raw(self._table)},
                   p.path, p.line, p.byte_start, p.byte_end, {status(self._table)},
                   coalesce((SELECT attempts FROM rejects t WHERE t._id = d._id), 0)
            FROM (SELECT DISTINCT _id FROM meta_duplicates
                  WHERE _id IN (SELECT _id FROM verdicts) AND rule IN ({rules})) d
            JOIN {self._rows.losers} r ON r._id = d._id JOIN places p ON p._id = d._id"""
        )
