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
from typing import NamedTuple

import polars as pl
import pyarrow as pa

from processors.casting import complete, expected, first_try, polars_type, sound
from processors.columns import Column, ColumnType
from processors.events import encode
from processors.frames import only, to_arrays, to_frame
from processors.matching import declared
from processors.outcome import ROW_ID, Outcome, accept
from processors.reasons import TYPE, Fault, reject
from processors.schemas import Mode

FLAGS = "_flags"
RESCUED = "_rescued"


@dataclass(frozen=True, slots=True)
class Cast:
    """Casts each declared column and keeps undeclared ones as JSON text in `_rescued`.

    Takes `_id` and text columns named as in the file's header, in any order. Gives `_id`, the declared columns,
    `_flags` (null) and `_rescued`. A declared column that the header lacks is null, and one with several names there is
    the first of them. A row with a cell that does not cast is rejected under the rule `type`, with one reason for each
    such cell.
    """

    columns: tuple[Column, ...]
    null_tokens: tuple[str, ...] = ("",)
    new_columns: Mode = "rescue"
    missing_columns: Mode = "freeze"
    misfits: Mode = "quarantine"
    has_header: bool = True

    def __call__(self, rows: pa.RecordBatch, /) -> Outcome:
        """Typed rows; those with a cell that does not cast are marked as `type.<column>`."""
        plan = _plan(self, tuple(rows.schema.names))
        text = to_frame(rows, [ROW_ID, *(cell.source for cell in plan.cells)])
        text.columns = [ROW_ID, *(cell.place for cell in plan.cells)]
        typed = text.select_seq(plan.expressions)
        faults: list[Fault] = []
        for name, place, kind, null_tokens, _ in plan.cells:
            cells, tried = text[place], sound(typed[name])
            if tried.null_count() > cells.null_count():
                values, misfits = complete(cells, tried, kind, null_tokens)
                typed = typed.with_columns(values.alias(name))
                if misfits.any():
                    faults.append(Fault(TYPE, name, f"{name} must be {expected(kind)}", misfits, cells))
        accepted = self._assembled(rows, to_arrays(typed), plan)
        if not faults:
            return accept(accepted)
        failed = pl.select(pl.any_horizontal([fault.mask for fault in faults])).to_series()
        marked = {f"type.{fault.column}": text[ROW_ID].filter(fault.mask).to_numpy() for fault in faults}
        return Outcome(only(accepted, ~failed), reject(rows[ROW_ID], faults), marked, only(accepted, failed))

    def __hash__(self) -> int:
        """Of the names alone: it is asked for with every batch."""
        return hash(tuple(column.name for column in self.columns))

    def _assembled(self, rows: pa.RecordBatch, typed: dict[str, pa.Array], plan: _Plan) -> pa.RecordBatch:
        """Text columns go through untouched; the others come from `typed`."""
        nothing = pa.nulls(rows.num_rows, pa.string())
        arrays = {ROW_ID: rows[ROW_ID]}
        for column, source in zip(self.columns, plan.sources, strict=True):
            if column.type.is_text:
                arrays[column.name] = nothing if source is None else rows[source]
            else:
                arrays[column.name] = typed[column.name]
        rescued = encode(rows.select([ROW_ID, *plan.undeclared])) if plan.undeclared else nothing
        arrays |= {FLAGS: nothing, RESCUED: rescued}
        return pa.RecordBatch.from_arrays(list(arrays.values()), names=list(arrays))


class _Cells(NamedTuple):
    """A column to be parsed. `place` names its text for polars: it takes `*` and `^…$`, which a header may hold, for
    patterns.
    """

    name: str
    place: str
    type: ColumnType
    null_tokens: tuple[str, ...]
    source: str


@dataclass(frozen=True, slots=True)
class _Plan:
    """For files with the same columns: the name of each declared column in the header, the cells to be parsed, the
    expressions for all typed columns, and the undeclared names.
    """

    sources: tuple[str | None, ...]
    cells: tuple[_Cells, ...]
    expressions: tuple[pl.Expr, ...]
    undeclared: tuple[str, ...]


@lru_cache(maxsize=1024)
def _plan(step: Cast, header: tuple[str, ...]) -> _Plan:
    """Building expressions costs more than running them on a small batch, so it is done once for a header."""
    found = declared([name for name in header if name != ROW_ID], step.columns)
    first = {column.name: name for name, column in reversed(found.items())}
    sources = tuple(first.get(column.name) for column in step.columns)
    typed = [pair for pair in zip(step.columns, sources, strict=True) if not pair[0].type.is_text]
    cells = tuple(
        _Cells(column.name, f"cell {place}", column.type, (*step.null_tokens, *column.null_tokens), source)
        for place, (column, source) in enumerate(typed)
        if source is not None
    )
    expressions = [first_try(pl.col(each.place), each.type, each.null_tokens).alias(each.name) for each in cells]
    expressions += [
        pl.repeat(None, pl.len(), dtype=polars_type(column.type)).alias(column.name)
        for column, source in typed
        if source is None
    ]
    undeclared = tuple(name for name in header if name not in {ROW_ID, *sources})
    return _Plan(sources, cells, tuple(expressions), undeclared)
