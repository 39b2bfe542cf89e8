"""What a warehouse must hold after any commits, worked out in plain Python from the spans' last verdicts.

Every accepted row is a candidate. Under each rule the smallest row id of a key is the first; a candidate that is not
the first under any one rule is a reject, and all others are staged.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sinks.base import Table, Unique
from sinks.identifiers import quote, unique_keys
from tests.sinks import contents
from tests.sinks.drafts import RECORD_BYTES, Accepted, Cell, Draft, path_of, payload

Cells = tuple[Cell, ...]


@dataclass(slots=True)
class Expected:
    """The tables of one dataset, by row id. `firsts`: by rule and loser. `keys`: by rule, ids that share a key."""

    staged: dict[int, Cells] = field(default_factory=dict)
    losers: dict[int, Cells] = field(default_factory=dict)
    rejects: dict[int, dict[str, Any]] = field(default_factory=dict)
    firsts: dict[tuple[int, str], int] = field(default_factory=dict)
    keys: dict[str, list[list[int]]] = field(default_factory=dict)
    balances: dict[int, tuple[int, int, int]] = field(default_factory=dict)


def expected(table: Table, drafts: Sequence[Draft]) -> Expected:
    """The tables after `drafts`, one for each span, were committed in whatever order."""
    candidates = {
        row: record.cells
        for draft in drafts
        for row, record in zip(draft.ids, draft.records, strict=True)
        if isinstance(record, Accepted)
    }
    found = Expected()
    for rule in table.unique:
        groups = _groups(table, rule, candidates)
        found.keys[rule.rule] = sorted(groups)
        found.firsts |= {(row, rule.rule): group[0] for group in groups for row in group[1:]}
    lost = {row for row, _ in found.firsts}
    found.losers = {row: cells for row, cells in candidates.items() if row in lost}
    found.staged = {row: cells for row, cells in candidates.items() if row not in lost}
    found.rejects = {row: _duplicate(table, found, row) for row in lost} | _refused(drafts)
    for draft in drafts:
        records, accepted, rejected = found.balances.get(draft.file_id, (0, 0, 0))
        passed = sum(row in found.staged for row in draft.ids)
        refused = sum(row in found.rejects for row in draft.ids)
        found.balances[draft.file_id] = (records + len(draft.ids), accepted + passed, rejected + refused)
    return found


def _groups(table: Table, rule: Unique, candidates: Mapping[int, Cells]) -> list[list[int]]:
    places = [[name for name, _ in table.columns].index(column) for column in rule.columns]
    groups: dict[Cells, list[int]] = {}
    for row in sorted(candidates):
        key = tuple(candidates[row][place] for place in places)
        if rule.exact or None not in key:
            groups.setdefault(key, []).append(row)
    return list(groups.values())


def _duplicate(table: Table, found: Expected, row: int) -> dict[str, Any]:
    losing = [rule for rule in table.unique if (row, rule.rule) in found.firsts]
    status = "quarantined" if any(rule.action != "drop" for rule in losing) else "dropped"
    return _place(row) | {
        "reasons": [(rule.rule, rule.severity, rule.action, _message(rule, found, row)) for rule in losing],
        "status": status,
        "raw": json.loads(payload(row, Accepted(found.losers[row]))) if table.raw else _as_json(table, found, row),
    }


def _as_json(table: Table, found: Expected, row: int) -> dict[str, Cell]:
    cells = zip((name for name, _ in table.columns), found.losers[row], strict=True)
    return {name: cell for name, cell in cells if cell is not None}


def _message(rule: Unique, found: Expected, row: int) -> str:
    first = found.firsts[row, rule.rule]
    what = "this record" if rule.exact else f"this {', '.join(rule.columns)}"
    return f"{what} was first seen in {path_of(first >> 32)} line {(first & 0xFFFFFFFF) + 1}"


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
    """What the warehouse at `path` holds, in the same form."""
    found = Expected()
    names = [name for name, _ in table.columns]
    found.staged = contents.typed(path, f"stg_{table.dataset}", names)
    found.losers = contents.typed(path, f"dup_{table.dataset}", names)
    found.rejects = {row: _reject(*cells) for row, cells in contents.typed(path, "rejects", _REJECT_COLUMNS).items()}
    found.firsts = {
        (int(str(row)), str(rule)): int(str(first))
        for row, rule, first in contents.rows(path, "SELECT _id, rule, first_id FROM meta_duplicates")
    }
    for rule in table.unique:
        sql = f"SELECT json_group_array(_id) FROM {quote(unique_keys(table.dataset, rule.rule))} GROUP BY key"
        found.keys[rule.rule] = sorted(sorted(json.loads(str(group))) for (group,) in contents.rows(path, sql))
    found.balances = contents.balances(path)
    return found


_REJECT_COLUMNS = ("path", "line", "byte_start", "raw", "status", "reasons")


def _reject(path: Cell, line: Cell, start: Cell, raw: Cell, status: Cell, reasons: Cell) -> dict[str, Any]:
    told = [(each["rule"], each["severity"], each["action"], each["message"]) for each in json.loads(str(reasons))]
    place = {"path": path, "line": line, "byte_start": start}
    return place | {"reasons": told, "status": status, "raw": json.loads(str(raw))}
