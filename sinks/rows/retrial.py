"""Some records of committed spans, judged again: their rows, rejects and keys are replaced, those beside them stay.

Rows enter under the id that they had. What looks at other rows is decided as ever, by row id, so a row that enters may
take a key from a later one, and a key that it gives up goes to the next. Learners are told of all these rows.

A span's counts of rules and misfits follow, and how many of its records were split and passed; its counts of cleaning
stay those of the records as they came.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator

import pyarrow as pa

from processors.outcome import ROW_ID
from sinks.base import Judged, MicroBatch
from sinks.database.connection import Connection
from sinks.database.identifiers import duplicate_rows, quote, staged
from sinks.feature_views.changes import note_rows
from sinks.ledger.ledger import Ledger
from sinks.models.log import LearningLog
from sinks.relations.relations import Relations
from sinks.results.recounting import recount
from sinks.results.suites import Suites
from sinks.rows.evolution import evolve, joined
from sinks.rows.staging import Staging, prepare
from sinks.rows.tables import row_columns
from sinks.schemas.recording import Schemas
from sinks.table import Table

#: `retried`: the records in hand; `renewed`: those of them that have a new verdict; `tried`: all so far, and whether
#: they were staged before.
_TEMPORARY = (
    "CREATE TEMP TABLE retried (_id INTEGER PRIMARY KEY)",
    "CREATE TEMP TABLE renewed (_id INTEGER PRIMARY KEY)",
    "CREATE TEMP TABLE tried (_id INTEGER PRIMARY KEY, attempts INTEGER, was_in INTEGER)",
)
#: A row that moved beside others before it is tried itself was on the other side.
_TELL_SIDES = """
UPDATE tried SET was_in = EXISTS (SELECT 1 FROM {} s WHERE s._id = tried._id)
                          <> (_id IN (SELECT value FROM json_each(?)))
WHERE was_in ISNULL AND _id IN (SELECT _id FROM retried)
"""
_OTHER_SIDE = """
SELECT _id FROM tried JOIN meta_files f ON f.file_id = _id >> 32
WHERE f.dataset = ? AND was_in <> EXISTS (SELECT 1 FROM {} s WHERE s._id = tried._id)
UNION ALL SELECT value FROM json_each(?) JOIN meta_files f ON f.file_id = value >> 32
WHERE f.dataset = ?1 AND value NOT IN (SELECT _id FROM tried) ORDER BY 1
"""
_ADD_COUNTS = """
INSERT INTO meta_counts (span_id, name, count) {}
ON CONFLICT (span_id, name) DO UPDATE SET count = count + excluded.count
"""
_OLD_COUNTS = """
SELECT ?1, name, -count(*) FROM (
    SELECT iif(reason.value ->> 'rule' = 'type', 'type.' || (reason.value ->> 'column'),
               'rule.' || (reason.value ->> 'rule')) AS name
    FROM rejects r, json_each(r.reasons) reason
    WHERE r._id IN (SELECT _id FROM renewed) AND reason.value ->> 'action' <> 'impute' GROUP BY r._id, name
    UNION ALL
    SELECT 'rule.' || flag.value
    FROM (SELECT _id, _flags FROM {0} UNION ALL SELECT _id, _flags FROM {1}) row,
         json_each('["' || replace(row._flags, ',', '","') || '"]') flag
    WHERE row._id IN (SELECT _id FROM renewed) AND row._flags IS NOT NULL)
