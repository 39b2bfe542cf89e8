"""The SQL of a KPI: standard expressions, which SQLite and PostgreSQL compute alike.

A slash divides as on paper: 1 / 2 is 0.5.
"""

from __future__ import annotations

from collections.abc import Mapping

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError

from processors.columns import ColumnType

#: What both databases have, and give the same value for the same rows.
_FUNCTIONS = (
    *(exp.Abs, exp.And, exp.Case, exp.Cast, exp.Coalesce, exp.Date, exp.If, exp.Length, exp.Lower, exp.Nullif),
    *(exp.Or, exp.Round, exp.Substring, exp.Trim, exp.Upper),
)
_AGGREGATES = (exp.Avg, exp.Count, exp.Max, exp.Min, exp.Sum)
_KNOWN = "abs, case, cast, coalesce, date, length, lower, nullif, round, substr, trim and upper"
_OPERATORS = (
    *(
        exp.Binary,
        exp.Condition,
        exp.DataType,
        exp.Distinct,
        exp.Filter,
        exp.Identifier,
        exp.Star,
        exp.Unary,
        exp.Where,
    ),
)
_CLOCKS = (exp.CurrentDate, exp.CurrentTime, exp.CurrentTimestamp, exp.Rand)


def aggregate(sql: str, columns: Mapping[str, ColumnType]) -> exp.Expr:
    """The tree of an aggregate over rows. Raises ValueError, saying why it is none."""
    tree = _tree(sql, columns)
    found = list(tree.find_all(*_AGGREGATES))
    if not found:
        raise ValueError(f"{sql!r} holds no aggregate; write one of avg, count, max, min and sum, such as count(*)")
    for each in found:
        if each.find_ancestor(*_AGGREGATES):
            raise ValueError(f"{sql!r} has an aggregate within another")
    for column in tree.find_all(exp.Column):
        if not column.find_ancestor(*_AGGREGATES, exp.Filter):
            raise ValueError(f"{sql!r}: {column.name} stands outside of an aggregate; what values are told by is `by`")
    extreme = tree.this if isinstance(tree, (exp.Max, exp.Min)) else None
    if isinstance(extreme, exp.Column) and columns[extreme.name].name not in {"integer", "number", "decimal"}:
        raise ValueError(f"{sql!r}: {extreme.name} is {columns[extreme.name].written}, and a value is a number")
    return tree


def row_value(sql: str, columns: Mapping[str, ColumnType]) -> exp.Expr:
    """The tree of an expression over one row. Raises ValueError, saying why it is none."""
    tree = _tree(sql, columns)
    if tree.find(*_AGGREGATES):
        raise ValueError(f"{sql!r} looks at more than one row; an aggregate belongs in `value`")
    if not tree.find(exp.Column):
        raise ValueError(f"{sql!r} names no column, so it is the same for all rows")
    return tree


def _tree(sql: str, columns: Mapping[str, ColumnType]) -> exp.Expr:
    """With the names of columns as the dataset has them."""
    try:
        [tree] = sqlglot.parse(sql)
    except (SqlglotError, ValueError) as error:
        said = str(error).splitlines()[0].partition(". Line")[0]
        raise ValueError(f"{sql!r} is not a SQL expression: {said}") from error
    if tree is None:
        raise ValueError("the SQL expression is empty")
    for why in filter(None, map(_fault, tree.walk())):
        raise ValueError(f"{sql!r}: {why}")
    known = {name.lower(): name for name in columns}
    for column in tree.find_all(exp.Column):
        if column.table or column.name.lower() not in known:
            raise ValueError(f"{sql!r}: there is no column {column.sql()!r}; the columns are {', '.join(columns)}")
        column.set("this", exp.to_identifier(known[column.name.lower()], quoted=True))
    return tree


def _fault(node: exp.Expr) -> str | None:
    """What a part of the tree has no place for, if so."""
    if isinstance(node, (exp.Max, exp.Min)) and node.expressions:
        return "max and min take one value here; choose between two by CASE WHEN"
    if isinstance(node, (exp.Window, exp.Query, exp.Subquery)):
        return "windows and queries have no place here; a window belongs in a feature view"
    if isinstance(node, _CLOCKS) or (isinstance(node, exp.Date) and not node.find(exp.Column)):
        return "it reads a clock or a random source; its value would change when it is computed again"
    if isinstance(node, exp.Func) and not isinstance(node, (*_FUNCTIONS, *_AGGREGATES)):
        name = node.name if isinstance(node, exp.Anonymous) else node.sql_name().lower()
        return f"the function {name} is not known here; there are {_KNOWN}"
    if not isinstance(node, (exp.Func, *_OPERATORS)):
        return f"{node.sql()} has no place in an expression over columns"
    return None
