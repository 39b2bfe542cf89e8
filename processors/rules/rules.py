"""Rules, and what the rows of a batch answer to them: asked all at once, in one pass.

A null passes every rule but `not_null`: where a cell is null, or nothing can be computed, the answer is unknown.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal, NamedTuple, TypeAlias

import polars as pl
import pyarrow as pa

from processors.frames import computed, known, to_frame
from processors.outcome import ROW_ID, RowIds
from processors.rules.checks import Check, NotNull
from processors.rules.expressions import parsed

Severity: TypeAlias = Literal["info", "warning", "error"]
Action: TypeAlias = Literal["warn", "drop", "quarantine", "impute", "fail"]
#: Actions of rules that refuse no row: where they are reasons, another one refused it.
PASSING: tuple[Action, ...] = ("warn", "impute")


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


class Broken(NamedTuple):
    """A rule, where it is broken (true or false), and the ids of these rows."""

    rule: Rule
    mask: pl.Series
    ids: RowIds


@dataclass(frozen=True, slots=True)
class Answers:
    """What rows say to rules. `frame`: the columns that were computed with. `broken`: the rules that a row breaks.
    `marked`: by rule, the rows that broke it (`rule.<name>`), those for which the answer is unknown (`unknown.<name>`),
    and those that it does not ask (`skipped.<name>`)."""

    frame: pl.DataFrame
    broken: Sequence[Broken]
    marked: dict[str, RowIds]


def ask(rules: tuple[Rule, ...], rows: pa.RecordBatch) -> Answers:
    """Ask all rows by all rules."""
    plan = _plan(rules)
    frame = to_frame(rows, plan.read)
    return Answers(frame, *_told(plan, rows, computed(frame, plan.answers)))


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
def _plan(rules: tuple[Rule, ...]) -> _Plan:
    """Building expressions costs more than running them on a small batch, so it is done once."""
    conditions = list(dict.fromkeys(rule.when for rule in rules if rule.when is not None))
    answers = [pl.col(ROW_ID), *map(parsed, conditions)]
    asked = []
    for rule in rules:
        condition = None if rule.when is None else 1 + conditions.index(rule.when)
        if isinstance(rule.check, NotNull):
            asked.append(_Asked(rule, condition, rule.check.column))
        else:
            asked.append(_Asked(rule, condition, len(answers)))
            answers.append(rule.check.broken())
    read = dict.fromkeys(name for answer in answers for name in answer.meta.root_names())
    return _Plan(tuple(read), tuple(answer.alias(f"{place}") for place, answer in enumerate(answers)), tuple(asked))


def _told(plan: _Plan, rows: pa.RecordBatch, computed: pl.DataFrame) -> tuple[list[Broken], dict[str, RowIds]]:
    """The rules that are broken, and what is marked of all rules."""
    answers = computed.get_columns()
    broken: list[Broken] = []
    marked: dict[str, RowIds] = {}
    for rule, condition, answer in plan.asked:
        if isinstance(answer, str):
            if condition is None and not rows[answer].null_count:
                continue
            mask = ~known(rows[answer])
        else:
            mask = answers[answer]
        if condition is not None:
            asked = _sure(answers[condition])
            _mark(marked, f"skipped.{rule.name}", answers[0], ~asked)
            mask &= asked
        if mask.null_count():
            _mark(marked, f"unknown.{rule.name}", answers[0], ~known(mask.to_arrow()))
            mask = _sure(mask)
        if mask.any():
            ids = marked[f"rule.{rule.name}"] = answers[0].filter(mask).to_numpy()
            broken.append(Broken(rule, mask, ids))
    return broken, marked


def _sure(mask: pl.Series) -> pl.Series:
    """`mask`, false where it is null."""
    return mask & known(mask.to_arrow()) if mask.null_count() else mask


def _mark(marked: dict[str, RowIds], name: str, ids: pl.Series, mask: pl.Series) -> None:
    if mask.any():
        marked[name] = ids.filter(mask).to_numpy()
