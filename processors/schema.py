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

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

import numpy as np
import polars as pl
import pyarrow as pa

from processors.casting.casting import complete, expected, first_try, polars_type, sound
from processors.columns import Column, ColumnType
from processors.flags import FLAGS, flagged
from processors.frames import only, to_arrays, to_frame
from processors.header_lines import HeaderLines, Lookout
from processors.naming.matching import declared
from processors.outcome import ROW_ID, Outcome, RowIds, no_rejects
from processors.reasons import MISSING, NEW, OTHER_HEADER, REPEATED_HEADER, TYPE, Fault, reject
from processors.rescuing import RESCUED, rescued
from processors.schemas.inference import fits_wider
from processors.schemas.model import Mode, Schema
from processors.schemas.observing import Misfits, Observer, Values, observer

_SPLIT = "the line is another header: it names columns in another order, or others; split the file before it"


@dataclass(frozen=True, slots=True)
class Cast:
    """Casts each declared column, and says what becomes of what does not fit the contract.

    Takes `_id` and text columns named as in the file's header, in any order. Gives `_id`, the declared columns,
    `_flags` and `_rescued`. A declared column that the header lacks is null, and one with several names there is
    the first of them. The modes say what happens to new columns, to missing columns that are not optional, and to
    misfits: cells that do not cast. What must not be loaded as it is has a reason with the action `freeze`, and a
    misfit that a wider type would take one with the action `evolve`, where such is the mode; whether a header freezes
    its file is decided before there are rows. `has_header`: a line that names the file's columns once more is no
    record.
    """

    columns: tuple[Column, ...]
    null_tokens: tuple[str, ...] = ("",)
    new_columns: Mode = "rescue"
    missing_columns: Mode = "freeze"
    misfits: Mode = "quarantine"
    has_header: bool = True

    def __call__(self, rows: pa.RecordBatch, /) -> Outcome:
        """Typed rows; marked as `type.<column>` or `misfit.<column>` are misfits, refused or rescued, as
        `emptied.<column>` cells that hold a null token which is not blank, as `missing.<column>` the rows of a file
        that lacks the column, and as `rule.<name>` what else is refused."""
        plan = _plan(self, tuple(rows.schema.names))
        typed, misfits, emptied = _typed(rows, plan)
        lines = None if plan.lookout is None else plan.lookout.look(rows, _places(misfits))
        if lines is not None:
            misfits = _without(misfits, lines.any)
        values = (Values(cell.source, typed[cell.name]) for cell in plan.cells)
        schemas = plan.observer.observe(rows, values, list(misfits.values()), None if lines is None else lines.any)
        faults = [*self._line_faults(rows, lines), *self._column_faults(rows, plan, lines)]
        refused, kept = self._divided(rows, misfits)
        faults += refused
        accepted = self._assembled(rows, to_arrays(typed), plan, kept, emptied)
        marked = _marked(rows, faults, kept, plan.noted)
        if not faults:
            return Outcome(accepted, no_rejects(), marked | _emptied(rows, emptied), schemas=schemas)
        failed = pl.select(pl.any_horizontal([fault.mask for fault in faults])).to_series()
        marked |= _emptied(rows, {name: mask & ~failed for name, mask in emptied.items()})
        asked = failed if lines is None else failed & ~lines.any
        rejected = reject(rows[ROW_ID], faults)
        return Outcome(only(accepted, ~failed), rejected, marked, only(accepted, asked), schemas)

    def schema(self, header: Sequence[str]) -> Schema:
        """The schema of a file with this header, before any of its records is seen."""
        return _plan(self, (ROW_ID, *header)).observer.plain

    def flags(self, columns: Sequence[Column], /) -> tuple[str, ...]:
        """What it may write into `_flags`, in its order."""
        typed = [column for column in columns if not column.type.is_text]
        named = (("missing", columns), ("misfit", typed), ("emptied", typed))
        return tuple(f"{what}.{column.name}" for what, those in named for column in those)

    def __hash__(self) -> int:
        """Of the names alone: it is asked for with every batch."""
        return hash(tuple(column.name for column in self.columns))

    def _divided(
        self, rows: pa.RecordBatch, misfits: dict[str, Misfits]
    ) -> tuple[list[Fault], dict[str, tuple[str, pl.Series]]]:
        """The misfits that are refused, and by column those that are kept beside: their name in the header and a
        mask."""
        faults: list[Fault] = []
        kept: dict[str, tuple[str, pl.Series]] = {}
        own = {column.name: column.misfits for column in self.columns if misfits and column.misfits is not None}
        for name, (source, kind, mask) in misfits.items():
            cells, mode = pl.Series(rows[source]), own.get(name, self.misfits)
            refused = _refused(mode, kind, cells, mask)
            if refused.any():
                told = f"{name} must be {expected(kind)}"
                faults.append(Fault(TYPE, name, told, refused, cells, action=mode))
            if (mask & ~refused).any():
                kept[name] = source, mask & ~refused
        return faults, kept

    def _line_faults(self, rows: pa.RecordBatch, lines: HeaderLines | None) -> Iterator[Fault]:
        if lines is None:
            return
        told = "this line repeats the header"
        yield Fault(REPEATED_HEADER, None, told, lines.repeated, None, severity="info", action="drop")
        if lines.other.any():
            fields = rows.drop_columns([ROW_ID])
            text = pl.select(pl.concat_str([pl.Series(cells) for cells in fields.columns], separator=", ")).to_series()
            yield Fault(OTHER_HEADER, None, _SPLIT, lines.other, text, action="freeze")

    def _column_faults(self, rows: pa.RecordBatch, plan: _Plan, lines: HeaderLines | None) -> Iterator[Fault]:
        """What the modes `quarantine` refuse of new columns and of files that lack one."""
        missing = plan.missing if self.missing_columns == "quarantine" else ()
        undeclared = plan.undeclared if self.new_columns == "quarantine" else ()
        if not (missing or undeclared):
            return
        records = pl.Series(np.ones(rows.num_rows, np.bool_)) if lines is None else ~lines.any
        for column in missing:
            yield Fault(MISSING, column.name, f"the file has no column {column.source!r}", records, None)
        for name in undeclared:
            cells = pl.Series(rows[name])
            told = ~cells.str.strip_chars().is_in([*self.null_tokens, ""])
            yield Fault(NEW, name, f"the config has no column {name!r}", told & records, cells)

    def _assembled(
        self,
        rows: pa.RecordBatch,
        typed: dict[str, pa.Array],
        plan: _Plan,
        kept: dict[str, tuple[str, pl.Series]],
        emptied: dict[str, pl.Series],
    ) -> pa.RecordBatch:
        """Text columns go through untouched; the others come from `typed`."""
        nothing = pa.nulls(rows.num_rows, pa.string())
        arrays = {ROW_ID: rows[ROW_ID]}
        for column, source in zip(self.columns, plan.sources, strict=True):
            if column.type.is_text:
                arrays[column.name] = nothing if source is None else rows[source]
            else:
                arrays[column.name] = typed[column.name]
        flags = pa.repeat(",".join(plan.noted), rows.num_rows) if plan.noted else nothing
        if kept or emptied:
            misfits = [mask.alias(f"misfit.{name}") for name, (_, mask) in kept.items()]
            flags = flagged(flags, [*misfits, *(mask.alias(f"emptied.{name}") for name, mask in emptied.items())])
        arrays |= {FLAGS: flags, RESCUED: rescued(rows, plan.undeclared, list(kept.values()))}
        return pa.RecordBatch.from_arrays(list(arrays.values()), names=list(arrays))


