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
from functools import lru_cache, reduce
from operator import or_
from typing import Literal, NamedTuple, TypeAlias

import polars as pl
import pyarrow as pa
import pyarrow.compute as pc

from processors.checks import Check, NotNull, Range
from processors.expressions import parsed
from processors.flags import FLAGS, flagged
from processors.frames import computed, known, only, to_frame, with_columns
from processors.outcome import ROW_ID, Outcome, RowIds, no_rejects
from processors.reasons import Reason, reject_for

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
        broken, marked = _told(plan, rows, computed(frame, plan.answers))
        if not broken:
            return Outcome(rows, no_rejects(), marked)
        warned = [each.mask.alias(each.rule.name) for each in broken if each.rule.action == "warn"]
        noted = with_columns(rows, {FLAGS: flagged(rows[FLAGS], warned)}) if warned else rows
        if len(warned) == len(broken):
            return Outcome(noted, no_rejects(), marked)
        refused = reduce(or_, [each.mask for each in broken if each.rule.action != "warn"])
        if warned:
            broken = _among(refused, broken, rows)
        return Outcome(only(noted, ~refused), _rejected(broken, frame), marked, only(noted, refused))

    def __hash__(self) -> int:
        """Of the names alone: it is asked for with every batch."""
        return hash(tuple(rule.name for rule in self.rules))


class _Broken(NamedTuple):
    """A rule, where it is broken (true or false), and the ids of these rows."""

    rule: Rule
    mask: pl.Series
    ids: RowIds


class _Asked(NamedTuple):
    """A rule, and the places of its condition and of its answer among what is computed. `answer` may be the name of a
    column too, whose nulls break the rule: Arrow knows them, and text need not be handed over for that."""

    rule: Rule
    condition: int | None
    answer: int | str


@dataclass(frozen=True, slots=True)
class _Plan:
    """`read`: the columns that are looked at. `answers`: what is computed of them; the row ids first, so that a rule
    which looks at no column has an answer for each row too."""

    read: tuple[str, ...]
    answers: tuple[pl.Expr, ...]
    asked: tuple[_Asked, ...]


@lru_cache(maxsize=1024)
def _plan(step: Validate) -> _Plan:
    """Building expressions costs more than running them on a small batch, so it is done once."""
    conditions = list(dict.fromkeys(rule.when for rule in step.rules if rule.when is not None))
    answers = [pl.col(ROW_ID), *map(parsed, conditions)]
    asked = []
    for rule in step.rules:
        condition = None if rule.when is None else 1 + conditions.index(rule.when)
        if isinstance(rule.check, NotNull):
            asked.append(_Asked(rule, condition, rule.check.column))
        else:
            asked.append(_Asked(rule, condition, len(answers)))
            answers.append(rule.check.broken())
    read = dict.fromkeys(name for answer in answers for name in answer.meta.root_names())
    return _Plan(tuple(read), tuple(answer.alias(f"{place}") for place, answer in enumerate(answers)), tuple(asked))


def _told(plan: _Plan, rows: pa.RecordBatch, computed: pl.DataFrame) -> tuple[list[_Broken], dict[str, RowIds]]:
    """The rules that are broken, and what is marked of all rules."""
    answers = computed.get_columns()
    broken: list[_Broken] = []
    marked: dict[str, RowIds] = {}
    for rule, condition, answer in plan.asked:
        if isinstance(answer, str):
            if condition is None and not rows[answer].null_count:
                continue
            mask = pl.Series(pc.is_null(rows[answer]))
        else:
            mask = answers[answer]
        if condition is not None:
            asked = _sure(answers[condition])
            _mark(marked, f"skipped.{rule.name}", answers[0], ~asked)
            mask &= asked
        if mask.null_count():
            _mark(marked, f"unknown.{rule.name}", answers[0], ~known(mask))
            mask = _sure(mask)
        if mask.any():
            ids = marked[f"rule.{rule.name}"] = answers[0].filter(mask).to_numpy()
            broken.append(_Broken(rule, mask, ids))
    return broken, marked


def _among(refused: pl.Series, broken: list[_Broken], rows: pa.RecordBatch) -> list[_Broken]:
    """What the refused rows broke: a row that is only warned of is no reject."""
    ids = pl.Series(rows[ROW_ID])
    some = [(each.rule, each.mask & refused) for each in broken]
    return [_Broken(rule, mask, ids.filter(mask).to_numpy()) for rule, mask in some if mask.any()]


def _rejected(broken: list[_Broken], frame: pl.DataFrame) -> pa.RecordBatch:
    reasons = [_reason(each.rule) for each in broken]
    return reject_for(reasons, [each.ids for each in broken], [_shown(each, frame) for each in broken])


def _shown(broken: _Broken, frame: pl.DataFrame) -> pl.Series | None:
    """The values that break the rule."""
    rule = broken.rule
    if rule.column is None or isinstance(rule.check, NotNull):
        return None
    return frame.get_column(rule.column).filter(broken.mask)


def _reason(rule: Rule) -> Reason:
    return Reason(rule.name, rule.column, rule.message, rule.severity, rule.action)


def _sure(mask: pl.Series) -> pl.Series:
    """`mask`, false where it is null."""
    return mask & known(mask) if mask.null_count() else mask


def _mark(marked: dict[str, RowIds], name: str, ids: pl.Series, mask: pl.Series) -> None:
    if mask.any():
        marked[name] = ids.filter(mask).to_numpy()
