"""Frozen references: what the columns of a dataset looked like on some earlier dates."""

from __future__ import annotations

import json
from collections.abc import Sequence

from processors.drift.reference import Reference, freeze, unit_of
from processors.drift.states import Profiling
from processors.errors import ConfigError
from sinks.closing.dates import reopen_after
from sinks.closing.rows import summaries
from sinks.database.connection import Connection
from sinks.ledger.clock import NOW
from sinks.table import Table

_INSERT = f"INSERT INTO meta_references VALUES (?, ?, ?, ?, ?, {NOW})"
_IN_FORCE = """
SELECT "column", reference, max(version) FROM meta_references
WHERE dataset = ?1 AND through < ?2 AND (?3 IS NULL OR frozen_at <= ?3) GROUP BY "column"
"""
_FROZEN = """SELECT DISTINCT "column", reference ->> 'unit' FROM meta_references WHERE dataset = ?"""
_WARMED = """
SELECT sum(profile ->> 'rows'), sum((profile ->> 'rows') - (profile ->> 'nulls')), json_group_array(date)
FROM meta_profiles WHERE dataset = ? AND "column" = ? AND date < ? AND profile ->> 'type' = ?
"""
_VERSION = "SELECT coalesce(max(version), 0) + 1 FROM meta_references WHERE dataset = ?"
_THROUGH = """
SELECT max(through) FROM meta_references
WHERE dataset = ?1 AND version = (SELECT max(version) FROM meta_references WHERE dataset = ?1)
"""
_DATES = """
SELECT date, sum(accepted) FROM meta_files WHERE dataset = ? AND date <= ? AND state <> 'superseded'
GROUP BY date HAVING sum(accepted) > 0 ORDER BY date DESC
"""


def profiled_columns(table: Table, profiling: Profiling) -> tuple[str, ...]:
    """Those that are asked for, else all."""
    return tuple(name for name, _ in table.columns) if profiling.columns is None else profiling.columns


def in_force(connection: Connection, dataset: str, date: str, at: str | None = None) -> dict[str, Reference]:
    """The reference of each column for a date: of those that are through an earlier date the newest; or the one that
    was so `at` a time.

    So a date is never compared with itself, and a replay compares it with what it was compared with before.
    """
    rows = connection.rows(_IN_FORCE, dataset, date, at)
    return {str(column): Reference.of(json.loads(str(reference))) for column, reference, _ in rows}


def newest_through(connection: Connection, dataset: str) -> str | None:
    """The last date of which the newest references are made; None without any."""
    [(through,)] = connection.rows(_THROUGH, dataset)
    return None if through is None else str(through)


def freeze_warmed(connection: Connection, table: Table, profiling: Profiling, date: str) -> dict[str, Reference]:
    """References for columns that never had one, or none that compares values of their type, made of the dates before
    this one that were profiled with that type, where these have enough rows and values."""
    frozen, kinds = {*connection.rows(_FROZEN, table.dataset)}, dict(table.columns)
    by_dates: dict[tuple[str, ...], list[str]] = {}
    for column in profiled_columns(table, profiling):
        if (column, unit_of(kinds[column])) in frozen:
            continue
        if dates := _warmed(connection, table, profiling, column, date):
            by_dates.setdefault(dates, []).append(column)
    made: dict[str, Reference] = {}
    for dates, columns in by_dates.items():
        made |= _freeze(connection, table, profiling, dates, columns)
    return made


def _warmed(connection: Connection, table: Table, profiling: Profiling, column: str, date: str) -> tuple[str, ...]:
    kind = dict(table.columns)[column].written
    [(rows, values, dates)] = connection.rows(_WARMED, table.dataset, column, date, kind)
    enough = int(str(rows or 0)) >= profiling.reference_rows and int(str(values or 0)) >= max(profiling.rows_min, 1)
    return tuple(sorted(json.loads(str(dates)))) if enough else ()


def _freeze(
    connection: Connection, table: Table, profiling: Profiling, dates: Sequence[str], columns: Sequence[str]
) -> dict[str, Reference]:
    version, made = connection.integer(_VERSION, table.dataset), dict[str, Reference]()
    for column, summary in summaries(connection, table, dates, columns, since_dates=True):
        made[column] = freeze(summary, profiling.bins)
        stored = json.dumps(made[column].plain(), ensure_ascii=False)
        connection.run(_INSERT, table.dataset, version, column, stored, max(dates))
    return made


def new_reference(connection: Connection, table: Table, profiling: Profiling, through: str) -> tuple[int, list[str]]:
    """Freeze a new version from the latest dates up to `through` that have `reference_rows` accepted rows together; the
    dates after it are open again. Its number, and the dates that it is made of.

    Inside the caller's transaction. Raises ConfigError where there are fewer rows.
    """
    dates, rows = list[str](), 0
    for date, accepted in connection.rows(_DATES, table.dataset, through):
        dates, rows = [str(date), *dates], rows + int(str(accepted))
        if rows >= profiling.reference_rows:
            break
    else:
        raise ConfigError(
            f"dataset {table.dataset} has {rows} accepted rows up to {through}, and a reference takes "
            f"{profiling.reference_rows}. Name a later date, or set profile.reference_rows lower."
        )
    _freeze(connection, table, profiling, dates, profiled_columns(table, profiling))
    reopen_after(connection, table.dataset, dates[-1])
    return connection.integer(_VERSION, table.dataset) - 1, dates
