"""Reading what records came to under each rule: those of a span, a file, a date, a run, or a whole dataset.

Spans keep counts of what was found, and name the suite by which they were judged. All else follows from these; see
`processors.assessing.assessment`. The view `meta_rule_results` says the same of each span, to whoever asks in SQL.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple, TypeAlias

from processors.assessing.assessment import Result, Tally, assess, joined
from processors.assessing.expectations import Suite, suite
from sinks.database.connection import Connection, Scalar

#: The datasets of which there are results.
_DATASETS = """
SELECT DISTINCT f.dataset
FROM meta_files f JOIN meta_spans s ON s.span_id BETWEEN f.file_id << 32 AND (f.file_id << 32) + 4294967295
WHERE f.state <> 'superseded' AND s.suite_id IS NOT NULL AND {} ORDER BY 1
"""
#: What was counted in some spans, summed up by a part of them (an expression over a span `s` and its file `f`) and by
#: suite.
_TALLIES = """
WITH chosen AS (
    SELECT s.span_id, s.row_count, s.elements, s.passed, s.suite_id, {part} AS part
    FROM meta_files f JOIN meta_spans s ON s.span_id BETWEEN f.file_id << 32 AND (f.file_id << 32) + 4294967295
    WHERE f.state <> 'superseded' AND s.suite_id IS NOT NULL AND {condition})
SELECT part, suite_id, 'records' AS kind, '' AS name, sum(row_count) AS count FROM chosen GROUP BY 1, 2
UNION ALL SELECT part, suite_id, 'elements', '', sum(elements) FROM chosen GROUP BY 1, 2
UNION ALL SELECT part, suite_id, 'passed', '', sum(passed) FROM chosen GROUP BY 1, 2
UNION ALL SELECT part, suite_id, 'counts', c.name, sum(c.count)
    FROM chosen CROSS JOIN meta_counts c ON c.span_id = chosen.span_id GROUP BY 1, 2, 4
UNION ALL SELECT part, suite_id, 'duplicates', d.rule, count(*) FROM chosen
    CROSS JOIN meta_duplicates d ON d._id BETWEEN chosen.span_id AND chosen.span_id + chosen.row_count - 1
    GROUP BY 1, 2, 4
