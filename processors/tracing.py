"""One record on its way through a chain: what each step changes of it, which rules it meets, and where it ends.

>>> from processors.rules.checks import Range
>>> from processors.columns import ColumnType
>>> from processors.schema import Cast
>>> from processors.validation import Rule
>>> row = pa.record_batch({"_id": pa.array([1], pa.int64()), "n": [" 07 "]})
>>> rule = Rule("n_small", "n must be at most 5", "n", Range("n", maximum=5), action="warn")
>>> passages, _ = traced(Chain((Cast((Column("n", "n", ColumnType("integer")),)), Validate((rule,)))), row)
>>> passages[0].changes
(Change(column='n', before=' 07 ', after='7', flags=()),)
>>> [met.state for met in passages[1].rules], passages[1].flags
(['broken'], ('n_small',))
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, Literal, TypeAlias

import pyarrow as pa

from processors.chain import Chain, step_name
from processors.cleaning.refilling import Refill, Refilled
from processors.columns import Column
from processors.flags import FLAGS, names
from processors.naming.matching import declared
from processors.outcome import ROW_ID, Outcome, Processor
from processors.schema import Cast
from processors.validation import Validate

#: The cells of one row, by column, as text.
Cells: TypeAlias = Mapping[str, str | None]
Reason: TypeAlias = Mapping[str, str | None]
RuleState: TypeAlias = Literal["passed", "broken", "unknown", "skipped"]


@dataclass(frozen=True, slots=True)
class Change:
    """A cell that is not as it was before the step (None: null, or not there yet), and what `_flags` says of that."""

    column: str
    before: str | None
    after: str | None
    flags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Met:
    """A rule that was asked of the record. `unknown`: a cell is null, or it cannot be computed, so that the record
    passes; `skipped`: the rule does not ask such rows. `cells`: those that it looks at."""

    rule: str
    state: RuleState
    message: str
    severity: str
    action: str
    cells: Cells


@dataclass(frozen=True, slots=True)
class Passage:
    """What a step did with the record. `reasons`: for which the step itself refuses it. `flags`: all that the record
    has behind the step. `verdict`: whether it goes on, goes on only to be asked about, or is no record and ends here.
    """

    step: str
    changes: tuple[Change, ...]
    rules: tuple[Met, ...]
    reasons: tuple[Reason, ...]
    flags: tuple[str, ...]
    verdict: Literal["accepted", "refused", "ended"]


def traced(chain: Chain, row: pa.RecordBatch) -> tuple[tuple[Passage, ...], Outcome]:
    """The passages of the one record in `row`, and what the whole chain makes of it.

    Behind each step stands what the chain up to there makes of the record, so that nothing of a chain is told twice.
    """
    return tuple(_passages(chain, row)), chain(row)


def _passages(chain: Chain, row: pa.RecordBatch) -> Iterator[Passage]:
    before = Chain(())(row)
    for place, step in enumerate(chain.steps, 1):
        rows = _row(before)
        if rows is None:
            return
        outcome = Chain(chain.steps[:place])(row)
        yield _passage(step, rows, before, outcome)
        before = outcome


def _passage(step: Processor, rows: pa.RecordBatch, before: Outcome, outcome: Outcome) -> Passage:
    after = _row(outcome)
    reasons = tuple(_reasons(outcome)[len(_reasons(before)) :])
    flags = _flags(rows), _flags(rows if after is None else after)
    new = [each for each in flags[1] if each not in flags[0]]
    changes = () if after is None else tuple(_changes(step, rows, after, new))
    rules = tuple(_rules(step, rows, outcome)) if isinstance(step, Validate | Refill) else ()
    verdict: Literal["accepted", "refused", "ended"] = "refused" if outcome.rejected.num_rows else "accepted"
    own = {each.rule for each in rules}
    told = tuple(reason for reason in reasons if reason["rule"] not in own)
    return Passage(step_name(step), changes, rules, told, flags[1], "ended" if after is None else verdict)


def _row(outcome: Outcome) -> pa.RecordBatch | None:
    """The record behind a step, accepted or not; None where it is no record."""
    if outcome.accepted.num_rows:
        return outcome.accepted
    return outcome.refused if outcome.refused is not None and outcome.refused.num_rows else None


def _reasons(outcome: Outcome) -> list[Reason]:
    return [reason for reasons in outcome.rejected["reasons"].to_pylist() for reason in reasons]


def _flags(rows: pa.RecordBatch) -> tuple[str, ...]:
    return tuple(names(rows[FLAGS][0].as_py())) if FLAGS in rows.schema.names else ()


def _changes(step: Processor, rows: pa.RecordBatch, after: pa.RecordBatch, new: Sequence[str]) -> Iterator[Change]:
    was = _renamed(cells(rows), step.columns) if isinstance(step, Cast) else cells(rows)
    for column, text in cells(after).items():
        if column not in {ROW_ID, FLAGS} and text != was.get(column):
            yield Change(column, was.get(column), text, tuple(each for each in new if each.endswith(f".{column}")))


def _renamed(texts: Cells, columns: Sequence[Column]) -> Cells:
    """The cells of a file by the names that their columns have in the contract."""
    found = declared([name for name in texts if name != ROW_ID], columns)
    return {column.name: texts[name] for name, column in reversed(found.items())}


def cells(rows: pa.RecordBatch) -> Cells:
    """The cells of the one row, as text."""
    return {name: as_text(value) for name, value in rows.to_pylist()[0].items()}


def as_text(value: Any) -> str | None:
    """A value as a person writes it; moments in UTC.

    >>> [as_text(value) for value in (2.0, 1e30, Decimal("1E+1"), True, None)]
    ['2', '1e+30', '10', 'true', None]
    """
    match value:
        case None | str():
            return value
        case bool():
            return "true" if value else "false"
        case float():
            return repr(value).removesuffix(".0")
        case Decimal():
            return f"{value:f}"
        case datetime():
            return value.isoformat().replace("+00:00", "Z")
    return str(value)


def _rules(step: Validate | Refill, rows: pa.RecordBatch, outcome: Outcome) -> Iterator[Met]:
    """What the chain marks. What the step alone calls broken has a null in the place of a cell that does not cast."""
    alone, texts = step(rows).marked, cells(rows)
    for rule in (each.rule if isinstance(each, Refilled) else each for each in step.rules):
        state: RuleState = "passed"
        if f"rule.{rule.name}" in outcome.marked:
            state = "broken"
        elif f"skipped.{rule.name}" in alone:
            state = "skipped"
        elif f"unknown.{rule.name}" in alone or f"rule.{rule.name}" in alone:
            state = "unknown"
        looked_at = {column: texts[column] for column in dict.fromkeys(rule.check.broken().meta.root_names())}
        yield Met(rule.name, state, rule.message, rule.severity, rule.action, looked_at)
