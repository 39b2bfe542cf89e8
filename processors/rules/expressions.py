"""SQL expressions over the columns of one row, in polars' SQL dialect.

An expression must give each row the same value whatever rows stand beside it, today and tomorrow; aggregates, window
functions and clocks are refused when the configuration is read.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

import polars as pl
from polars.exceptions import PolarsError

from processors.frames import computed

_CLOCKS = re.compile(r"\b(current_(date|time|timestamp)|now|today|random|rand)\b", re.IGNORECASE)
_STRINGS = re.compile(r"'(?:[^']|'')*'")
_PROBE_ROWS = 5
_QUOTIENT, *_WHOLE = ({"Sql": {"Binary": name}} for name in ("Div", "IntDiv", "Rem"))
#: Nodes of polars' expression tree that look at other rows. What is no node (a function that shifts or sorts) the probe
#: finds.
_BEYOND = {"Agg", "Len", "Over", "Window", "Rolling", "SortBy", "Gather", "Slice", "Filter", "Explode", "SubPlan"}


def parsed(sql: str) -> pl.Expr:
    """The polars expression of `sql`. A CAST gives null for what does not cast, as TRY_CAST does; so does a division by
    zero, of which polars would make an infinity, greater than anything. A literal such as 7.0 is a double: as a decimal
    polars would round an integer by it to six places.
    """
    tree = pl.sql_expr(sql).meta.serialize(format="json")
    return pl.Expr.deserialize(json.dumps(json.loads(tree, object_hook=_lenient)).encode(), format="json")


def _lenient(node: dict[str, Any]) -> dict[str, Any]:
    match node:
        case {"Scalar": {"Decimal": [digits, _, scale]}}:
            return {"Scalar": {"Float64": digits / 10**scale}}
    if {"expr", "dtype", "options"} == set(node):
        return node | {"options": "NonStrict"}
    if node.get("function") == _QUOTIENT:
        dividend, divisor = node["input"]
        return node | {"input": [dividend, _for_each(dividend, _unless_zero(divisor))]}
    if node.get("function") in _WHOLE:
        dividend, divisor = node["input"]
        return node | {"input": [dividend, _unless_zero(divisor)]}
    return node


def _unless_zero(divisor: dict[str, Any]) -> dict[str, Any]:
    other = {"BinaryExpr": {"left": divisor, "op": "NotEq", "right": {"Literal": {"Dyn": {"Int": 0}}}}}
    return {"Ternary": {"predicate": other, "truthy": divisor, "falsy": {"Literal": {"Scalar": {"Null": "Null"}}}}}


def _for_each(dividend: dict[str, Any], divisor: dict[str, Any]) -> dict[str, Any]:
    """A divisor that is a constant, once for each row that is divided.

    By one number polars divides many rows with its reciprocal, which rounds twice, and a lone row as it should; so a
    row's value would depend on its company.
    """
    column = next(_columns(dividend), None)
    if column is None or next(_columns(divisor), None) is not None:
        return divisor
    ones: dict[str, Any] = {"Column": column}
    for asked in ("IsNull", "IsNotNull"):
        ones = {"Function": {"input": [ones], "function": {"Boolean": asked}}}
    ones = {"Cast": {"expr": ones, "dtype": {"Literal": "Int64"}, "options": "NonStrict"}}
    return {"BinaryExpr": {"left": ones, "op": "Multiply", "right": divisor}}


def _columns(node: object) -> Iterator[str]:
    """The columns in an expression's tree."""
    if isinstance(node, dict):
        if "Column" in node:
            yield node["Column"]
        node = [*node.values()]
    if isinstance(node, list):
        for child in node:
            yield from _columns(child)


def row_expression(sql: str, columns: Mapping[str, pl.DataType]) -> tuple[pl.Expr, pl.DataType]:
    """The polars expression of `sql` and its type. Raises ValueError, saying why, where it is not row-local.

    >>> row_expression("amount * 2", {"amount": pl.Int64()})[1]
    Int64
    >>> row_expression("sum(amount)", {"amount": pl.Int64()})
    Traceback (most recent call last):
    ValueError: 'sum(amount)' looks at more than one row; an aggregate belongs in a feature view
    """
    if _CLOCKS.search(_STRINGS.sub("", sql)):
        raise ValueError(f"{sql!r} reads a clock or a random source; its value would change when it is computed again")
    try:
        expression = parsed(sql)
        kind = pl.LazyFrame(schema=dict(columns)).select(expression.alias("value")).collect_schema()["value"]
        local = not _beyond_the_row(json.loads(expression.meta.serialize(format="json")))
        pl.DataFrame({name: pl.Series([None], dtype=each) for name, each in columns.items()}).select(expression)
        local = local and _is_row_local(expression, columns)
    except (PolarsError, TypeError, ValueError) as error:
        known = ", ".join(columns)
        raise ValueError(f"{sql!r} is not a SQL expression over the columns {known}: {error}") from error
    if not local:
        raise ValueError(f"{sql!r} looks at more than one row; an aggregate belongs in a feature view")
    return expression, kind


def _beyond_the_row(node: object) -> bool:
    """Whether the expression's tree has an aggregate, a window or a count of rows in it."""
    if isinstance(node, dict):
        return any(name in _BEYOND or _beyond_the_row(child) for name, child in node.items() if name != "Literal")
    if isinstance(node, list):
        return any(_beyond_the_row(child) for child in node)
    return node in _BEYOND


def _is_row_local(expression: pl.Expr, columns: Mapping[str, pl.DataType]) -> bool:
    """Whether a small frame gives the same values whole, row by row, and turned round."""
    probe = pl.DataFrame([_probe_values(name, kind) for name, kind in columns.items()])
    whole = _evaluate(probe, expression)
    single = pl.concat([_evaluate(probe[row : row + 1], expression) for row in range(_PROBE_ROWS)])
    return whole.equals(single, null_equal=True) and whole.reverse().equals(_evaluate(probe.reverse(), expression))


def _evaluate(frame: pl.DataFrame, expression: pl.Expr) -> pl.Series:
    return computed(frame, (pl.first(), expression.alias(" value"))).get_column(" value")


def _probe_values(name: str, kind: pl.DataType) -> pl.Series:
    numbers = pl.Series(name, [3, 1, None, 7, 2], dtype=pl.Int64)
    if kind == pl.String:
        return numbers.cast(pl.String)
    if kind == pl.Boolean:
        return numbers > 2
    if isinstance(kind, pl.Date):
        return numbers.cast(pl.Int32).cast(pl.Date)
    return numbers.cast(kind)
