"""What a warehouse must hold after any commits, worked out in plain Python from the spans' last verdicts.

Every accepted row is a candidate. Under each rule a candidate loses to another one, or to none in particular; one that
loses under any rule is a reject, and all others are staged.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Any, TypeAlias

from sinks.database.connection import Scalar
from sinks.table import Monotonic, Reference, Relation, Table, Unique
from tests.sinks import contents
from tests.sinks.drafts import RECORD_BYTES, Accepted, Cell, Draft, path_of, payload

Cells = tuple[Cell, ...]


@dataclass(slots=True)
class Expected:
    """The tables of one dataset, by row id. `lost`: by row and rule, to which row. `keys`: by rule, ids that share a
    key."""

    staged: dict[int, Cells] = field(default_factory=dict)
    losers: dict[int, Cells] = field(default_factory=dict)
    rejects: dict[int, dict[str, Any]] = field(default_factory=dict)
    lost: dict[tuple[int, str], int | None] = field(default_factory=dict)
    keys: dict[str, list[list[int]]] = field(default_factory=dict)
    balances: dict[int, tuple[int, int, int]] = field(default_factory=dict)


#: A dataset and the last verdict on each of its spans.
Told: TypeAlias = tuple[Table, Sequence[Draft]]


def expected(table: Table, drafts: Sequence[Draft], *others: Told) -> Expected:
    """The tables after `drafts`, one for each span, were committed in whatever order, with those of `others`."""
    candidates, found = _candidates(drafts), Expected()
    dates = {row: draft.date for draft in drafts for row in draft.ids}
    for rule in table.unique:
        groups = _groups(table, rule, candidates, dates)
        found.keys[rule.rule] = sorted(groups)
        for group in groups:
            lost_to = dict.fromkeys(group[1:], group[0]) if rule.keep == "first" else dict(pairwise(group))
            found.lost |= {(row, rule.rule): other for row, other in lost_to.items()}
    for order in table.monotonic:
        found.lost |= {(row, order.rule): before for row, before in _breaks(table, order, candidates)}
    told = {each.dataset: (each, its) for each, its in ((table, drafts), *others)}
    for reference in table.references:
        found.lost |= {(row, reference.rule): None for row in _orphans(table, reference, candidates, told)}
    lost = {row for row, _ in found.lost}
    found.losers = {row: cells for row, cells in candidates.items() if row in lost}
    found.staged = {row: cells for row, cells in candidates.items() if row not in lost}
    found.rejects = {row: _loser(table, found, candidates, row) for row in lost} | _refused(drafts)
    for draft in drafts:
        records, accepted, rejected = found.balances.get(draft.file_id, (0, 0, 0))
        passed = sum(row in found.staged for row in draft.ids)
        refused = sum(row in found.rejects for row in draft.ids)
        found.balances[draft.file_id] = (records + len(draft.ids), accepted + passed, rejected + refused)
    return found


def _candidates(drafts: Sequence[Draft]) -> dict[int, Cells]:
    return {
        row: record.cells
        for draft in drafts
        for row, record in zip(draft.ids, draft.records, strict=True)
        if isinstance(record, Accepted)
    }


def _key(table: Table, columns: Sequence[str], cells: Cells) -> Cells:
    names = [name for name, _ in table.columns]
    return tuple(cells[names.index(column)] for column in columns)


def _groups(table: Table, rule: Unique, candidates: Mapping[int, Cells], dates: Mapping[int, str]) -> list[list[int]]:
    groups: dict[tuple[object, ...], list[int]] = {}
    for row in sorted(candidates):
        key = _key(table, rule.columns, candidates[row])
        scope = {"file": row >> 32, "date": dates[row], "dataset": None}[rule.scope]
        if rule.exact or None not in key:
            groups.setdefault((scope, *key), []).append(row)
    return list(groups.values())


def _breaks(table: Table, rule: Monotonic, candidates: Mapping[int, Cells]) -> Iterator[tuple[int, int]]:
    before: dict[int, int] = {}
    for row in sorted(candidates):
        [value] = _key(table, (rule.column,), candidates[row])
        if value is None:
            continue
        earlier = before.get(row >> 32)
        if earlier is not None:
            [other] = _key(table, (rule.column,), candidates[earlier])
            low, high = (value, other) if rule.decreasing else (other, value)
            if high < low or (rule.strict and high == low):  # type: ignore[operator]
                yield row, earlier
        before[row >> 32] = row


def _orphans(table: Table, rule: Reference, candidates: Mapping[int, Cells], told: Mapping[str, Told]) -> Iterator[int]:
    others, drafts = told[rule.dataset]
    there = {_key(others, rule.fields, cells) for cells in _candidates(drafts).values()}
    for row, cells in candidates.items():
        key = _key(table, rule.columns, cells)
        if None not in key and key not in there:
            yield row


def _loser(table: Table, found: Expected, candidates: Mapping[int, Cells], row: int) -> dict[str, Any]:
    losing = [rule for rule in table.relations if (row, rule.rule) in found.lost]
    status = "quarantined" if any(rule.action != "drop" for rule in losing) else "dropped"
    told = [
        (rule.rule, rule.severity, rule.action, _message(table, rule, candidates, row, found.lost[row, rule.rule]))
        for rule in losing
    ]
    event = json.loads(payload(row, Accepted(found.losers[row]))) if table.raw else _as_json(table, found, row)
    return _place(row) | {"reasons": told, "status": status, "raw": event}


def _as_json(table: Table, found: Expected, row: int) -> dict[str, Cell]:
    cells = zip((name for name, _ in table.columns), found.losers[row], strict=True)
    return {name: cell for name, cell in cells if cell is not None}


def _message(table: Table, rule: Relation, candidates: Mapping[int, Cells], row: int, other: int | None) -> str:
    line = "" if other is None else f"line {(other & 0xFFFFFFFF) + 1}"
    match rule:
        case Unique():
            what = "this record" if rule.exact else f"this {', '.join(rule.columns)}"
            when = "was first seen in" if rule.keep == "first" else "came again in"
            return f"{what} {when} {path_of((other or 0) >> 32)} {line}"
        case Monotonic():
            asked = _BOUNDS[rule.decreasing, rule.strict]
            [value] = _key(table, (rule.column,), candidates[other or 0])
            return f"{rule.column} must be {asked} {value}, as in {line}"
        case Reference():
            values = ", ".join(map(str, _key(table, rule.columns, candidates[row])))
            return f"no {', '.join(rule.fields)} {values} in {rule.dataset}"


_BOUNDS = {(False, False): "at least", (False, True): "more than", (True, False): "at most", (True, True): "less than"}


def _refused(drafts: Sequence[Draft]) -> dict[int, dict[str, Any]]:
    refused = {}
    for draft in drafts:
        for row, record in zip(draft.ids, draft.records, strict=True):
            if not isinstance(record, Accepted):
                reason = record.reason()
                refused[row] = _place(row) | {
                    "reasons": [(reason["rule"], reason["severity"], reason["action"], reason["message"])],
                    "status": "dropped" if reason["action"] == "drop" else "quarantined",
                    "raw": json.loads(payload(row, record)),
                }
    return refused


def _place(row: int) -> dict[str, Any]:
    number = row & 0xFFFFFFFF
    return {"path": path_of(row >> 32), "line": number + 1, "byte_start": RECORD_BYTES * number}


def stored(path: Path, table: Table) -> Expected:
    """What the warehouse at `path` holds of a dataset, in the same form."""
    found = Expected()
    names = [name for name, _ in table.columns]
    files = {int(str(file)) for (file,) in contents.rows(path, _FILES, table.dataset)}
    found.staged = contents.typed(path, f"stg_{table.dataset}", names)
    found.losers = contents.typed(path, f"dup_{table.dataset}", names)
    rejects = contents.typed(path, "rejects", _REJECT_COLUMNS)
    found.rejects = {row: _reject(*cells) for row, cells in rejects.items() if row >> 32 in files}
    found.lost = {
        (int(str(row)), str(rule)): None if other is None else int(str(other))
        for row, rule, other in contents.rows(path, "SELECT _id, rule, first_id FROM meta_duplicates")
        if int(str(row)) >> 32 in files
    }
    for rule in table.unique:
        groups: dict[Scalar, list[int]] = {}
        for key, row in contents.keys(path, "uniq", table.dataset, rule.rule):
            groups.setdefault(key, []).append(int(str(row)))
        found.keys[rule.rule] = sorted(groups.values())
    found.balances = {file: balance for file, balance in contents.balances(path).items() if file in files}
    return found


_FILES = "SELECT file_id FROM meta_files WHERE dataset = ?"
_REJECT_COLUMNS = ("path", "line", "byte_start", "raw", "status", "reasons")


def _reject(path: Cell, line: Cell, start: Cell, raw: Cell, status: Cell, reasons: Cell) -> dict[str, Any]:
    told = [(each["rule"], each["severity"], each["action"], each["message"]) for each in json.loads(str(reasons))]
    place = {"path": path, "line": line, "byte_start": start}
    return place | {"reasons": told, "status": status, "raw": json.loads(str(raw))}
