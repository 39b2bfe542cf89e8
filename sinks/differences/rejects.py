"""Which records rules refuse, as one connection sees it, compared with what another one sees, page by page."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

import polars as pl

from processors.outcome import ROW_ID
from sinks.database.connection import Connection
from sinks.differences.rows import EXAMPLES, id_ranges
from sinks.ledger.files import FileEntry

#: A record is refused under each rule that it broke, but for those that only warn or impute.
_REFUSED = """
SELECT DISTINCT r._id, reason.value ->> 'rule' AS rule FROM rejects r, json_each(r.reasons) reason
WHERE r._id BETWEEN ? AND ? AND reason.value ->> 'action' NOT IN ('warn', 'impute') ORDER BY 1, 2
"""
_TYPES = pl.Schema({ROW_ID: pl.Int64(), "rule": pl.String()})


@dataclass(slots=True)
class RuleChanges:
    """How many records a rule refuses `before` and `after`; how many it `newly` refuses, and no longer; and the first
    of these."""

    before: int = 0
    after: int = 0
    newly: int = 0
    no_longer: int = 0
    newly_examples: list[int] = field(default_factory=list)
    no_longer_examples: list[int] = field(default_factory=list)


def reject_changes(before: Connection, after: Connection, files: Iterable[FileEntry]) -> dict[str, RuleChanges]:
    """By rule, those that refuse anything on either side, by name."""
    found: dict[str, RuleChanges] = {}
    for entry in files:
        for first, last in id_ranges(entry):
            was, now = (_refused(each, first, last) for each in (before, after))
            _count(found, was, now)
    return dict(sorted(found.items()))


def _refused(connection: Connection, first: int, last: int) -> pl.DataFrame:
    return pl.DataFrame(pl.from_arrow(connection.table(_REFUSED, first, last))).cast(_TYPES)


def _count(found: dict[str, RuleChanges], was: pl.DataFrame, now: pl.DataFrame) -> None:
    keys = [ROW_ID, "rule"]
    for rule, ids in _by_rule(was):
        found.setdefault(rule, RuleChanges()).before += len(ids)
    for rule, ids in _by_rule(now):
        found.setdefault(rule, RuleChanges()).after += len(ids)
    for rule, ids in _by_rule(now.join(was, on=keys, how="anti")):
        found[rule].newly += len(ids)
        found[rule].newly_examples += ids[: EXAMPLES - len(found[rule].newly_examples)]
    for rule, ids in _by_rule(was.join(now, on=keys, how="anti")):
        found[rule].no_longer += len(ids)
        found[rule].no_longer_examples += ids[: EXAMPLES - len(found[rule].no_longer_examples)]


def _by_rule(refused: pl.DataFrame) -> Iterator[tuple[str, list[int]]]:
    """The ids of each rule, ascending."""
    for (rule,), rows in refused.sort(ROW_ID).group_by(["rule"], maintain_order=True):
        yield str(rule), rows[ROW_ID].to_list()
