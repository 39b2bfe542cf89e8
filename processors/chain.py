"""Processors one after the other. A chain is a `for` loop, and is itself a processor."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

import pyarrow as pa

from processors.columns import Column
from processors.outcome import ROW_ID, Outcome, Processor, RowIds, accept, conserve, join_marked, merge_rejects
from processors.parameters.model import Parameters, Statistic
from processors.reasons import add_reasons


@dataclass(frozen=True, slots=True)
class Chain:
    """Passes the accepted rows of each step to the next. A row that a step refuses is lost, but goes on to be asked
    about, by the step's `further` where it has one: its reject has the reasons of all steps."""

    steps: tuple[Processor, ...]

    def __call__(self, rows: pa.RecordBatch, /) -> Outcome:
        """All steps over `rows`. Raises ConservationError when a step loses or invents a row."""
        return self.followed(rows, _nobody)

    def followed(self, rows: pa.RecordBatch, behind: Callable[[Processor], None], /) -> Outcome:
        """The same; `behind` is told of each step when it is done, by whoever has a clock."""
        outcome = accept(rows)
        for step in self.steps:
            outcome = _then(outcome, _take(step, outcome.accepted), step)
            behind(step)
        return conserve(rows.num_rows, outcome, self)

    @property
    def wanted(self) -> tuple[Statistic, ...]:
        """What the steps would know of committed rows."""
        return tuple(dict.fromkeys(each for step in self.steps for each in getattr(step, "wanted", ())))

    def given(self, parameters: Parameters, /) -> Chain:
        """The same steps with these parameters."""
        return _given(self, parameters)

    def flags(self, columns: Sequence[Column], /) -> tuple[str, ...]:
        """What the steps may write into `_flags` of a dataset with these columns, in the order in which it stands."""
        return tuple(
            dict.fromkeys(each for step in self.steps if hasattr(step, "flags") for each in step.flags(columns))
        )

    def __hash__(self) -> int:
        """Of the number of steps alone: it is asked for with every batch."""
        return hash(len(self.steps))


def _nobody(_: Processor) -> None:
    """Nobody asks how long a step takes."""


@lru_cache(maxsize=64)
def _given(chain: Chain, parameters: Parameters) -> Chain:
    return Chain(tuple(step.given(parameters) if hasattr(step, "given") else step for step in chain.steps))


def step_name(step: Processor) -> str:
    """What a step is called where people read of it."""
    return type(step).__name__.lower()


def _take(step: Processor, rows: pa.RecordBatch) -> Outcome:
    return conserve(rows.num_rows, step(rows), step)


def _then(before: Outcome, judged: Outcome, step: Processor) -> Outcome:
    """The outcome behind `step`, which made `judged` of the rows that were accepted before it."""
    rejected, refused, marked = before.rejected, judged.refused, join_marked(before.marked, judged.marked)
    if before.refused is not None:
        further = _take(getattr(step, "further", step), before.refused)
        rejected, more = add_reasons(rejected, further.rejected)
        refused = _joined(further.accepted, further.refused, refused)
        marked = join_marked(join_marked(marked, more), _not_judged(further.marked))
    schemas = {**before.schemas, **judged.schemas}
    return Outcome(judged.accepted, merge_rejects(rejected, judged.rejected), marked, refused, schemas)


def _not_judged(marked: Mapping[str, RowIds]) -> dict[str, RowIds]:
    """What rules could not judge of rows that an earlier step refused. Without it the rows that a rule did judge could
    not be counted."""
    return {name: ids for name, ids in marked.items() if name.startswith(("unknown.", "skipped."))}


def _joined(*parts: pa.RecordBatch | None) -> pa.RecordBatch:
    """Refused rows as one batch in ascending row id."""
    return pa.concat_batches([part for part in parts if part is not None]).sort_by(ROW_ID)
