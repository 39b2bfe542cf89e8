"""What rules over whole dates say of one, as one connection sees it, compared with what another one sees."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Literal, TypeAlias

from sinks.database.connection import Connection

_VERDICTS = """
SELECT v.rule, coalesce(f.path, '') AS path, v.observed, v.message,
       iif(v.missing_count, 'not assessed', iif(v.unexpected_count, 'broken', 'met')) AS verdict
FROM meta_date_results v LEFT JOIN meta_files f ON f.file_id = v.file_id WHERE v.dataset = ? AND v.date = ?
"""

Word: TypeAlias = Literal["met", "broken", "not assessed"]


@dataclass(frozen=True, slots=True)
class Said:
    """What a rule says, and what of: numbers by their names."""

    verdict: Word
    observed: dict[str, object]
    message: str


@dataclass(frozen=True, slots=True)
class VerdictChange:
    """A rule that says something else of a date, or of the file with this `path`; None where it says nothing."""

    rule: str
    path: str | None
    before: Said | None
    after: Said | None


def verdict_changes(before: Connection, after: Connection, dataset: str, date: str) -> list[VerdictChange]:
    """By rule and file."""
    was, now = (_said(each, dataset, date) for each in (before, after))
    return [
        VerdictChange(rule, path or None, was.get((rule, path)), now.get((rule, path)))
        for rule, path in sorted({**was, **now})
        if was.get((rule, path)) != now.get((rule, path))
    ]


def _said(connection: Connection, dataset: str, date: str) -> dict[tuple[str, str], Said]:
    rows = connection.table(_VERDICTS, dataset, date).to_pylist()
    return {
        (row["rule"], row["path"]): Said(row["verdict"], json.loads(row["observed"]), row["message"]) for row in rows
    }
