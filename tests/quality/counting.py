"""What results ought to be, counted from the stored rows themselves, one by one."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import TypeAlias

from processors.assessing.assessment import Result
from sinks.database.connection import Connection
from sinks.results.results import Scope, results
from stream.config import Dataset
from tests.sinks import contents

#: By span and rule.
Counts: TypeAlias = dict[tuple[int, str], int]


def viewed(path: Path, dataset: str, column: str) -> Counts:
    """A count of each span and rule, as the view has it."""
    sql = f"SELECT span_id, rule, {column} FROM meta_rule_results WHERE dataset = ? ORDER BY 1, 2"
    return {(int(str(span)), str(rule)): int(str(count)) for span, rule, count in contents.rows(path, sql, dataset)}


def unexpected(path: Path, dataset: Dataset) -> Counts:
    """How many records of each span broke each rule: by the reasons of rejects and the flags of rows."""
    marked = {(row, _name(reason)) for row, found in contents.reasons(path).items() for reason in found}
    for table in ("stg", "dup"):
        rows = f"SELECT _id, _flags FROM {table}_{dataset.name} WHERE _flags IS NOT NULL"
        marked |= {(int(str(row)), _rule(flag)) for row, flags in contents.rows(path, rows) for flag in _split(flags)}
    return _by_span(path, dataset, marked)


def elements(path: Path, dataset: Dataset) -> dict[int, int]:
    """How many records of each span are JSON objects, and no line that repeats the header; by their latest events."""
    headers = {row for row, rules in contents.reject_rules(path).items() if rules == ["repeated_header"]}
    latest = "SELECT _id, payload FROM raw_events UNION ALL SELECT _id, payload FROM meta_corrections"
    payloads = {int(str(row)): str(payload) for row, payload in contents.rows(path, latest)}
    split = {row for row, payload in payloads.items() if payload.startswith("{")} - headers
    return {span: len([row for row in split if first <= row <= last]) for span, first, last in _spans(path, dataset)}


def without_a_number(path: Path, dataset: Dataset, column: str) -> dict[int, int]:
    """How many of those have no whole number in a column; its misfits are as unknown to a rule as its nulls."""
    latest = "SELECT _id, payload FROM raw_events UNION ALL SELECT _id, payload FROM meta_corrections"
    headers = {row for row, rules in contents.reject_rules(path).items() if rules == ["repeated_header"]}
    payloads = {int(str(row)): json.loads(str(payload)) for row, payload in contents.rows(path, latest)}
    cells = {row: cell[column] for row, cell in payloads.items() if isinstance(cell, dict) and row not in headers}
    ids = [row for row, cell in cells.items() if not cell.lstrip("-").isdigit()]
    return {span: len([row for row in ids if first <= row <= last]) for span, first, last in _spans(path, dataset)}


def passed(path: Path, dataset: Dataset) -> dict[int, int]:
    """How many rows of each span no step refused."""
    rows = f"SELECT _id FROM stg_{dataset.name} UNION ALL SELECT _id FROM dup_{dataset.name}"
    ids = [int(str(row)) for (row,) in contents.rows(path, rows)]
    return {span: len([row for row in ids if first <= row <= last]) for span, first, last in _spans(path, dataset)}


def with_nulls(path: Path, dataset: Dataset, column: str) -> dict[int, int]:
    """How many of those have no value in a column."""
    those = f'WHERE "{column}" IS NULL'
    tables = [f"SELECT _id FROM {table}_{dataset.name} {those}" for table in ("stg", "dup")]
    ids = [int(str(row)) for (row,) in contents.rows(path, " UNION ALL ".join(tables))]
    return {span: len([row for row in ids if first <= row <= last]) for span, first, last in _spans(path, dataset)}


def check_exact(path: Path, dataset: Dataset) -> None:
    """The view says of every span what its rows say, and what is read of it says the same."""
    suite = dataset.table.suite
    assert suite is not None
    assert viewed(path, dataset.name, "unexpected_count") == unexpected(path, dataset)
    split, went = elements(path, dataset), passed(path, dataset)
    of_levels = {"record": split, "sink": went}
    asked = viewed(path, dataset.name, "element_count")
    for each in (each for each in suite.expectations if each.level in of_levels):
        assert {span: asked[span, each.name] for span in split} == of_levels[each.level], each.name
    for each in (each for each in suite.expectations if each.level == "sink" and len(each.columns) == 1):
        missing = viewed(path, dataset.name, "missing_count")
        nulls = with_nulls(path, dataset, each.columns[0])
        assert {span: missing[span, each.name] for span in split} == nulls, each.name
    for span in split:
        assert read(path, Scope(dataset.name, span_id=span)) == _row(path, span)


def read(path: Path, scope: Scope) -> dict[str, tuple[int, int, int]]:
    """The counts of each rule in a scope, as they are read."""
    with Connection(path, read_only=True) as connection:
        return summed(results(connection, scope).rules)


def summed(found: tuple[Result, ...]) -> dict[str, tuple[int, int, int]]:
    """The counts of results by rule, those that are all 0 left out."""
    counts = Counter[tuple[str, int]]()
    for each in found:
        for place, count in enumerate((each.element_count, each.missing_count, each.unexpected_count)):
            counts[each.expectation.name, place] += count
    names = {name for name, _ in counts}
    return {name: (counts[name, 0], counts[name, 1], counts[name, 2]) for name in sorted(names)}


def _row(path: Path, span: int) -> dict[str, tuple[int, int, int]]:
    sql = "SELECT rule, element_count, missing_count, unexpected_count FROM meta_rule_results WHERE span_id = ?"
    return {str(rule): tuple(int(str(each)) for each in counts) for rule, *counts in contents.rows(path, sql, span)}  # type: ignore[misc]


def _spans(path: Path, dataset: Dataset) -> list[tuple[int, int, int]]:
    sql = """SELECT span_id, row_count FROM meta_spans JOIN meta_files ON file_id = span_id >> 32
    WHERE dataset = ? AND state <> 'superseded'"""
    found = [(int(str(span)), int(str(count))) for span, count in contents.rows(path, sql, dataset.name)]
    return [(span, span, span + count - 1) for span, count in found]


def _by_span(path: Path, dataset: Dataset, marked: set[tuple[int, str]]) -> Counts:
    assert dataset.table.suite is not None
    names = {each.name for each in dataset.table.suite.expectations if each.level != "date"}
    counts = Counter(
        {(span, name): 0 for span, *_ in _spans(path, dataset) for name in names},
    )
    for span, first, last in _spans(path, dataset):
        counts.update((span, name) for row, name in marked if first <= row <= last and name in names)
    return dict(counts)


def _name(reason: dict[str, str]) -> str:
    return f"type.{reason['column']}" if reason["rule"] == "type" else reason["rule"]


def _rule(flag: str) -> str:
    kind, _, column = flag.partition(".")
    return {"misfit": f"type.{column}", "missing": f"missing_column.{column}"}.get(kind, flag)


def _split(flags: object) -> list[str]:
    return str(flags).split(",")
