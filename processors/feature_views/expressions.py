"""The SQL expressions of a view, row by row: in them a decimal is a number."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

import polars as pl
import pyarrow as pa

from processors.casting.casting import polars_type
from processors.columns import ColumnType
from processors.feature_views.model import EVENT_US, FeatureView
from processors.feature_views.values import arrow_type, as_type, finite
from processors.frames import computed, to_arrays, to_frame
from processors.rules.expressions import parsed


def featured(view: FeatureView, columns: Mapping[str, pa.Array]) -> pa.RecordBatch:
    """The features of `view` from its aggregates and `_event_us`. A number that is not finite is null."""
    plan = _plan(view)
    found = {name: columns[column] for name, column in plan.direct.items()}
    if plan.expressions:
        read = pa.RecordBatch.from_arrays([_number(columns[name]) for name in plan.read], names=list(plan.read))
        values = to_arrays(computed(to_frame(read), plan.expressions))
        found |= {name: finite(each) if each.type == pa.float64() else each for name, each in values.items()}
    arrays = [as_type(found[feature.name], arrow_type(feature.type)) for feature in view.features]
    return pa.RecordBatch.from_arrays(arrays, names=[feature.name for feature in view.features])


def _number(column: pa.Array) -> pa.Array:
    return column.cast(pa.float64()) if pa.types.is_decimal(column.type) else column


def value(sql: str, kind: ColumnType, name: str) -> pl.Expr:
    """The expression of `sql`, as `kind`."""
    return parsed(sql).cast(polars_type(kind), strict=False).alias(name)


def column_name(sql: str) -> str | None:
    """The name of the column where the expression is nothing else."""
    meta = parsed(sql).meta
    return meta.output_name() if meta.is_column() else None


@dataclass(frozen=True, slots=True)
class _Plan:
    """`direct`: of features that are an aggregate, which. `read`: what the other `expressions` look at."""

    direct: Mapping[str, str]
    read: tuple[str, ...]
    expressions: tuple[pl.Expr, ...]


@lru_cache(maxsize=256)
def _plan(view: FeatureView) -> _Plan:
    kinds = {each.name: each.type for each in view.aggregates}
    names = {feature.name: column_name(feature.sql) for feature in view.features}
    direct = {name: column for name, column in names.items() if column in kinds}
    expressions = [value(each.sql, each.type, each.name) for each in view.features if each.name not in direct]
    if expressions:  # polars hands a lone one to its pool of threads
        expressions.append(pl.col(EVENT_US))
    read = {name for expression in expressions for name in expression.meta.root_names()}
    return _Plan(direct, tuple(sorted(read)), tuple(expressions))
