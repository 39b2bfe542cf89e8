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

from dataclasses import dataclass
from functools import lru_cache
from typing import Literal, TypeAlias

import polars as pl
import pyarrow as pa

from processors.checks import Check, Range
from processors.frames import only, to_arrays, to_frame, with_columns
from processors.outcome import ROW_ID, Outcome, accept, no_rejects
from processors.reasons import Fault, reject
from processors.schema import FLAGS

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
        """Rows that broke no refusing rule; counts `rule.<name>` for the rows that broke it."""
        plan = _plan(self)
        frame = to_frame(rows, plan.read)
        masks = frame.select(plan.masks)
        counts = {f"rule.{rule.name}": int(masks[rule.name].sum()) for rule in self.rules}
        counts = {name: count for name, count in counts.items() if count}
        if not counts:
            return accept(rows)
        verdicts = masks.hstack([frame[FLAGS]]).select(plan.verdicts)
        flagged = with_columns(rows, {FLAGS: to_arrays(verdicts.select(FLAGS))[FLAGS].cast(pa.string())})
        refused = verdicts[_REFUSED]
        if not refused.any():
            return Outcome(flagged, no_rejects(), counts)
        faults = [self._fault(rule, frame, masks[rule.name] & refused) for rule in self.rules]
        return Outcome(only(flagged, ~refused), reject(rows[ROW_ID], faults), counts)

    @staticmethod
    def _fault(rule: Rule, frame: pl.DataFrame, mask: pl.Series) -> Fault:
        values = None if rule.column is None else frame[rule.column]
        return Fault(rule.name, rule.column, rule.message, mask, values, rule.severity, rule.action)


_REFUSED = " refused"


@dataclass(frozen=True, slots=True)
class _Plan:
    """`read`: the columns that the rules look at. `masks`: what breaks each rule, over those. `verdicts`: over the
    masks and `_flags`, whether the row is refused, and its flags (rule names separated by commas)."""

    read: tuple[str, ...]
    masks: tuple[pl.Expr, ...]
    verdicts: tuple[pl.Expr, ...]


@lru_cache(maxsize=1024)
def _plan(step: Validate) -> _Plan:
    """Building expressions costs more than running them on a small batch, so it is done once."""
    masks = tuple(rule.check.broken().fill_null(value=False).alias(rule.name) for rule in step.rules)
    refusing = [pl.col(rule.name) for rule in step.rules if rule.action != "warn"]
    warning = [pl.when(pl.col(rule.name)).then(pl.lit(rule.name)) for rule in step.rules if rule.action == "warn"]
    flags = pl.concat_str([pl.col(FLAGS), *warning], separator=",", ignore_nulls=True)
    refused = pl.any_horizontal(refusing) if refusing else pl.repeat(value=False, n=pl.len(), dtype=pl.Boolean)
    read = dict.fromkeys([FLAGS, *(name for mask in masks for name in mask.meta.root_names())])
    return _Plan(tuple(read), masks, (refused.alias(_REFUSED), pl.when(flags != "").then(flags).alias(FLAGS)))
