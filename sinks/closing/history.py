"""What is known of closed dates, for those who only read."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from processors.drift.states import State
from sinks.database.connection import Connection
from sinks.results.results import Scope

#: The driver takes the type of a column from its first rows: where these may be null something else stands for it.
_PROFILES = """
SELECT dataset, date, "column", profile, coalesce(psi, -1.0) AS psi, coalesce(js, -1.0) AS js, state
FROM meta_profiles p
WHERE (?1 IS NULL OR dataset = ?1)
AND date = coalesce(?2, (SELECT max(date) FROM meta_profiles l WHERE l.dataset = p.dataset))
ORDER BY dataset, "column"
"""
_DISTANCES = """
SELECT date, "column", coalesce(psi, -1.0) AS psi, coalesce(js, -1.0) AS js, state FROM meta_profiles
WHERE dataset = ?1 AND (?2 IS NULL OR date <= ?2) ORDER BY date, "column"
"""
_BROKEN = """
SELECT r.dataset, r.date, r.rule, r.severity, r.action, coalesce(f.path, '') AS path, r.message FROM meta_date_results r
LEFT JOIN meta_files f ON f.file_id = r.file_id
WHERE r.unexpected_count = 1 ORDER BY r.dataset, r.date DESC, r.rule, f.path
"""
_VERDICTS = """
SELECT f.rule, f.date, coalesce(m.path, '') AS path,
       CASE WHEN f.missing_count THEN 'null' WHEN f.unexpected_count THEN 'true' ELSE 'false' END AS broken,
       f.observed, f.message
FROM meta_date_results f LEFT JOIN meta_files m ON m.file_id = f.file_id
WHERE {} ORDER BY f.rule, f.date, f.file_id
"""


@dataclass(frozen=True, slots=True)
class DateProfile:
    """A row of `meta_profiles`. `profile`: as `processors.profiling.description` has it."""

    dataset: str
    date: str
    column: str
    profile: Mapping[str, Any]
    psi: float | None
    js: float | None
    state: State


@dataclass(frozen=True, slots=True)
class Distance:
    """How far a column was from its reference on a date; None where it was not compared."""

    date: str
    column: str
    psi: float | None
    js: float | None
    state: State


@dataclass(frozen=True, slots=True)
class BrokenRule:
    """A rule over a whole date, or over a file of it (`path`), that is broken as the rows stand."""

    dataset: str
    date: str
    rule: str
    severity: str
    action: str
    path: str | None
    message: str


@dataclass(frozen=True, slots=True)
class DateVerdict:
    """What a rule over a whole date, or over a file of it (`path`), came to: `broken` is None where it was not
    assessed. `observed`: the figures that were compared."""

    date: str
    path: str | None
    broken: bool | None
    observed: Mapping[str, Any]
    message: str


def profiles(connection: Connection, dataset: str | None, date: str | None) -> list[DateProfile]:
    """The profiles of a date, or of the last one of each dataset."""
    rows = connection.table(_PROFILES, dataset, date).to_pylist()
    return [DateProfile(**row | _distances(row) | {"profile": json.loads(row["profile"])}) for row in rows]


def distances(connection: Connection, dataset: str, through: str | None = None) -> list[Distance]:
    """How far the columns of a dataset were from their references, on its dates up to one, in order."""
    rows = connection.table(_DISTANCES, dataset, through).to_pylist()
    return [Distance(**row | _distances(row)) for row in rows]


def _distances(row: Mapping[str, Any]) -> dict[str, float | None]:
    return {name: None if row[name] < 0 else row[name] for name in ("psi", "js")}


def broken_rules(connection: Connection) -> list[BrokenRule]:
    """The broken rules of all datasets, those of the last dates first."""
    return [BrokenRule(**row | {"path": row["path"] or None}) for row in connection.table(_BROKEN).to_pylist()]


def verdicts(connection: Connection, scope: Scope) -> dict[str, list[DateVerdict]]:
    """What the rules over dates came to in a scope, by their names."""
    condition, values = scope.condition_of_dates()
    found: dict[str, list[DateVerdict]] = {}
    for rule, date, path, *told, message in connection.rows(_VERDICTS.format(condition), *values):
        broken, observed = (json.loads(str(each)) for each in told)
        verdict = DateVerdict(str(date), str(path) or None, broken, observed, str(message))
        found.setdefault(str(rule), []).append(verdict)
    return found
