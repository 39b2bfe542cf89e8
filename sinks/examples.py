"""The first records that did not meet an expectation: where each stands, and the value that it has."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass

from processors.assessment import Result
from sinks.connection import Connection
from sinks.evolution import columns_of
from sinks.identifiers import quote
from sinks.rejects import Rejects
from sinks.results import Scope
from sinks.tables import row_tables

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
SELECT t._id, {{}} AS value FROM chosen CROSS JOIN {{}} t ON t._id BETWEEN chosen.first AND chosen.last
WHERE instr(',' || t._flags || ',', ',' || ? || ',') ORDER BY t._id LIMIT {EXAMPLES_MAX}
"""
_LOST = f"""
SELECT d._id, 'null' AS value
FROM chosen CROSS JOIN meta_duplicates d ON d._id BETWEEN chosen.first AND chosen.last
WHERE d.rule = ? ORDER BY d._id LIMIT {EXAMPLES_MAX}
"""


@dataclass(frozen=True, slots=True)
class Example:
    """A record. `value`: what the cell has, as text, where one cell is meant; of a rescued one what the row keeps
    beside."""

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
        flags = [name for name in asked.counted if name.startswith(("misfit.", "missing."))]
        flags += [asked.name] if asked.action == "warn" and not asked.is_built_in else []
        flags += [f"imputed.{name}" for name in asked.columns if asked.action == "impute"]
        return {
            row: value
            for flag in flags
            for table in row_tables(self.dataset)
            for row, value in self._rows(_FLAGGED.format(self._value(result, flag), quote(table)), flag).items()
            if value is not None or asked.action != "impute"  # a null that was imputed broke no rule
        }

    def _value(self, result: Result, flag: str) -> str:
        """In SQL, as JSON."""
        columns, check = result.expectation.columns, result.expectation.check
        if flag.startswith(("misfit.", "imputed.")):
            return "json_quote(t._rescued)"
        if check in {"expression", "missing_column"} or len(columns) != 1:
            return "'null'"
        known = columns[0] in columns_of(self.connection, self.dataset)
        return f"json_quote(CAST(t.{quote(columns[0])} AS TEXT))" if known else "'null'"

    def _rows(self, sql: str, name: str) -> dict[int, str | None]:
        condition, values = self.scope.condition()
        rows = self.connection.rows(_CHOSEN.format(condition) + sql, *values, name)
        return {int(str(row)): json.loads(str(value)) for row, value in rows}
