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
from functools import lru_cache, reduce
from operator import or_
from typing import Literal, TypeAlias

import polars as pl
import pyarrow as pa

from processors.checks import Check, Range
from processors.columns import Column
from processors.expressions import parsed
from processors.flags import FLAGS, flagged
from processors.frames import computed, known, only, to_frame, with_columns
from processors.outcome import ROW_ID, Outcome, RowIds, no_rejects
from processors.reasons import Fault, reject

__all__ = ["Action", "Range", "Rule", "Severity", "Validate"]

Severity: TypeAlias = Literal["info", "warning", "error"]
Action: TypeAlias = Literal["warn", "drop", "quarantine", "fail"]


@dataclass(frozen=True, slots=True)
class Rule:
    """A named check. The name is its error code, its counter and its key in `rejects`. `when`: a SQL expression over
    the row; where it is not true (but false, or null) the row is not asked."""

    name: str
    message: str
    column: str | None
    check: Check
    severity: Severity = "error"
    action: Action = "quarantine"
    when: str | None = None


@dataclass(frozen=True, slots=True)
class Validate:
    """Applies every rule to every row; a rejected row carries all the rules that it broke, warnings included."""

    rules: tuple[Rule, ...]

    def __call__(self, rows: pa.RecordBatch, /) -> Outcome:
        """Rows that broke no refusing rule. Marked are, by rule, those that broke it (`rule.<name>`), those for which
        the answer is unknown (`unknown.<name>`) and those that it does not ask (`skipped.<name>`)."""
        plan = _plan(self)
        frame = to_frame(rows, plan.read)
        broken, marked = _told(plan, computed(frame, plan.answers))
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


@dataclass(frozen=True, slots=True)
class _Plan:
    """`read`: the columns that the rules look at. `answers`: what is computed of them: the row ids, so that a rule
    which looks at no column has an answer for each row too; the conditions; and for each rule what breaks it. `asked`:
    each rule, and the place of its condition among the conditions."""

    read: tuple[str, ...]
    answers: tuple[pl.Expr, ...]
    asked: tuple[tuple[Rule, int | None], ...]


@lru_cache(maxsize=1024)
def _plan(step: Validate) -> _Plan:
    """Building expressions costs more than running them on a small batch, so it is done once."""
    conditions = list(dict.fromkeys(rule.when for rule in step.rules if rule.when is not None))
    asked = [(rule, None if rule.when is None else conditions.index(rule.when)) for rule in step.rules]
    told = [*map(parsed, conditions), *(rule.check.broken() for rule in step.rules)]
    read = dict.fromkeys([ROW_ID, *(name for answer in told for name in answer.meta.root_names())])
    named = (answer.alias(f"{place}") for place, answer in enumerate(told))
    return _Plan(tuple(read), (pl.col(ROW_ID), *named), tuple(asked))


def _told(plan: _Plan, answers: pl.DataFrame) -> tuple[list[tuple[Rule, pl.Series]], dict[str, RowIds]]:
    """The rules that are broken, each with the mask of where (true or false), and what is marked of all rules."""
    ids, *others = answers.get_columns()
    conditions = [_sure(condition) for condition in others[: -len(plan.asked)]]
    broken: list[tuple[Rule, pl.Series]] = []
    marked: dict[str, RowIds] = {}
    for (rule, place), answer in zip(plan.asked, others[-len(plan.asked) :], strict=True):
        mask = answer
        if place is not None:
            mask &= conditions[place]
            _mark(marked, f"skipped.{rule.name}", ids, ~conditions[place])
        if mask.null_count():
            _mark(marked, f"unknown.{rule.name}", ids, ~known(mask))
            mask = _sure(mask)
        if mask.any():
            _mark(marked, f"rule.{rule.name}", ids, mask)
            broken.append((rule, mask))
    return broken, marked


def _sure(mask: pl.Series) -> pl.Series:
    """`mask`, false where it is null."""
    return mask & known(mask) if mask.null_count() else mask


def _mark(marked: dict[str, RowIds], name: str, ids: pl.Series, mask: pl.Series) -> None:
    if mask.any():
        marked[name] = ids.filter(mask).to_numpy()
