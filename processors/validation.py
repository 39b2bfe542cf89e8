"""Rules over typed rows, all evaluated in one pass.

A null passes every rule but `not_null`. A rule has a severity (how bad it is) and, apart from it, an action (what
happens to the row): `warn` lets it pass and writes the rule's name into `_flags`; `quarantine` and `drop` reject it,
and differ in the status of the reject; `fail` sets the whole file aside.

>>> rows = pa.record_batch({"_id": pa.array([1, 2], pa.int64()), "n": [5, -1], "_flags": pa.nulls(2, pa.string())})
>>> rule = Rule("n_in_range", "n must be at least 0", "n", Range("n", minimum=0))
>>> outcome = Validate((rule,))(rows)
>>> [row["_id"] for row in outcome.accepted.to_pylist()], dict(outcome.counts)
([1], {'rule.n_in_range': 1})
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal, TypeAlias

import polars as pl
import pyarrow as pa

from processors.checks import Check, Range
from processors.columns import Column
from processors.flags import FLAGS, flagged
from processors.frames import computed, only, to_frame, with_columns
from processors.outcome import ROW_ID, Outcome, accept, no_rejects
from processors.reasons import Fault, reject

__all__ = ["Action", "Range", "Rule", "Severity", "Validate"]

Severity: TypeAlias = Literal["info", "warning", "error"]
Action: TypeAlias = Literal["warn", "drop", "quarantine", "fail"]


@dataclass(frozen=True, slots=True)
class Rule:
    """A named check. The name is its error code, its counter and its key in `rejects`."""

    name: str
    message: str
    column: str | None
    check: Check
    severity: Severity = "error"
    action: Action = "quarantine"


@dataclass(frozen=True, slots=True)
class Validate:
    """Applies every rule to every row; a rejected row carries all the rules that it broke, warnings included."""

    rules: tuple[Rule, ...]

    def __call__(self, rows: pa.RecordBatch, /) -> Outcome:
        """Rows that broke no refusing rule; those that broke one are marked as `rule.<name>`."""
        plan = _plan(self)
        frame = to_frame(rows, plan.read)
        masks = computed(frame, plan.masks)
        if any(mask.null_count() for mask in masks.get_columns()):  # where a rule cannot be computed it is not broken
            masks = masks.with_columns(pl.col(pl.Boolean).fill_null(value=False))
        of_rules = zip(self.rules, masks.get_columns()[1:], strict=True)
        broken = [(rule, mask) for rule, mask in of_rules if mask.any()]
        if not broken:
            return accept(rows)
        ids = masks[ROW_ID]
        marked = {f"rule.{rule.name}": ids.filter(mask).to_numpy() for rule, mask in broken}
        warned = [mask for rule, mask in broken if rule.action == "warn"]
        noted = with_columns(rows, {FLAGS: flagged(rows[FLAGS], warned)})
        if len(warned) == len(broken):
            return Outcome(noted, no_rejects(), marked)
        refusing = [rule.name for rule, _ in broken if rule.action != "warn"]
        refused = masks.select_seq(pl.any_horizontal(refusing)).to_series()
        faults = [self._fault(rule, frame, mask & refused) for rule, mask in broken]
        return Outcome(only(noted, ~refused), reject(rows[ROW_ID], faults), marked, only(noted, refused))

    def flags(self, _columns: Sequence[Column], /) -> tuple[str, ...]:
        """What it may write into `_flags`, in its order."""
        return tuple(rule.name for rule in self.rules if rule.action == "warn")

    def __hash__(self) -> int:
        """Of the names alone: it is asked for with every batch."""
        return hash(tuple(rule.name for rule in self.rules))

    @staticmethod
    def _fault(rule: Rule, frame: pl.DataFrame, mask: pl.Series) -> Fault:
        values = None if rule.column is None else frame[rule.column]
        return Fault(rule.name, rule.column, rule.message, mask, values, rule.severity, rule.action)


@dataclass(frozen=True, slots=True)
class _Plan:
    """`read`: the columns that the rules look at. `masks`: what breaks each rule, over those; behind the row ids, so
    that a rule which looks at no column has a mask of their length too."""

    read: tuple[str, ...]
    masks: tuple[pl.Expr, ...]


@lru_cache(maxsize=1024)
def _plan(step: Validate) -> _Plan:
    """Building expressions costs more than running them on a small batch, so it is done once."""
    masks = tuple(rule.check.broken().fill_null(value=False).alias(rule.name) for rule in step.rules)
    read = dict.fromkeys([ROW_ID, *(name for mask in masks for name in mask.meta.root_names())])
    return _Plan(tuple(read), (pl.col(ROW_ID), *masks))
