"""Profiles of dates, and how far each column is from its reference."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import date as calendar_date
from typing import Literal

from processors.drift.reference import Comparison, compare
from processors.drift.states import Profiling
from processors.profiling.column_summary import ColumnSummary
from processors.profiling.description import describe
from processors.profiling.ordinals import origin
from sinks.base import Finding
from sinks.closing.references import freeze_warmed, in_force, profiled_columns
from sinks.closing.rows import summaries
from sinks.database.connection import Connection
from sinks.ledger.clock import NOW
from sinks.table import Table

_UPSERT = f"INSERT OR REPLACE INTO meta_profiles VALUES (?, ?, ?, ?, ?, ?, ?, {NOW})"
_FORGET = """
DELETE FROM meta_profiles WHERE dataset = ? AND date = ? AND "column" NOT IN (SELECT value FROM json_each(?))
"""
_STATES = 'SELECT "column", state FROM meta_profiles WHERE dataset = ? AND date = ?'
_DATE_BEFORE = "SELECT max(date) FROM meta_profiles WHERE dataset = ? AND date < ?"
_SEVERITIES: dict[str, Literal["warning", "error"]] = {"warn": "warning", "drift": "error"}


def profile_date(connection: Connection, table: Table, profiling: Profiling, date: str) -> list[Finding]:
    """Profile the accepted rows of a date, and compare each column with its reference, which is frozen here should the
    dates before have enough rows by now.

    Inside the caller's transaction. A column that is in the state warn or drift is a finding, unless it was in that
    state on the profiled date before, or when this date was closed last.
    """
    columns = profiled_columns(table, profiling)
    references = in_force(connection, table.dataset, date)
    references |= freeze_warmed(connection, table, profiling, date)
    known = _known_states(connection, table.dataset, date)
    connection.run(_FORGET, table.dataset, date, json.dumps(columns))
    findings, day = list[Finding](), calendar_date.fromisoformat(date)
    for column, summary in summaries(connection, table, [date], columns):
        compared = compare(references.get(column), summary, profiling, origin(day, summary.kind))
        _keep(connection, table.dataset, date, column, summary, compared, profiling)
        if compared.state in _SEVERITIES and (column, compared.state) not in known:
            findings.append(_finding(table.dataset, date, column, compared))
    return findings


def _known_states(connection: Connection, dataset: str, date: str) -> set[tuple[str, str]]:
    """The states of this date as they were, and those of the date before."""
    [(before,)] = connection.rows(_DATE_BEFORE, dataset, date)
    rows = [row for each in (date, before) if each is not None for row in connection.rows(_STATES, dataset, each)]
    return {(str(column), str(state)) for column, state in rows}


def _keep(
    connection: Connection,
    dataset: str,
    date: str,
    column: str,
    summary: ColumnSummary,
    compared: Comparison,
    profiling: Profiling,
) -> None:
    connection.run(_UPSERT, dataset, date, column, *said(summary, compared, profiling))


def said(
    summary: ColumnSummary, compared: Comparison, profiling: Profiling
) -> tuple[str, float | None, float | None, str]:
    """A profile as it is kept: `profile`, `psi`, `js`, `state`."""
    told = {"type": summary.kind.written, **asdict(describe(summary, profiling.bins)), "chance": compared.chance}
    return json.dumps(told, ensure_ascii=False), compared.psi, compared.js, compared.state


def _finding(dataset: str, date: str, column: str, compared: Comparison) -> Finding:
    message = f"{compared.state}: PSI {compared.psi:.3f}, Jensen-Shannon distance {compared.js:.3f} from the reference"
    return Finding(dataset, date, "drift", column, _SEVERITIES[compared.state], message)
