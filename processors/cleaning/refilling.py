"""Something in the place of cells that break a rule: the rules with the action `impute`.

>>> from processors.rules.checks import Range
>>> from processors.columns import ColumnType
>>> rule = Rule("age_in_range", "age must be at most 120", "age", Range("age", maximum=120), action="impute")
>>> forty = Substitute("age", ColumnType("integer"), constant="40")
>>> columns = {"age": [31, 999, None], "_flags": pa.nulls(3, pa.string()), "_rescued": pa.nulls(3, pa.string())}
>>> rows = pa.record_batch({"_id": pa.array([1, 2, 3], pa.int64()), **columns})
>>> outcome = Refill((Refilled(rule, forty, "Age"),))(rows)
>>> outcome.accepted.to_pylist()[1]
{'_id': 2, 'age': 40, '_flags': 'imputed.age', '_rescued': '{"Age":"999"}'}
>>> outcome.counts
{'unknown.age_in_range': 1, 'rule.age_in_range': 1, 'imputed.age': 1}
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import reduce
from operator import or_

import polars as pl
import pyarrow as pa
import pyarrow.compute as pc

from processors.cleaning.changing import Changes
from processors.cleaning.imputing import Substitute, impute
from processors.columns import Column
from processors.flags import FLAGS, having
from processors.frames import only
from processors.outcome import ROW_ID, Outcome, no_rejects
from processors.parameters.model import Parameters, Statistic
from processors.parameters.observing import IMPUTED
from processors.reasons import Fault, reject
from processors.rules.checks import NotNull
from processors.rules.rules import Answers, Broken, Rule, ask


@dataclass(frozen=True, slots=True)
class Refilled:
    """A rule of one column, and what is put into cells that break it. `source`: the name in the header under which
    `_rescued` keeps what came."""

    rule: Rule
    substitute: Substitute
    source: str

    def __hash__(self) -> int:
        """Of the name alone: it is asked for with every batch."""
        return hash(self.rule.name)


@dataclass(frozen=True, slots=True)
class Refill:
    """Judges cells by all rules at once, as they came; of several that a cell breaks the first refills it. Where there
    are no parameters for what a rule would put there, the cell becomes null."""

    rules: tuple[Refilled, ...]
    parameters: Parameters | None = None

    @property
    def wanted(self) -> tuple[Statistic, ...]:
        """The figures to be put in the place of cells."""
        return tuple(each.substitute.statistic for each in self.rules if each.substitute.statistic is not None)

    def given(self, parameters: Parameters, /) -> Refill:
        """With these figures."""
        return replace(self, parameters=parameters)

    def __call__(self, rows: pa.RecordBatch, /) -> Outcome:
        """Marked as `rules.ask` does and, where the cell is another now, as `imputed.<column>`, which is flagged too.
        Refuses nothing."""
        _, changes = self._refilled(rows)
        return Outcome(changes.result(), no_rejects(), changes.marked)

    def further(self, rows: pa.RecordBatch, /) -> Outcome:
        """Of rows that an earlier step refused: they are refilled as well, and what broke a rule is a reason."""
        answers, changes = self._refilled(rows)
        after = changes.result()
        if not answers.broken:
            return Outcome(after, no_rejects(), changes.marked)
        anything = reduce(or_, [each.mask for each in answers.broken])
        rejected = reject(rows[ROW_ID], [_fault(each, answers.frame) for each in answers.broken])
        return Outcome(only(after, ~anything), rejected, changes.marked, only(after, anything))

    def _refilled(self, rows: pa.RecordBatch) -> tuple[Answers, Changes]:
        of_rules = {each.rule.name: each for each in self.rules}
        answers = ask(tuple(each.rule for each in self.rules), rows)
        changes, done = Changes(rows, marked=answers.marked), dict[str, pa.Array]()
        for rule, mask, _ in answers.broken:
            each, broken = of_rules[rule.name], mask.to_arrow()
            column = each.substitute.column
            _refill(changes, each, self.parameters, pc.and_not(broken, done[column]) if column in done else broken)
            done[column] = pc.or_(broken, done.get(column, broken))
        return answers, changes

    def flags(self, _columns: Sequence[Column], /) -> tuple[str, ...]:
        """What it may write into `_flags`, in its order."""
        return tuple(f"{IMPUTED}.{each.substitute.column}" for each in self.rules)

    def __hash__(self) -> int:
        """Of the names alone: it is asked for with every batch."""
        return hash(self.rules)


def _fault(broken: Broken, frame: pl.DataFrame) -> Fault:
    rule = broken.rule
    values = None if rule.column is None or isinstance(rule.check, NotNull) else frame.get_column(rule.column)
    return Fault(rule.name, rule.column, rule.message, broken.mask, values, rule.severity, rule.action)


def _refill(changes: Changes, each: Refilled, parameters: Parameters | None, broken: pa.Array) -> None:
    if not broken.true_count:
        return
    column = each.substitute.column
    came = pc.and_not(changes.of(column).is_valid(), having(changes.rows[FLAGS], f"{IMPUTED}.{column}"))
    changes.keep(column, each.source, pc.and_(broken, came))
    impute(changes, each.substitute, parameters, broken)
