"""Rules, and what the rows of a batch answer to them: asked all at once, in one pass.

A null passes every rule but `not_null`: where a cell is null, or nothing can be computed, the answer is unknown.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal, TypeAlias

import polars as pl
import pyarrow as pa

from processors.checks import Check
from processors.expressions import parsed
from processors.frames import computed, known, to_frame
from processors.outcome import ROW_ID, RowIds

Severity: TypeAlias = Literal["info", "warning", "error"]
Action: TypeAlias = Literal["warn", "drop", "quarantine", "impute", "fail"]


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

    def __hash__(self) -> int:
        """Of the name alone: it is asked for with every batch."""
        return hash(self.name)


@dataclass(frozen=True, slots=True)
class Answers:
    """What rows say to rules. `frame`: the columns that the rules look at. `broken`: the rules that a row breaks, each
    with the mask of where, true or false. `marked`: by rule, the rows that broke it (`rule.<name>`), those for which
    the answer is unknown (`unknown.<name>`), and those that it does not ask (`skipped.<name>`)."""

    frame: pl.DataFrame
    broken: Sequence[tuple[Rule, pl.Series]]
    marked: dict[str, RowIds]


def ask(rules: tuple[Rule, ...], rows: pa.RecordBatch) -> Answers:
    """Ask all rows by all rules."""
    plan = _plan(rules)
    frame = to_frame(rows, plan.read)
    return Answers(frame, *_told(plan, computed(frame, plan.answers)))


@dataclass(frozen=True, slots=True)
class _Plan:
    """`read`: the columns that the rules look at. `answers`: what is computed of them: the row ids, so that a rule
    which looks at no column has an answer for each row too; the conditions; and for each rule what breaks it. `asked`:
    each rule, and the place of its condition among the conditions."""

    read: tuple[str, ...]
    answers: tuple[pl.Expr, ...]
    asked: tuple[tuple[Rule, int | None], ...]


@lru_cache(maxsize=1024)
def _plan(rules: tuple[Rule, ...]) -> _Plan:
    """Building expressions costs more than running them on a small batch, so it is done once."""
    conditions = list(dict.fromkeys(rule.when for rule in rules if rule.when is not None))
    asked = [(rule, None if rule.when is None else conditions.index(rule.when)) for rule in rules]
    told = [*map(parsed, conditions), *(rule.check.broken() for rule in rules)]
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
