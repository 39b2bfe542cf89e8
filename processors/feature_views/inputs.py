"""What of a staged row the windows of a view add up.

>>> from decimal import Decimal
>>> from processors.columns import ColumnType
>>> paid = Input("_input_1", "price", ColumnType("decimal", 8, 2))
>>> view = FeatureView(
...     name="v", version=1, dataset="d", entity=(("who", ColumnType("string")),), horizon_us=None, inputs=(paid,),
...     aggregates=(), features=(), where="n > 1", sql="", sql_hash="", config_hash="", schema_hash="",
... )
>>> cells = {"_id": [1, 2], "_event_us": [10, 20], "who": ["ann", "bob"], "price": [None, Decimal("1.50")], "n": [1, 2]}
>>> inputs(view, pa.record_batch(cells)).to_pylist()
[{'who': 'bob', '_event_us': 20, '_id': 2, '_input_1': 150}]
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import polars as pl
import polars.selectors as cs
import pyarrow as pa
import pyarrow.compute as pc

from processors.feature_views.expressions import column_name, value
from processors.feature_views.model import EVENT_US, FeatureView, Input
from processors.feature_views.values import held, held_type
from processors.frames import computed, to_frame
from processors.outcome import ROW_ID
from processors.rules.expressions import parsed

DATE = "_date"
#: Columns have no blanks in their names.
_WHERE = " where"


def of_instant(each: Input) -> bool:
    """Whether an input is the instant of the row, which every row has anyway."""
    return each.sql.strip('"') == EVENT_US


def input_types(view: FeatureView) -> dict[str, pa.DataType]:
    """The names and types of the columns that `inputs` adds to the keys: int64, double or string."""
    return {each.name: held_type(each.type) for each in view.inputs if not of_instant(each)}


def inputs(view: FeatureView, rows: pa.RecordBatch) -> pa.RecordBatch:
    """Of staged, typed rows, in their order: the entity's columns, `_event_us`, `_id`, `_date` where they have it, and
    the view's inputs. Rows that `where` does not take, or with a null among entity and event time, are left out.
    """
    plan = _plan(view)
    found = _computed(plan, rows)
    keys = [*view.keys, EVENT_US, ROW_ID, *(name for name in (DATE,) if name in rows.schema.names)]
    columns = {name: rows[name] for name in keys}
    for each in plan.held:
        columns[each.name] = held(
            rows[plan.plain[each.name]] if each.name in plan.plain else found[each.name], each.type
        )
    kept = _kept(view, rows, found.get(_WHERE))
    chosen = pa.RecordBatch.from_arrays(list(columns.values()), names=list(columns))
    return chosen if kept is None else chosen.filter(kept)


def condition_columns(view: FeatureView) -> frozenset[str]:
    """The columns that `where` asks about."""
    return frozenset() if view.where is None else frozenset(parsed(view.where).meta.root_names())


def passed_over(view: FeatureView, rows: pa.RecordBatch, unknown: frozenset[str]) -> pa.Array:
    """A mask of the rows that `where` does not take. Where it asks about columns that are `unknown`, null is no answer,
    and only those are meant of which it is false whatever stands there."""
    if view.where is None:
        return pa.repeat(pa.scalar(value=False), rows.num_rows)
    found = _computed(_Plan((), {}, (parsed(view.where).alias(_WHERE),), ()), rows)[_WHERE]
    return pc.invert(pc.fill_null(found, fill_value=not unknown.isdisjoint(condition_columns(view))))


@dataclass(frozen=True, slots=True)
class _Plan:
    """`plain`: the staged columns of inputs that are one. `numbers`: the expressions in which decimals are numbers;
    `exact`: those that give decimals."""

    held: tuple[Input, ...]
    plain: dict[str, str]
    numbers: tuple[pl.Expr, ...]
    exact: tuple[pl.Expr, ...]


@lru_cache(maxsize=256)
def _plan(view: FeatureView) -> _Plan:
    plain: dict[str, str] = {}
    numbers: list[pl.Expr] = []
    exact: list[pl.Expr] = []
    if view.where is not None:
        numbers.append(parsed(view.where).alias(_WHERE))
    kept = tuple(each for each in view.inputs if not of_instant(each))
    for each in kept:
        name = column_name(each.sql)
        if name is not None:
            plain[each.name] = name
        else:
            (exact if each.type.name == "decimal" else numbers).append(value(each.sql, each.type, each.name))
    return _Plan(kept, plain, tuple(numbers), tuple(exact))


def _computed(plan: _Plan, rows: pa.RecordBatch) -> dict[str, pa.Array]:
    found: dict[str, pa.Array] = {}
    for expressions in filter(None, (plan.numbers, plan.exact)):
        read = {name for expression in expressions for name in expression.meta.root_names()}
        frame = to_frame(rows, [ROW_ID, *(name for name in rows.schema.names if name in read - {ROW_ID})])
        if expressions is plan.numbers and any(kind.is_decimal() for kind in frame.dtypes):
            frame = frame.with_columns_seq(cs.decimal().cast(pl.Float64))
        values = computed(frame, (pl.col(ROW_ID), *expressions))
        found |= {column.name: column.to_arrow(compat_level=pl.CompatLevel.oldest()) for column in values.get_columns()}
    return found


def _kept(view: FeatureView, rows: pa.RecordBatch, taken: pa.Array | None) -> pa.Array | None:
    """A mask of the rows that are; None: all."""
    masks = [rows[name].is_valid() for name in (*view.keys, EVENT_US) if rows[name].null_count]
    if taken is not None:
        masks.append(pc.fill_null(taken, fill_value=False))
    kept = None
    for mask in masks:
        kept = mask if kept is None else pc.and_(kept, mask)
    return kept
