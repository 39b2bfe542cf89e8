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

from processors.checks import Range
from processors.columns import Column
from processors.flags import FLAGS, flagged
from processors.frames import only, with_columns
from processors.outcome import ROW_ID, Outcome, no_rejects
from processors.reasons import Fault, reject
from processors.rules import Action, Rule, Severity, ask

__all__ = ["Action", "Range", "Rule", "Severity", "Validate"]


@dataclass(frozen=True, slots=True)
class Validate:
    """Applies every rule to every row; a rejected row carries all the rules that it broke, warnings included."""

    rules: tuple[Rule, ...]

    def __call__(self, rows: pa.RecordBatch, /) -> Outcome:
        """Rows that broke no refusing rule; marked as `rules.ask` does."""
        answers = ask(self.rules, rows)
        frame, broken, marked = answers.frame, answers.broken, answers.marked
        if not broken:
            return Outcome(rows, no_rejects(), marked)
        warned = [mask.alias(rule.name) for rule, mask in broken if rule.action == "warn"]
        noted = with_columns(rows, {FLAGS: flagged(rows[FLAGS], warned)}) if warned else rows
        if len(warned) == len(broken):
            return Outcome(noted, no_rejects(), marked)
        refused = reduce(or_, [mask for rule, mask in broken if rule.action != "warn"])
        faults = [self._fault(rule, frame, mask & refused if warned else mask) for rule, mask in broken]
        return Outcome(only(noted, ~refused), reject(rows[ROW_ID], faults), marked, only(noted, refused))

    def flags(self, _columns: Sequence[Column], /) -> tuple[str, ...]:
        """What it may write into `_flags`, in its order."""
        return tuple(rule.name for rule in self.rules if rule.action == "warn")

    def __hash__(self) -> int:
        """Of the names alone: it is asked for with every batch."""
        return hash(tuple(rule.name for rule in self.rules))

    @staticmethod
    def _fault(rule: Rule, frame: pl.DataFrame, mask: pl.Series) -> Fault:
        values = None if rule.column is None else frame.get_column(rule.column)
        return Fault(rule.name, rule.column, rule.message, mask, values, rule.severity, rule.action)