WHERE name IN (SELECT name FROM meta_counts WHERE span_id = ?1) GROUP BY name
"""
#: Rules about a column whose cell was a misfit, which is a null to them.
_MISFIT_RULES = """
SELECT DISTINCT 'unknown.' || (asked.value ->> 'name'), r._id
FROM rejects r, json_each(r.reasons) reason, meta_spans s, meta_suites u, json_each(u.rules) asked
WHERE r._id IN (SELECT _id FROM renewed) AND reason.value ->> 'rule' = 'type' AND s.span_id = ?
AND u.suite_id = s.suite_id AND asked.value ->> 'level' = 'record'
AND asked.value ->> 'check' NOT IN ('not_null', 'type')
AND asked.value ->> '$.columns[0]' = reason.value ->> 'column' AND asked.value ->> '$.columns[1]' IS NULL
AND 'unknown.' || (asked.value ->> 'name') IN (SELECT name FROM meta_counts WHERE span_id = ?)
"""
_COUNT_ATTEMPT = """
UPDATE rejects SET attempts = (SELECT t.attempts + 1 FROM tried t WHERE t._id = rejects._id)
WHERE _id BETWEEN ? AND ? AND _id IN (SELECT _id FROM tried)
"""
_STATEMENT_ROWS = 10_000
_NEW_COUNTS = "SELECT ?, key, value FROM json_each(?) WHERE TRUE"


class Retrial:
    """Judges records of any of `tables` again, all inside one transaction of the caller's. `drifts`: at how many files
    their schema came to be another by that."""

    def __init__(self, connection: Connection, tables: Iterable[Table], run_id: int | None = None) -> None:
        self._connection = connection
        self._tables = {table.dataset: table for table in tables}
        self._ledger, self._suites = Ledger(connection), Suites(connection)
        self._learning = LearningLog(connection, self._tables.values())
        self._elsewhere: set[int] = set()
        self._run_id = run_id
        self._schemas = {table.dataset: self._schemas_of(table) for table in self._tables.values()}
        self.drifts = 0
        for statement in _TEMPORARY:
            connection.run(statement)

    def _schemas_of(self, table: Table) -> Schemas:
        schemas = Schemas(self._connection, table)
        schemas.run_id = self._run_id
        return schemas

    def take(self, judged: Judged, attempts: pa.RecordBatch, came: Judged | None = None) -> None:
        """Replace the verdict on the records of `judged`, which are some of its span.

        `attempts`: `_id` and how often it was tried before; of these records, and of rows of the span that compete for
        their keys again as they are. `came`: the verdict on those of the records that are corrected, as they were
        before.
        """
        span, table = judged.batch.part.span, self._follow(judged.batch)
        relations = Relations(self._connection, table, self._tables, among="retried")
        self._connection.insert("INSERT OR IGNORE INTO tried (_id, attempts) VALUES (?, ?)", attempts)
        self._connection.insert("INSERT INTO retried VALUES (?)", attempts.select([ROW_ID]))
        self._connection.run(_TELL_SIDES.format(quote(staged(table.dataset))), json.dumps(list(self._elsewhere)))
        for rows in _records(judged):
            self._connection.insert("INSERT INTO renewed VALUES (?)", rows.select([ROW_ID]))
        before = self._accepted(table)
        relations.release(span)
        self._count(_NEW_COUNTS, span.id_first, json.dumps(self._answers(judged, came)))
        self._replace(judged, table)
        recount(self._connection, table, span, self._suites.id_of(judged.batch.table), self._run_id)
        self._ledger.shift(span.file_id, self._accepted(table) - before)
        rejudged = relations.judge(span)
        for file_id, change in rejudged.accepted_by_file.items():
            self._ledger.shift(file_id, change)
        note_rows(self._connection, table, "IN (SELECT _id FROM retried)")
        self._elsewhere ^= set(rejudged.moved)  # a row that moves twice is where it was
        for name in ("retried", "renewed"):
            self._connection.run(f"DELETE FROM {name}")

    def _answers(self, judged: Judged, came: Judged | None) -> dict[str, int]:
        """How many more records have no answer to each rule now, or were not asked, or were refilled by it: what no
        reason and no flag tells. That can be negative.

        What a rule made of a record as it came is told by judging that once more, and by the reasons: a cell may have
        been a misfit that is none any more.
        """
        now, before = _unreasoned(judged), _unreasoned(came or judged)
        if came is not None:
            corrected = set(pa.concat_arrays([each[ROW_ID] for each in _records(came)]).to_pylist())
            before = {name: before.get(name, set()) | (now.get(name, set()) - corrected) for name in {*now, *before}}
        span_id = judged.batch.part.span.id_first
        for name, row in self._connection.rows(_MISFIT_RULES, span_id, span_id):
            before.setdefault(str(name), set()).add(int(str(row)))
        return {name: len(now.get(name, ())) - len(before.get(name, ())) for name in {*now, *before}}

    def _follow(self, batch: MicroBatch) -> Table:
        """The dataset's table, which has what the batch's has."""
        known = self._tables[batch.dataset]
        table = joined(known, batch.table)
        if table is not known:
            evolve(self._connection, table, self._tables, batch.part.file.file_id)
            self._tables[batch.dataset], self._schemas[batch.dataset] = table, self._schemas_of(table)
        return table

    def _accepted(self, table: Table) -> int:
        rows = quote(staged(table.dataset))
        return self._connection.integer(f"SELECT count(*) FROM {rows} WHERE _id IN (SELECT _id FROM retried)")

    def _replace(self, judged: Judged, table: Table) -> None:
        rows, losers = (quote(name) for name in (staged(table.dataset), duplicate_rows(table.dataset)))
        prepared, span = prepare(judged), judged.batch.part.span
        self._count(_OLD_COUNTS.format(rows, losers), span.id_first)
        for name in (rows, losers):
            self._connection.run(f"DELETE FROM {name} WHERE _id IN (SELECT _id FROM renewed)")
        self._connection.run("DELETE FROM rejects WHERE _id IN (SELECT _id FROM retried)")
        self._return(table, rows, losers)
        Staging(self._connection, table.dataset).append(prepared)
        schemas = self._schemas[table.dataset].take(judged, prepared.seen)
        self._schemas[table.dataset].give(schemas)
        self.drifts += len(schemas.drifts)
        self._count(_NEW_COUNTS, span.id_first, json.dumps(_of_rules(judged)))
        self._connection.run("DELETE FROM meta_counts WHERE span_id = ? AND count = 0", span.id_first)

    def _return(self, table: Table, rows: str, losers: str) -> None:
        """Losers that compete again as they are stand among the staged rows first."""
        names = ", ".join(quote(name) for name in row_columns(table))
        those = "WHERE _id IN (SELECT _id FROM retried)"
        self._connection.run(f"INSERT INTO {rows} ({names}) SELECT {names} FROM {losers} {those}")
        self._connection.run(f"DELETE FROM {losers} {those}")

    def _count(self, counts: str, *values: int | str) -> None:
        self._connection.run(_ADD_COUNTS.format(counts), *values)

    def is_tried(self, record: int) -> bool:
        """Whether the record was taken already."""
        return bool(self._connection.integer("SELECT EXISTS (SELECT 1 FROM tried WHERE _id = ?)", record))

    def end(self) -> tuple[int, int, int]:
        """Count this attempt; the records tried, those of them that are still rejected, and the rows beside them that
        changed sides."""
        rejected = sum(self._connection.run(_COUNT_ATTEMPT, *within) for within in self._tried())
        beside = "SELECT count(*) FROM json_each(?) WHERE value NOT IN (SELECT _id FROM tried)"
        moved = self._connection.integer(beside, json.dumps(sorted(self._elsewhere)))
        self._learning.moved([row for dataset in self._tables for row in self._other_side(dataset)])
        return self._connection.integer("SELECT count(*) FROM tried"), rejected, moved

    def _other_side(self, dataset: str) -> Iterator[int]:
        """Rows of a dataset that were let in, and such as are no more."""
        sql = _OTHER_SIDE.format(quote(staged(dataset)))
        for (row,) in self._connection.rows(sql, dataset, json.dumps(list(self._elsewhere))):
            yield int(str(row))

    def _tried(self) -> Iterator[tuple[int, int]]:
        """Ranges of the ids that were tried, so many in each: SQLite keeps what one statement overwrites in memory."""
        ranges = f"""SELECT min(_id), max(_id)
            FROM (SELECT _id, (row_number() OVER (ORDER BY _id) - 1) / {_STATEMENT_ROWS} AS part FROM tried)
            GROUP BY part"""
        for first, last in self._connection.rows(ranges):
            yield int(str(first)), int(str(last))


def _records(judged: Judged) -> tuple[pa.RecordBatch, pa.RecordBatch]:
    return judged.outcome.accepted, judged.outcome.rejected


def _unreasoned(judged: Judged) -> dict[str, set[int]]:
    marked, refilling = judged.outcome.marked, _refilling(judged)
    names = [name for name in marked if name.startswith(("unknown.", "skipped.", "misfit.")) or name in refilling]
    return {name: set(marked[name].tolist()) for name in names}


def _of_rules(judged: Judged) -> dict[str, int]:
    """What reasons and flags tell."""
    counts, refilling = judged.outcome.counts.items(), _refilling(judged)
    return {name: count for name, count in counts if name.startswith(("rule.", "type.")) and name not in refilling}


def _refilling(judged: Judged) -> set[str]:
    """The counts of rules that put another value in the place of a cell."""
    suite = judged.batch.table.suite
    return {name for each in suite.expectations if each.action == "impute" for name in each.counted} if suite else set()
