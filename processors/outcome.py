"""What a processor gives back: the rows it passes on, the rows it refuses with every reason, and counts.

>>> import pyarrow as pa
>>> rows = pa.record_batch({"_id": pa.array([1, 2], pa.int64()), "amount": ["9.5", "x"]})
>>> accept(rows).accepted.num_rows
2
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol, TypeAlias

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from processors.errors import ConservationError
from processors.schemas.model import Schema

ROW_ID = "_id"
#: int64, in no order.
RowIds: TypeAlias = npt.NDArray[np.int64]

#: One reason for which a record is refused. `rule` is the rule's name and its error code; `column` is null for a rule
#: across columns; `value` is the offending value as text, null where there is none.
REASON = pa.struct(
    [
        ("rule", pa.string()),
        ("column", pa.string()),
        ("value", pa.string()),
        ("message", pa.string()),
        ("severity", pa.string()),
        ("action", pa.string()),
    ]
)

#: Refused records: one row a record, with all its reasons.
REJECTED = pa.schema([pa.field(ROW_ID, pa.int64()), pa.field("reasons", pa.list_(REASON))])


@dataclass(frozen=True, slots=True)
class Outcome:
    """The accepted rows, the rejected ones, and what was counted.

    `accepted` keeps the order of the input. `rejected` has the schema `REJECTED`, in ascending row id. `marked`: by
    name, the ids of the rows that a step counted, each name with one row at least; so the counts of any part of the
    rows are known. `refused`: the rejected rows once more, with the columns of `accepted` and nulls for the cells that
    have no value, so that later steps can say what else is wrong with them; None where there are none. `schemas`: what
    the step that reads text saw of each file, by file id; where a file comes in pieces, `schemas.model.join` puts
    them together.
    """

    accepted: pa.RecordBatch
    rejected: pa.RecordBatch
    marked: Mapping[str, RowIds] = field(default_factory=dict)
    refused: pa.RecordBatch | None = None
    schemas: Mapping[int, Schema] = field(default_factory=dict)

    @property
    def counts(self) -> dict[str, int]:
        """How many rows each name marks: integers that add up. Rates are computed when read."""
        return {name: len(ids) for name, ids in self.marked.items()}

    @property
    def row_count(self) -> int:
        """How many rows went in."""
        return int(self.accepted.num_rows + self.rejected.num_rows)


class Processor(Protocol):
    """One step: configuration is a frozen dataclass, the call is the work.

    `rows` has an int64 column `_id`. Implementations are pure, picklable, equal by value, and treat each row alone:
    `f(a ++ b) == f(a) ++ f(b)`.
    """

    def __call__(self, rows: pa.RecordBatch, /) -> Outcome:
        """Judge `rows`; `rows.num_rows == accepted.num_rows + rejected.num_rows`."""
        ...


#: Batches are immutable, so all the steps that refuse nothing share one.
_NO_REJECTS = pa.RecordBatch.from_pylist([], schema=REJECTED)


def no_rejects() -> pa.RecordBatch:
    """An empty batch of rejected records."""
    return _NO_REJECTS


def accept(rows: pa.RecordBatch) -> Outcome:
    """The outcome of a step that has nothing to object to."""
    return Outcome(rows, no_rejects())


def merge_rejects(*parts: pa.RecordBatch) -> pa.RecordBatch:
    """Rejected records of several steps as one batch in ascending row id. A record stands in one part only."""
    filled = [part for part in parts if part.num_rows]
    if len(filled) < 2:
        return filled[0] if filled else no_rejects()
    merged: pa.RecordBatch = pa.concat_batches(filled)
    return merged.sort_by(ROW_ID)


def join_marked(left: Mapping[str, RowIds], right: Mapping[str, RowIds]) -> dict[str, RowIds]:
    """What two pieces of work marked, name by name."""
    both = {name: np.concatenate([left[name], right[name]]) for name in left if name in right}
    return {**left, **right, **both}


def conserve(row_count: int, outcome: Outcome, step: object) -> Outcome:
    """`outcome`, if it accounts for exactly `row_count` rows; raises ConservationError otherwise."""
    if outcome.row_count != row_count:
        raise ConservationError(
            f"{step!r} was given {row_count} rows and returned {outcome.accepted.num_rows} accepted and "
            f"{outcome.rejected.num_rows} rejected. This is a bug in that processor."
        )
    return outcome
