"""The schema check: text columns in, the contract's typed columns out.

>>> from processors.columns import ColumnType
>>> rows = pa.record_batch({"_id": pa.array([1, 2], pa.int64()), "n": ["4", "four"], "new": ["a", "b"]})
>>> outcome = Cast((Column("n", "n", ColumnType("integer")),))(rows)
>>> outcome.accepted.to_pylist()
[{'_id': 1, 'n': 4, '_flags': None, '_rescued': '{"new":"a"}'}]
>>> outcome.rejected.to_pylist()[0]["reasons"][0]["message"]
'n must be a whole number between -2^63 and 2^63-1'
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import polars as pl
import pyarrow as pa

from processors.casting import EXPECTED, complete, first_try, polars_type, sound
from processors.columns import Column
from processors.events import encode
from processors.frames import only, to_arrays, to_frame
from processors.outcome import ROW_ID, Outcome, accept
from processors.reasons import TYPE, Fault, reject

FLAGS = "_flags"
RESCUED = "_rescued"


@dataclass(frozen=True, slots=True)
class Cast:
    """Casts each declared column and keeps undeclared ones as JSON text in `_rescued`.

    Takes `_id` and text columns named as in the file's header, in any order. Gives `_id`, the declared columns,
    `_flags` (null) and `_rescued`. A declared column that the header lacks is null. A row with a cell that does not
    cast is rejected under the rule `type`, with one reason for each such cell.
    """

    columns: tuple[Column, ...]
    null_tokens: tuple[str, ...] = ("",)

    def __call__(self, rows: pa.RecordBatch, /) -> Outcome:
        """Typed rows; counts `type.<column>` for the cells that do not cast."""
        plan = _plan(self, tuple(rows.schema.names))
        text = to_frame(rows, [ROW_ID, *(column.source for column in plan.parsed)])
        text.columns = [ROW_ID, *_places(plan.parsed)]
        typed = text.select_seq(plan.expressions)
        faults: list[Fault] = []
        for column, place in zip(plan.parsed, _places(plan.parsed), strict=True):
            cells, tried = text[place], sound(typed[column.name])
            if tried.null_count() > cells.null_count():
                values, misfits = complete(cells, tried, column.type, self.null_tokens)
                typed = typed.with_columns(values.alias(column.name))
                if misfits.any():
                    message = f"{column.name} must be {EXPECTED[column.type.name]}"
                    faults.append(Fault(TYPE, column.name, message, misfits, cells))
        accepted = self._assembled(rows, to_arrays(typed), plan.undeclared)
        if not faults:
            return accept(accepted)
        failed = pl.select(pl.any_horizontal([fault.mask for fault in faults])).to_series()
        counts = {f"type.{fault.column}": int(fault.mask.sum()) for fault in faults}
        return Outcome(only(accepted, ~failed), reject(rows[ROW_ID], faults), counts, only(accepted, failed))

    def __hash__(self) -> int:
        """Of the names alone: it is asked for with every batch."""
        return hash(tuple(column.name for column in self.columns))

    def _assembled(
        self, rows: pa.RecordBatch, typed: dict[str, pa.Array], undeclared: tuple[str, ...]
    ) -> pa.RecordBatch:
        """Text columns go through untouched; the others come from `typed`."""
        present, nothing = set(rows.schema.names), pa.nulls(rows.num_rows, pa.string())
        arrays = {ROW_ID: rows[ROW_ID]}
        for column in self.columns:
            if column.type.is_text:
                arrays[column.name] = rows[column.source] if column.source in present else nothing
            else:
                arrays[column.name] = typed[column.name]
        rescued = encode(rows.select([ROW_ID, *undeclared])) if undeclared else nothing
        arrays |= {FLAGS: nothing, RESCUED: rescued}
        return pa.RecordBatch.from_arrays(list(arrays.values()), names=list(arrays))


@dataclass(frozen=True, slots=True)
class _Plan:
    """For files with the same columns: those parsed, the expressions for all typed ones, and the undeclared."""

    parsed: tuple[Column, ...]
    expressions: tuple[pl.Expr, ...]
    undeclared: tuple[str, ...]


@lru_cache(maxsize=1024)
def _plan(step: Cast, header: tuple[str, ...]) -> _Plan:
    """Building expressions costs more than running them on a small batch, so it is done once for a header."""
    present, declared = set(header), {ROW_ID, *(column.source for column in step.columns)}
    typed = [column for column in step.columns if not column.type.is_text]
    parsed = tuple(column for column in typed if column.source in present)
    expressions = [
        first_try(pl.col(place), column.type, step.null_tokens).alias(column.name)
        for column, place in zip(parsed, _places(parsed), strict=True)
    ]
    expressions += [
        pl.repeat(None, pl.len(), dtype=polars_type(column.type)).alias(column.name)
        for column in typed
        if column.source not in present
    ]
    return _Plan(parsed, tuple(expressions), tuple(name for name in header if name not in declared))


def _places(columns: tuple[Column, ...]) -> list[str]:
    """Names for polars: it takes `*` and `^…$`, which a header may hold, for patterns."""
    return [f"cell {place}" for place in range(len(columns))]
