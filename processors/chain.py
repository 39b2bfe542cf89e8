"""Processors one after the other. A chain is a `for` loop, and is itself a processor."""

from __future__ import annotations

from dataclasses import dataclass

import pyarrow as pa

from processors.outcome import Outcome, Processor, accept, add_counts, conserve, merge_rejects


@dataclass(frozen=True, slots=True)
class Chain:
    """Passes the accepted rows of each step to the next; a row leaves at the first step that refuses it."""

    steps: tuple[Processor, ...]

    def __call__(self, rows: pa.RecordBatch, /) -> Outcome:
        """All steps over `rows`. Raises ConservationError when a step loses or invents a row."""
        outcome = accept(rows)
        for step in self.steps:
            row_count = outcome.accepted.num_rows
            outcome = _then(outcome, conserve(row_count, step(outcome.accepted), step))
        return conserve(rows.num_rows, outcome, self)


def _then(before: Outcome, step: Outcome) -> Outcome:
    return Outcome(
        step.accepted,
        merge_rejects(before.rejected, step.rejected),
        add_counts(before.counts, step.counts),
    )