def _typed(rows: pa.RecordBatch, plan: _Plan) -> tuple[pl.DataFrame, dict[str, Misfits], dict[str, pl.Series]]:
    """The typed columns; by column the cells that do not cast; and those that hold a null token which is not blank."""
    text = to_frame(rows, [ROW_ID, *(cell.source for cell in plan.cells)])
    text.columns = [ROW_ID, *(cell.place for cell in plan.cells)]
    typed = text.select_seq(plan.expressions)
    misfits: dict[str, Misfits] = {}
    emptied: dict[str, pl.Series] = {}
    for name, place, kind, null_tokens, source in plan.cells:
        cells, tried = text[place], sound(typed[name])
        if tried.null_count() > cells.null_count():
            values, wrong = complete(cells, tried, kind, null_tokens)
            typed = typed.with_columns(values.alias(name))
            if wrong.any():
                misfits[name] = Misfits(source, kind, wrong)
            if any(null_tokens) and (mask := _with_token(cells, values, wrong)) is not None:
                emptied[name] = mask
    return typed, misfits, emptied


def _with_token(cells: pl.Series, values: pl.Series, wrong: pl.Series) -> pl.Series | None:
    """Where `cells` that are not blank are null and no misfits; None where none is."""
    places = (values.is_null() & ~wrong).arg_true()
    places = places.filter(cells.gather(places).str.strip_chars() != "")
    if not places.len():
        return None
    mask = np.zeros(cells.len(), np.bool_)
    mask[places.to_numpy()] = True
    return pl.Series(mask)


