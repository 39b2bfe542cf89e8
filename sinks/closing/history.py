"""What is known of closed dates, for those who only read."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from processors.drift.states import State
from sinks.database.connection import Connection

_PROFILES = """
SELECT dataset, date, "column", profile, psi, js, state FROM meta_profiles p
WHERE (?1 IS NULL OR dataset = ?1)
AND date = coalesce(?2, (SELECT max(date) FROM meta_profiles l WHERE l.dataset = p.dataset))
ORDER BY dataset, "column"
"""
_BROKEN = """
SELECT r.dataset, r.date, r.rule, r.severity, r.action, f.path, r.message FROM meta_date_results r
LEFT JOIN meta_files f ON f.file_id = r.file_id
WHERE r.unexpected_count = 1 ORDER BY r.dataset, r.date DESC, r.rule, f.path
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
class BrokenRule:
    """A rule over a whole date, or over a file of it (`path`), that is broken as the rows stand."""

    dataset: str
    date: str
    rule: str
    severity: str
    action: str
    path: str | None
    message: str


def profiles(connection: Connection, dataset: str | None, date: str | None) -> list[DateProfile]:
    """The profiles of a date, or of the last one of each dataset."""
    rows = connection.table(_PROFILES, dataset, date).to_pylist()
    return [DateProfile(**{**row, "profile": json.loads(row["profile"])}) for row in rows]


def broken_rules(connection: Connection) -> list[BrokenRule]:
    """The broken rules of all datasets, those of the last dates first."""
    return [BrokenRule(**row) for row in connection.table(_BROKEN).to_pylist()]