"""
_SUITES = """
SELECT suite_id, dataset, rules FROM meta_suites WHERE suite_id IN (SELECT value FROM json_each(?)) ORDER BY 1 DESC
"""
#: Rules about a whole date are judged when it closes. Their results stand in a table of their own.
_OF_DATES = """
SELECT {part} AS part, rule, sum(element_count), sum(missing_count), sum(unexpected_count)
FROM meta_date_results f WHERE {condition} GROUP BY 1, 2 ORDER BY 1, 2
"""


@dataclass(frozen=True, slots=True)
class Scope:
    """The records that are meant: all, or those of whatever is given. `path`: as the ledger writes it. `run_id`: of the
    run that judged them last."""

    dataset: str | None = None
    date: str | None = None
    path: str | None = None
    span_id: int | None = None
    run_id: int | None = None

    def condition(self) -> tuple[str, tuple[Scalar, ...]]:
        """In SQL, over a span `s` and its file `f`."""
        asked: dict[str, Scalar] = {"f.dataset": self.dataset, "f.date": self.date, "f.path": self.path}
        asked |= {"s.span_id": self.span_id, "s.run_id": self.run_id}
        given = {name: value for name, value in asked.items() if value is not None}
        return " AND ".join(["TRUE", *(f"{name} = ?" for name in given)]), tuple(given.values())

    def condition_of_dates(self) -> tuple[str, tuple[Scalar, ...]]:
        """In SQL, over a row `f` of `meta_date_results`: a span or a run is no part of what a date came to."""
        if self.span_id is not None or self.run_id is not None:
            return "FALSE", ()
        condition, values = Scope(self.dataset, self.date).condition()
        if self.path is None:
            return condition, values
        files = "SELECT file_id FROM meta_files WHERE path = ? AND state <> 'superseded'"
        return f"{condition} AND f.file_id IN ({files})", (*values, self.path)


@dataclass(frozen=True, slots=True)
class Results:
    """What the records of a scope came to. `suites`: the hashes of those by which they were judged, the latest first.
    A rule that several of them have is one, handled as the latest says."""

    scope: Scope
    records: int
    suites: tuple[str, ...]
    rules: tuple[Result, ...]


class _OfDate(NamedTuple):
    """A row of `meta_date_results`, or several, summed up."""

    rule: str
    element_count: int
    missing_count: int
    unexpected_count: int


_Tallies: TypeAlias = Mapping[str, Mapping[int, Tally]]
_Sums: TypeAlias = dict[str, dict[str, int]]


def by_dataset(connection: Connection, scope: Scope) -> list[tuple[str, Scope]]:
    """The scope of each dataset in which there are results of it, by name."""
    condition, values = scope.condition()
    names = [str(name) for (name,) in connection.rows(_DATASETS.format(condition), *values)]
    return [(name, replace(scope, dataset=name)) for name in names]


def results(connection: Connection, scope: Scope) -> Results:
    """The results of a scope in one dataset."""
    condition, values = scope.condition()
    tallies = _tallies(connection, "''", condition, *values).get("", {})
    suites = _suites(connection, tallies)
    condition, values = scope.condition_of_dates()
    of_dates = _of_dates(connection, "''", condition, *values).get("", [])
    records = sum(each.records for each in tallies.values())
    hashes = tuple(each.hash for each in suites.values())
    return Results(scope, records, hashes, _assessed(suites, tallies, of_dates))


def results_of_records(connection: Connection, file_id: int, id_first: int, id_last: int) -> tuple[Result, ...]:
    """The results of whole spans of one file, between two records, both included."""
    condition = "f.file_id = ? AND s.span_id BETWEEN ? AND ?"
    tallies = _tallies(connection, "''", condition, file_id, id_first, id_last).get("", {})
    return _assessed(_suites(connection, tallies), tallies, [])


def results_by_date(
    connection: Connection, dataset: str, dates: Iterable[str] | None = None
) -> dict[str, tuple[Result, ...]]:
    """The results of each of some dates, or of all, that has any; by one statement for all of them."""
    condition, values = "f.dataset = ?", [dataset]
    if dates is not None:
        condition, values = f"{condition} AND f.date IN (SELECT value FROM json_each(?))", [*values, _json(dates)]
    tallies = _tallies(connection, "f.date", condition, *values)
    suites = _suites(connection, {suite_id for each in tallies.values() for suite_id in each})
    of_dates = _of_dates(connection, "f.date", condition, *values)
    return {date: _assessed(suites, tallies[date], of_dates.get(date, [])) for date in sorted(tallies)}


def _of_dates(connection: Connection, part: str, condition: str, *values: Scalar) -> dict[str, list[_OfDate]]:
    found: dict[str, list[_OfDate]] = defaultdict(list)
    for key, rule, *counts in connection.rows(_OF_DATES.format(part=part, condition=condition), *values):
        found[str(key)].append(_OfDate(str(rule), *(int(str(count)) for count in counts)))
    return found


def _tallies(connection: Connection, part: str, condition: str, *values: Scalar) -> _Tallies:
    """By part and suite."""
    sums: dict[str, dict[int, _Sums]] = defaultdict(lambda: defaultdict(lambda: defaultdict(dict)))
    for key, suite_id, kind, name, count in connection.rows(_TALLIES.format(part=part, condition=condition), *values):
        sums[str(key)][int(str(suite_id))][str(kind)][str(name)] = int(str(count))
    return {key: {each: _tally(found) for each, found in of_suites.items()} for key, of_suites in sums.items()}


def _tally(sums: _Sums) -> Tally:
    records, elements, passed = (sums[kind][""] for kind in ("records", "elements", "passed"))
    return Tally(records, elements, passed, sums["counts"], sums["duplicates"])


def _suites(connection: Connection, ids: Iterable[int]) -> dict[int, Suite]:
    """The latest first."""
    rows = connection.rows(_SUITES, _json(ids))
    return {int(str(suite_id)): suite(str(dataset), str(rules)) for suite_id, dataset, rules in rows}


def _assessed(
    suites: Mapping[int, Suite], tallies: Mapping[int, Tally], of_dates: Sequence[_OfDate]
) -> tuple[Result, ...]:
    """Some of the suites, and what was counted under each."""
    mine = {suite_id: found for suite_id, found in suites.items() if suite_id in tallies}
    found = [result for suite_id, each in mine.items() for result in assess(each, tallies[suite_id])]
    asked = {each.name: each for found in reversed(mine.values()) for each in found.expectations}
    found += [Result(asked[each.rule], *each[1:]) for each in of_dates if each.rule in asked]
    return joined(found)


def _json(values: Iterable[str | int]) -> str:
    return json.dumps(sorted(set(values)))
