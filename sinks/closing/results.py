"""The rules over whole dates, judged and kept: one result a rule, date and, where they are its scope, file."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date as calendar_date
from functools import partial

import polars as pl

from processors.rules.set_rules import (
    Distribution,
    Freshness,
    RowCount,
    SetRule,
    Verdict,
    Volume,
    figures,
    judge_distribution,
    judge_freshness,
    judge_row_count,
    judge_volume,
)
from sinks.base import Finding
from sinks.closing.dates import closed_after
from sinks.closing.rows import FileBalance, balances, column_ordinals
from sinks.database.connection import Connection
from sinks.ledger.clock import NOW
from sinks.table import Table

_FORGET = "DELETE FROM meta_date_results WHERE dataset = ? AND date = ? AND rule IN (SELECT value FROM json_each(?))"
_FORGET_OTHERS = """
DELETE FROM meta_date_results WHERE dataset = ? AND date IN (SELECT value FROM json_each(?))
AND rule NOT IN (SELECT value FROM json_each(?))
"""
_INSERT = f"INSERT INTO meta_date_results VALUES (?, ?, ?, ?, 1, ?, ?, ?, ?, ?, ?, {NOW})"
_BROKEN = """
SELECT rule, coalesce(file_id, 0) FROM meta_date_results WHERE dataset = ? AND date = ? AND unexpected_count = 1
"""
_BEFORE = """
SELECT sum(accepted) FROM meta_files WHERE dataset = ? AND date < ? AND state <> 'superseded'
AND (records > 0 OR state IN ('committed', 'archived')) GROUP BY date ORDER BY date DESC LIMIT ?
"""


@dataclass(frozen=True, slots=True)
class Judged:
    """What judging dates came to. `failed`: a rule with the action `fail` is broken."""

    findings: tuple[Finding, ...]
    failed: bool


def judge_dates(connection: Connection, table: Table, dates: Sequence[str]) -> Judged:
    """Judge all set rules on some dates; and on dates after them those that look back at these.

    Inside the caller's transaction. A rule that is broken is a finding, unless it was so before.
    """
    findings: list[Finding] = []
    failed = False
    for date, rules in _asked(connection, table, dates):
        judged = _Date(connection, table, date).judge(rules)
        findings += judged.findings
        failed |= judged.failed
    return Judged(tuple(findings), failed)


def verdicts(connection: Connection, table: Table, date: str) -> Iterator[tuple[SetRule, int | None, Verdict]]:
    """What each set rule says of a date, or of each of its files, by what is committed now; nothing is kept of it."""
    of_date, files = _Date(connection, table, date), balances(connection, table.dataset, date)
    for rule in table.set_rules:
        for file, verdict in of_date.verdicts(rule, files):
            yield rule, file.file_id if file else None, verdict


def _asked(connection: Connection, table: Table, dates: Sequence[str]) -> Iterator[tuple[str, tuple[SetRule, ...]]]:
    """What is to be judged on which date, in order."""
    asked = dict.fromkeys(dates, table.set_rules)
    for rule in table.set_rules:
        if isinstance(rule.check, Volume):
            for date in dates:
                for later in closed_after(connection, table.dataset, date, rule.check.dates):
                    asked[later] = tuple(dict.fromkeys((*asked.get(later, ()), rule)))
    names = json.dumps([rule.name for rule in table.set_rules])  # a rule that the config has no more has no result
    connection.run(_FORGET_OTHERS, table.dataset, json.dumps(list(dates)), names)
    yield from sorted(asked.items())


@dataclass(frozen=True, slots=True)
class _Date:
    """A date of a dataset, to be judged."""

    connection: Connection
    table: Table
    date: str

    def judge(self, rules: Sequence[SetRule]) -> Judged:
        dataset, date = self.table.dataset, self.date
        known = {(str(rule), int(str(file))) for rule, file in self.connection.rows(_BROKEN, dataset, date)}
        self.connection.run(_FORGET, dataset, date, json.dumps([rule.name for rule in rules]))
        files = balances(self.connection, dataset, date)
        findings: list[Finding] = []
        failed = False
        for rule in rules:
            for file, verdict in self.verdicts(rule, files):
                self._keep(rule, file, verdict)
                failed |= bool(verdict.broken) and rule.action == "fail"
                if verdict.broken and (rule.name, file.file_id if file else 0) not in known:
                    findings.append(self._finding(rule, file, verdict))
        return Judged(tuple(findings), failed)

    def verdicts(self, rule: SetRule, files: Sequence[FileBalance]) -> Iterator[tuple[FileBalance | None, Verdict]]:
        """Of the whole date, or of each of its files."""
        if getattr(rule.check, "scope", "date") == "file":
            yield from ((file, self._verdict(rule, [file])) for file in files)
        else:
            yield None, self._verdict(rule, files)

    def _verdict(self, rule: SetRule, files: Sequence[FileBalance]) -> Verdict:
        check, rows = rule.check, sum(file.accepted for file in files)
        match check:
            case RowCount():
                return judge_row_count(check, rows)
            case Volume():
                return judge_volume(check, rows, self._rows_before(check.dates))
            case Freshness():
                newest = [value for part in self._ordinals(check, files) if isinstance(value := part.max(), int)]
                return judge_freshness(check, calendar_date.fromisoformat(self.date), max(newest, default=None))
            case Distribution():
                return judge_distribution(check, figures(partial(self._ordinals, check, files), check.share))

    def _ordinals(self, check: Freshness | Distribution, files: Sequence[FileBalance]) -> Iterator[pl.Series]:
        ids = [file.file_id for file in files]
        return column_ordinals(self.connection, self.table.dataset, ids, check.column, check.kind)

    def _rows_before(self, dates: int) -> list[int]:
        rows = self.connection.rows(_BEFORE, self.table.dataset, self.date, dates)
        return [int(str(row[0])) for row in rows]

    def _keep(self, rule: SetRule, file: FileBalance | None, verdict: Verdict) -> None:
        place = self.table.dataset, self.date, file.file_id if file else None, rule.name
        self.connection.run(_INSERT, *place, *said(rule, verdict))

    def _finding(self, rule: SetRule, file: FileBalance | None, verdict: Verdict) -> Finding:
        of_file = f"{file.path}: " if file else ""
        masked = None if verdict.masked is None else f"{of_file}{verdict.masked}"
        severity = "error" if rule.action == "fail" else rule.severity
        return Finding(
            self.table.dataset, self.date, "rule", rule.name, severity, f"{of_file}{verdict.message}", masked
        )


def said(rule: SetRule, verdict: Verdict) -> tuple[int, int, str, str, str, str]:
    """A verdict as it is kept: `missing_count`, `unexpected_count`, `observed`, `message`, `severity`, `action`."""
    counts = int(verdict.broken is None), int(bool(verdict.broken))
    observed = json.dumps(dict(verdict.observed), ensure_ascii=False)
    return *counts, observed, verdict.message, rule.severity, rule.action
