"""Rules over typed rows, all evaluated in one pass.

A null passes every rule but `not_null`. A rule has a severity (how bad it is) and, apart from it, an action (what
happens to the row): `warn` lets it pass and writes the rule's name into `_flags`; `quarantine` and `drop` reject it,
and differ in the status of the reject; `fail` sets the whole file aside. Rules with the action `impute` are no part of
this step, but of one before it (see `cleaning/refilling`).

>>> rows = pa.record_batch({"_id": pa.array([1, 2], pa.int64()), "n": [5, -1], "_flags": pa.nulls(2, pa.string())})
>>> rule = Rule("n_in_range", "n must be at least 0", "n", Range("n", minimum=0))
>>> outcome = Validate((rule,))(rows)
>>> [row["_id"] for row in outcome.accepted.to_pylist()], dict(outcome.counts)
([1], {'rule.n_in_range': 1})
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import reduce
from operator import or_

import polars as pl
import pyarrow as pa

from processors.columns import Column
from processors.flags import FLAGS, flagged
from processors.frames import parted, with_columns
from processors.outcome import ROW_ID, Outcome, no_rejects
from processors.reasons import Reason, reject_for
from processors.rules.checks import NotNull, Range
from processors.rules.rules import Action, Broken, Rule, Severity, ask

__all__ = ["Action", "Range", "Rule", "Severity", "Validate"]


@dataclass(frozen=True, slots=True)
class Validate:
    """Applies every rule to every row; a rejected row carries all the rules that it broke, warnings included."""

    rules: tuple[Rule, ...]

    def __call__(self, rows: pa.RecordBatch, /) -> Outcome:
        """Rows that broke no refusing rule; marked as `rules.ask` does."""
        answers = ask(self.rules, rows)
        broken, marked = answers.broken, answers.marked
        if not broken:
            return Outcome(rows, no_rejects(), marked)
        warned = [each.mask.alias(each.rule.name) for each in broken if each.rule.action == "warn"]
        noted = with_columns(rows, {FLAGS: flagged(rows[FLAGS], warned)}) if warned else rows
        if len(warned) == len(broken):
            return Outcome(noted, no_rejects(), marked)
        refused = reduce(or_, [each.mask for each in broken if each.rule.action != "warn"])
        if warned:
            broken = _among(refused, broken, rows)
        rejected = _rejected(broken, answers.frame)
        passed, stopped = parted(noted, refused)
        return Outcome(passed, rejected, marked, stopped)

    def further(self, rows: pa.RecordBatch, /) -> Outcome:
        """Of rows that an earlier step refused: all that they break is a reason, warnings included."""
        answers = ask(self.rules, rows)
        if not answers.broken:
            return Outcome(rows, no_rejects(), answers.marked)
        anything = reduce(or_, [each.mask for each in answers.broken])
        rejected = _rejected(answers.broken, answers.frame)
        passed, stopped = parted(rows, anything)
        return Outcome(passed, rejected, answers.marked, stopped)

    def flags(self, _columns: Sequence[Column], /) -> tuple[str, ...]:
        """What it may write into `_flags`, in its order."""
        return tuple(rule.name for rule in self.rules if rule.action == "warn")

    def __hash__(self) -> int:
        """Of the names alone: it is asked for with every batch."""
        return hash(tuple(rule.name for rule in self.rules))


def _among(refused: pl.Series, broken: Sequence[Broken], rows: pa.RecordBatch) -> list[Broken]:
    """What the refused rows broke: a row that is only warned of is no reject."""
    ids = pl.Series(rows[ROW_ID])
    some = [(each.rule, each.mask & refused) for each in broken]
    return [Broken(rule, mask, ids.filter(mask).to_numpy()) for rule, mask in some if mask.any()]


def _rejected(broken: Sequence[Broken], frame: pl.DataFrame) -> pa.RecordBatch:
    reasons = [_reason(each.rule) for each in broken]
    return reject_for(reasons, [each.ids for each in broken], [_shown(each, frame) for each in broken])


def _shown(broken: Broken, frame: pl.DataFrame) -> pl.Series | None:
    """The values that break the rule."""
    rule = broken.rule
    if rule.column is None or isinstance(rule.check, NotNull):
        return None
    return frame.get_column(rule.column).filter(broken.mask)


def _reason(rule: Rule) -> Reason:
    return Reason(rule.name, rule.column, rule.message, rule.severity, rule.action)
