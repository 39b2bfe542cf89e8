"""The first records that did not meet an expectation: where each stands, and the value that it has."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass

from processors.assessing.assessment import Result
from processors.assessing.expectations import Expectation
from sinks.database.connection import Connection
from sinks.database.identifiers import quote
from sinks.results.results import Scope
from sinks.rows.evolution import columns_of
from sinks.rows.rejects import Rejects
from sinks.rows.tables import row_tables

EXAMPLES_MAX = 5
_CHOSEN = """
WITH chosen AS (
    SELECT s.span_id AS first, s.span_id + s.row_count - 1 AS last
    FROM meta_files f JOIN meta_spans s ON s.span_id BETWEEN f.file_id << 32 AND (f.file_id << 32) + 4294967295
    WHERE f.state <> 'superseded' AND {})
"""
#: All reasons that a reject has, those of rules that only warn among them. Values are JSON: a column of a query is not
#: to begin with nulls.
_REJECTED = f"""
SELECT rule, _id, value FROM (
    SELECT iif(reason.value ->> 'rule' = 'type', 'type.' || (reason.value ->> 'column'), reason.value ->> 'rule')
           AS rule, r._id, json_quote(reason.value ->> 'value') AS value,
           dense_rank() OVER (PARTITION BY reason.value ->> 'rule', iif(reason.value ->> 'rule' = 'type',
                              reason.value ->> 'column', NULL) ORDER BY r._id) AS place
    FROM chosen CROSS JOIN rejects r ON r._id BETWEEN chosen.first AND chosen.last, json_each(r.reasons) reason)
WHERE place <= {EXAMPLES_MAX}
"""
_FLAGGED = f"""
SELECT _id, value FROM (
    SELECT t._id, ',' || t._flags || ',' AS flags, {{value}} AS value
    FROM chosen CROSS JOIN {{table}} t ON t._id BETWEEN chosen.first AND chosen.last)
WHERE instr(flags, ',' || ? || ',') {{further}} ORDER BY _id LIMIT {EXAMPLES_MAX}
"""
#: What `_rescued` keeps of a column, under whatever name files have for it.
_CAME = """
json_quote((SELECT kept.value FROM json_each(t._rescued) kept WHERE kept.key IN (
    SELECT c.value ->> 'name' FROM meta_schema_versions v, json_each(v.columns, '$.columns') c
    WHERE v.dataset = ? AND c.value ->> 'column' = ?)))
"""
#: What an imputed cell must be for a rule to be broken that a null does not break: an earlier step did not null it.
_REFILLED = """
AND value <> 'null' AND NOT instr(flags, ',misfit.' || ? || ',') AND NOT instr(flags, ',removed.' || ? || ',')
"""
_LOST = f"""
SELECT d._id, 'null' AS value
FROM chosen CROSS JOIN meta_duplicates d ON d._id BETWEEN chosen.first AND chosen.last
WHERE d.rule = ? ORDER BY d._id LIMIT {EXAMPLES_MAX}
"""


@dataclass(frozen=True, slots=True)
class Example:
    """A record. `value`: what the cell has, as text, where one cell is meant; of a rescued one what came."""

    row_id: int
    path: str
    line: int
    value: str | None


@dataclass(frozen=True, slots=True)
class Examples:
    """The examples of a scope in a dataset."""

    connection: Connection
    dataset: str
    scope: Scope

    def of(self, results: tuple[Result, ...]) -> dict[str, tuple[Example, ...]]:
        """Of each rule that was not met, by its name: of the records, those with the smallest row ids."""
        rejected = self._rejected()
        return {
            each.expectation.name: tuple(self._placed(self._found(each) | rejected.get(each.expectation.name, {})))
            for each in results
            if each.unexpected_count and each.expectation.level != "date"
        }

    def _placed(self, values: dict[int, str | None]) -> Iterator[Example]:
        for row in sorted(values)[:EXAMPLES_MAX]:
            place = Rejects(self.connection).place(row)
            yield Example(row, place.path, place.line, values[row])

    def _rejected(self) -> dict[str, dict[int, str | None]]:
        """By rule, the values of rejects by row id."""
        condition, values = self.scope.condition()
        found: dict[str, dict[int, str | None]] = {}
        for rule, row, value in self.connection.rows(_CHOSEN.format(condition) + _REJECTED, *values):
            found.setdefault(str(rule), {})[int(str(row))] = json.loads(str(value))
        return found

    def _found(self, result: Result) -> dict[int, str | None]:
        """Values by row id, of rows that are loaded all the same, or lost to another."""
        asked = result.expectation
        if asked.level == "sink":
            return self._rows(_LOST, asked.name)
        if asked.action == "impute":
            return self._refilled(asked)
        flags = [name for name in asked.counted if name.startswith(("misfit.", "missing."))]
        flags += [asked.name] if asked.action == "warn" and not asked.is_built_in else []
        found: dict[int, str | None] = {}
        for flag in flags:
            cell = (self.dataset, *asked.columns) if flag.startswith("misfit.") else ()
            found |= self._flagged(_CAME if cell else self._value(asked), *cell, flag)
        return found

    def _refilled(self, asked: Expectation) -> dict[int, str | None]:
        """Of a rule that gave the cells of its column other values."""
        [column] = asked.columns
        if asked.check == "not_null":
            return self._flagged("'null'", f"imputed.{column}")
        return self._flagged(_CAME, self.dataset, column, f"imputed.{column}", column, column, further=_REFILLED)

    def _flagged(self, value: str, *names: str, further: str = "") -> dict[int, str | None]:
        """`names`: the parameters of `value`, the flag, and the parameters of what is asked `further`."""
        found: dict[int, str | None] = {}
        for table in row_tables(self.dataset):
            found |= self._rows(_FLAGGED.format(value=value, table=quote(table), further=further), *names)
        return found

    def _value(self, asked: Expectation) -> str:
        """In SQL, as JSON."""
        columns = asked.columns
        if asked.check in {"expression", "missing_column"} or len(columns) != 1:
            return "'null'"
        known = columns[0] in columns_of(self.connection, self.dataset)
        return f"json_quote(CAST(t.{quote(columns[0])} AS TEXT))" if known else "'null'"

    def _rows(self, sql: str, *names: str) -> dict[int, str | None]:
        condition, values = self.scope.condition()
        rows = self.connection.rows(_CHOSEN.format(condition) + sql, *values, *names)
        return {int(str(row)): json.loads(str(value)) for row, value in rows}
