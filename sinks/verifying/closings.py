"""What was said of whole dates when they were closed, made once more of the rows that are recorded: results of rules
over dates, profiles, scores."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date as calendar_date
from typing import TypeAlias

from processors.assessing.expectations import DIMENSIONS
from processors.drift.reference import compare
from processors.profiling.ordinals import origin
from sinks.closing.profiles import said as profile_said
from sinks.closing.references import in_force, profiled_columns
from sinks.closing.results import said as result_said
from sinks.closing.results import verdicts
from sinks.closing.rows import summaries
from sinks.database.connection import Connection, Scalar
from sinks.results.scores import score_text, scores_of
from sinks.table import Table
from sinks.verifying.comparing import Divergence

_Row: TypeAlias = Mapping[str, str | None]
#: By what names them.
_Rows: TypeAlias = Mapping[tuple[str, ...], _Row]

_IS_CLOSED = """
SELECT EXISTS (SELECT 1 FROM meta_closings WHERE dataset = ? AND date = ? AND changes = closed AND closed > 0)
"""
_RESULT = ("missing_count", "unexpected_count", "observed", "message", "severity", "action")
_RESULTS = f"""
SELECT rule, coalesce(file_id, ''), {", ".join(_RESULT)} FROM meta_date_results WHERE dataset = ? AND date = ?
"""
_PROFILE = ("profile", "psi", "js", "state")
_PROFILES = f"""SELECT "column", {", ".join(_PROFILE)} FROM meta_profiles WHERE dataset = ? AND date = ?"""
#: When each column of a date was profiled; one that has no profile, though it had ones when the date was closed, was
#: to be profiled then.
_PROFILED = """
SELECT "column", coalesce(max(profiled_at) FILTER (WHERE p.date = ?2), closed_at) FROM meta_profiles p
JOIN meta_closings c ON c.dataset = p.dataset AND c.date = ?2 WHERE p.dataset = ?1
GROUP BY 1 HAVING min(profiled_at) <= closed_at ORDER BY 2, 1
"""
_EXPLAINED = ("score", *DIMENSIONS)
_SCORES = f"""
SELECT explanation, {", ".join(f"quote({each})" for each in _EXPLAINED)},
       quote(explanation ->> 'score'), {
    ", ".join(f"quote(explanation ->> '$.dimensions.{each}.score')" for each in DIMENSIONS)
}
FROM meta_quality_scores WHERE dataset = ? AND date = ? ORDER BY score_id DESC LIMIT 1
"""


def is_closed(connection: Connection, dataset: str, date: str) -> bool:
    """Whether the date was summed up, and has not changed since."""
    return connection.integer(_IS_CLOSED, dataset, date) == 1


def of_closing(connection: Connection, table: Table, date: str) -> Iterator[Divergence]:
    """The first row of each table that is not what the recorded rows of a closed date come to."""
    results = _recorded(connection.rows(_RESULTS, table.dataset, date), _RESULT, names=2)
    yield from _first("meta_date_results", results, dict(_judged(connection, table, date)), ("rule", "file_id"))
    if table.profiling is not None:
        profiles = _recorded(connection.rows(_PROFILES, table.dataset, date), _PROFILE, names=1)
        yield from _first("meta_profiles", profiles, dict(_profiled(connection, table, date)), ("column",))
    yield from _score(connection, table, date)


def _judged(connection: Connection, table: Table, date: str) -> Iterator[tuple[tuple[str, ...], _Row]]:
    for rule, file_id, verdict in verdicts(connection, table, date):
        key = rule.name, "" if file_id is None else str(file_id)
        yield key, _row(_RESULT, result_said(rule, verdict))


def _profiled(connection: Connection, table: Table, date: str) -> Iterator[tuple[tuple[str, ...], _Row]]:
    """The columns that have a profile, or had to, each compared with the reference that it had."""
    profiling, day = table.profiling, calendar_date.fromisoformat(date)
    if profiling is None:
        return
    wanted = set(profiled_columns(table, profiling))
    rows = connection.rows(_PROFILED, table.dataset, date)
    made = {str(column): str(at) for column, at in rows if column in wanted}
    references = {at: in_force(connection, table.dataset, date, at) for at in dict.fromkeys(made.values())}
    for column, summary in summaries(connection, table, [date], list(made)):
        reference = references[made[column]].get(column)
        compared = compare(reference, summary, profiling, origin(day, summary.kind))
        yield (column,), _row(_PROFILE, profile_said(summary, compared, profiling))


def _score(connection: Connection, table: Table, date: str) -> Iterator[Divergence]:
    """The last score that the date came to have; one that never was assessed has none."""
    recorded = connection.rows(_SCORES, table.dataset, date)
    found = scores_of(connection, table, [date])[date]
    today = score_text(found)
    if not recorded:
        if found.points is not None:
            yield Divergence("meta_quality_scores", None, {"explanation": today}, None)
        return
    [(explanation, *cells)] = recorded
    count = len(_EXPLAINED)
    was = {"explanation": _text(explanation), **_row(_EXPLAINED, tuple(cells[:count]))}
    now = {"explanation": today, **_row(_EXPLAINED, tuple(cells[count:]))}
    if was != now:
        yield Divergence("meta_quality_scores", was, now, None)


def _recorded(rows: list[tuple[Scalar, ...]], columns: tuple[str, ...], names: int) -> _Rows:
    return {tuple(map(str, row[:names])): _row(columns, row[names:]) for row in rows}


def _row(columns: tuple[str, ...], cells: tuple[Scalar, ...]) -> _Row:
    return {column: _text(cell) for column, cell in zip(columns, cells, strict=True)}


def _text(cell: Scalar) -> str | None:
    return None if cell is None else str(cell)


def _first(table: str, recorded: _Rows, today: _Rows, names: tuple[str, ...]) -> Iterator[Divergence]:
    for key in sorted({*recorded, *today}):
        was, now = recorded.get(key), today.get(key)
        if was != now:
            named = dict(zip(names, key, strict=True))
            yield Divergence(table, was and {**named, **was}, now and {**named, **now}, None)
            return
