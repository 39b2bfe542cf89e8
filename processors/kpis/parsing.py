"""The SQL of a KPI: standard expressions, which SQLite and PostgreSQL compute alike.

A slash divides as on paper: 1 / 2 is 0.5.
"""

from __future__ import annotations

from collections.abc import Mapping

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError

from processors.columns import ColumnType
from processors.kpis.vocabulary import AGGREGATES, fault

_NUMBERS = {"integer", "number", "decimal"}
_TIMES = {"date", "timestamp"}


def aggregate(sql: str, columns: Mapping[str, ColumnType]) -> exp.Expr:
    """The tree of an aggregate over rows. Raises ValueError, saying why it is none."""
    tree = _tree(sql, columns)
    found = list(tree.find_all(*AGGREGATES))
    if not found:
        raise ValueError(f"{sql!r} holds no aggregate; write one of avg, count, max, min and sum, such as count(*)")
    for each in found:
        if each.find_ancestor(*AGGREGATES, exp.Where):
            raise ValueError(f"{sql!r} has an aggregate within another")
    for column in tree.find_all(exp.Column):
        if not column.find_ancestor(*AGGREGATES, exp.Filter):
            raise ValueError(f"{sql!r}: {column.name} stands outside of an aggregate; what values are told by is `by`")
    for each in found:
        if isinstance(each, (exp.Avg, exp.Sum)) or each is tree:
            _refuse_no_number(sql, each, columns)
    return tree


def _refuse_no_number(sql: str, of: exp.Expr, columns: Mapping[str, ColumnType]) -> None:
    """Sums of texts are 0 in one database, and an error in another."""
    column = of.this.expressions[0] if isinstance(of.this, exp.Distinct) else of.this
    if isinstance(of, exp.Count) or not isinstance(column, exp.Column):
        return
    if columns[column.name].name not in _NUMBERS:
        raise ValueError(f"{sql!r}: {column.name} is {columns[column.name].written}, and a value is a number")


def row_value(sql: str, columns: Mapping[str, ColumnType]) -> exp.Expr:
    """The tree of an expression over one row. Raises ValueError, saying why it is none."""
    tree = _tree(sql, columns)
    if tree.find(*AGGREGATES):
        raise ValueError(f"{sql!r} looks at more than one row; an aggregate belongs in `value`")
    if not tree.find(exp.Column):
        raise ValueError(f"{sql!r} names no column, so it is the same for all rows")
    return tree


def _tree(sql: str, columns: Mapping[str, ColumnType]) -> exp.Expr:
    """With the names of columns as the dataset has them."""
    try:
        [tree] = sqlglot.parse(sql)
    except RecursionError as error:
        raise ValueError(
            "the SQL expression is nested too deeply: derive a column in the dataset's `features`"
        ) from error
    except (SqlglotError, ValueError) as error:
        said = str(error).splitlines()[0].partition(". Line")[0]
        raise ValueError(f"{sql!r} is not a SQL expression: {said}") from error
    if tree is None:
        raise ValueError("the SQL expression is empty")
    for why in filter(None, map(fault, tree.walk())):
        raise ValueError(f"{sql!r}: {why}")
    known = {name.lower(): name for name in columns}
    for column in tree.find_all(exp.Column):
        if column.table or column.name.lower() not in known:
            raise ValueError(f"{sql!r}: there is no column {column.sql()!r}; the columns are {', '.join(columns)}")
        column.set("this", exp.to_identifier(known[column.name.lower()], quoted=True))
    for day in tree.find_all(exp.Date):
        if not isinstance(day.this, exp.Column) or columns[day.this.name].name not in _TIMES:
            raise ValueError(f"{sql!r}: date takes a column of dates or timestamps; the text 'now' would be a clock")
    return tree