def _emptied(rows: pa.RecordBatch, emptied: dict[str, pl.Series]) -> dict[str, RowIds]:
    ids: RowIds = rows[ROW_ID].to_numpy()
    return {f"emptied.{name}": ids[mask.to_numpy()] for name, mask in emptied.items() if mask.any()}


def _places(misfits: dict[str, Misfits]) -> dict[str, pl.Series]:
    return {each.source: each.mask for each in misfits.values()}


def _refused(mode: Mode, kind: ColumnType, cells: pl.Series, mask: pl.Series) -> pl.Series:
    """Those of the misfits that are not rescued."""
    if mode == "rescue":
        return pl.Series(np.zeros(cells.len(), np.bool_))
    if mode == "evolve":
        refused = mask.to_numpy().copy()
        refused[refused] = fits_wider(kind, cells.filter(mask)).to_numpy()
        return pl.Series(refused)
    return mask


def _without(misfits: dict[str, Misfits], lines: pl.Series) -> dict[str, Misfits]:
    """The misfits in records; the cells of header lines are none."""
    left = {name: each._replace(mask=each.mask & ~lines) for name, each in misfits.items()}
    return {name: each for name, each in left.items() if each.mask.any()}


def _marked(
    rows: pa.RecordBatch, faults: Sequence[Fault], kept: dict[str, tuple[str, pl.Series]], noted: Sequence[str]
) -> dict[str, RowIds]:
    if not (faults or kept or noted):
        return {}
    ids: RowIds = rows[ROW_ID].to_numpy()
    marked: dict[str, list[RowIds]] = {name: [ids] for name in noted if len(ids)}
    for fault in faults:
        name = f"{TYPE}.{fault.column}" if fault.rule == TYPE else f"rule.{fault.rule}"
        marked.setdefault(name, []).append(ids[fault.mask.to_numpy()])
    marked |= {f"misfit.{name}": [ids[mask.to_numpy()]] for name, (_, mask) in kept.items()}
    joined = {name: np.unique(np.concatenate(parts)) if parts[1:] else parts[0] for name, parts in marked.items()}
    return {name: found for name, found in joined.items() if len(found)}


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
    expressions for all typed columns, the undeclared names, the columns that are missing, and what is `noted` of every
    row.
    """

    sources: tuple[str | None, ...]
    cells: tuple[_Cells, ...]
    expressions: tuple[pl.Expr, ...]
    undeclared: tuple[str, ...]
    missing: tuple[Column, ...]
    noted: tuple[str, ...]
    lookout: Lookout | None
    observer: Observer


@lru_cache(maxsize=1024)
def _plan(step: Cast, names: tuple[str, ...]) -> _Plan:
    """Building expressions costs more than running them on a small batch, so it is done once for a header."""
    header = [name for name in names if name != ROW_ID]
    first = {column.name: name for name, column in reversed(declared(header, step.columns).items())}
    sources = tuple(first.get(column.name) for column in step.columns)
    found = [(column, source) for column, source in zip(step.columns, sources, strict=True) if source is not None]
    lacking = [column for column, source in zip(step.columns, sources, strict=True) if source is None]
    cells = tuple(
        _Cells(column.name, f"cell {place}", column.type, (*step.null_tokens, *column.null_tokens), source)
        for place, (column, source) in enumerate(found)
        if not column.type.is_text
    )
    expressions = [first_try(pl.col(each.place), each.type, each.null_tokens).alias(each.name) for each in cells]
    expressions += [
        pl.repeat(None, pl.len(), dtype=polars_type(column.type)).alias(column.name)
        for column in lacking
        if not column.type.is_text
    ]
    missing = tuple(column for column in lacking if not column.optional)
    typed = {each.source: (each.type, each.null_tokens) for each in cells}
    known = {source: (column.name, column.type, (*step.null_tokens, *column.null_tokens)) for column, source in found}
    return _Plan(
        sources=sources,
        cells=cells,
        expressions=tuple(expressions),
        undeclared=tuple(name for name in header if name not in known),
        missing=missing,
        noted=tuple(f"missing.{each.name}" for each in missing) if step.missing_columns == "rescue" else (),
        lookout=Lookout.of(header, step.columns, typed) if step.has_header else None,
        observer=observer(header, known, step.null_tokens),
    )
