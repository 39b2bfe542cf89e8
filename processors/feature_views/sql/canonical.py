"""Expressions of a view written in one way, which polars reads: whoever wrote them, and however.

Only what SQLite, PostgreSQL and polars compute alike is known, so that a view means the same wherever it is run.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from sqlglot import exp

from processors.feature_views.sql.faults import SqlError
from processors.feature_views.sql.refusals import refusal

_OPERATORS: dict[type[exp.Expr], str] = {
    exp.Add: "+",
    exp.Sub: "-",
    exp.Mul: "*",
    exp.Div: "/",
    exp.DPipe: "||",
    exp.EQ: "=",
    exp.NEQ: "<>",
    exp.LT: "<",
    exp.LTE: "<=",
    exp.GT: ">",
    exp.GTE: ">=",
}
_FUNCTIONS: dict[type[exp.Expr], str] = {
    exp.Abs: "ABS",
    exp.Coalesce: "COALESCE",
    exp.Nullif: "NULLIF",
    exp.Sqrt: "SQRT",
    exp.Ln: "LN",
    exp.Exp: "EXP",
    exp.Floor: "FLOOR",
    exp.Ceil: "CEIL",
}


def quoted(name: str) -> str:
    """An identifier in SQL."""
    return '"' + name.replace('"', '""') + '"'


@dataclass(frozen=True, slots=True)
class Writer:
    """Writes expressions. `columns`: what may be called, by lower-case name; `tables`: as what a column's table may be
    called; `otherwise`: says of another column why it is none. `window`: what stands for an aggregate over a window.
    """

    columns: Mapping[str, str]
    tables: set[str]
    otherwise: Callable[[str], str]
    window: Callable[[exp.Window], str] | None = None

    def __call__(self, node: exp.Expr) -> str:
        """`node` in SQL. Raises SqlError for what is not known."""
        if type(node) in _OPERATORS:
            return f"({self(node.this)} {_OPERATORS[type(node)]} {self(node.expression)})"
        if type(node) in _FUNCTIONS:
            return f"{_FUNCTIONS[type(node)]}({', '.join(map(self, _arguments(node)))})"
        match node:
            case exp.Paren():
                return self(node.this)
            case exp.Column():
                return quoted(self.name(node))
            case exp.Window() if self.window is not None:
                return self.window(node)
            case exp.Literal() | exp.Boolean() | exp.Null():
                return _literal(node)
        return self._condition(node)

    def name(self, column: exp.Column) -> str:
        """The column's name, as the contract writes it."""
        table = column.args.get("table")
        if column.args.get("db") is not None or (table is not None and table.name.lower() not in self.tables):
            raise SqlError(column, f"{column.sql()} is of another table; a view looks at one")
        if column.name.lower() not in self.columns:
            raise SqlError(column, self.otherwise(column.name))
        return self.columns[column.name.lower()]

    def _condition(self, node: exp.Expr) -> str:
        match node:
            case exp.Neg():
                return f"(- {self(node.this)})"
            case exp.Not():
                return f"(NOT {self(node.this)})"
            case exp.And() | exp.Or():
                word = " AND " if isinstance(node, exp.And) else " OR "
                return f"({word.join(self(each) for each in _chained(node))})"
            case exp.Is() if isinstance(node.expression, exp.Null | exp.Boolean):
                return f"({self(node.this)} IS {_literal(node.expression)})"
            case exp.Between():
                return f"({self(node.this)} BETWEEN {self(node.args['low'])} AND {self(node.args['high'])})"
            case exp.In() if all(isinstance(each, exp.Literal | exp.Neg) for each in node.expressions or [node]):
                return f"({self(node.this)} IN ({', '.join(map(self, node.expressions))}))"
        return self._choice(node)

    def _choice(self, node: exp.Expr) -> str:
        match node:
            case exp.If():
                return self._case([node], node.args.get("false"))
            case exp.Case() if node.this is None:
                return self._case(node.args["ifs"], node.args.get("default"))
            case exp.Case():
                branches = [
                    exp.If(
                        this=exp.EQ(this=node.this.copy(), expression=each.this.copy()), true=each.args["true"].copy()
                    )
                    for each in node.args["ifs"]
                ]
                return self._case(branches, node.args.get("default"))
            case exp.Cast() if node.to.this == exp.DataType.Type.DOUBLE:
                return f"CAST({self(node.this)} AS DOUBLE PRECISION)"
        raise SqlError(node, refusal(node))

    def _case(self, branches: list[exp.If], default: exp.Expr | None) -> str:
        written = "".join(f" WHEN {self(each.this)} THEN {self(each.args['true'])}" for each in branches)
        return f"CASE{written} ELSE {'NULL' if default is None else self(default)} END"


def _arguments(node: exp.Expr) -> list[exp.Expr]:
    return [each for each in (node.this, node.args.get("expression"), *node.expressions) if each is not None]


def _chained(node: exp.Expr) -> list[exp.Expr]:
    """The conditions that one kind of word joins, whatever parentheses stand between them."""
    found: list[exp.Expr] = []
    for side in (node.this, node.expression):
        bare = side.unnest()
        found += _chained(bare) if type(bare) is type(node) else [bare]
    return found


def _literal(node: exp.Expr) -> str:
    if isinstance(node, exp.Null):
        return "NULL"
    if isinstance(node, exp.Boolean):
        return "TRUE" if node.this else "FALSE"
    if node.is_string:
        return "'" + node.name.replace("'", "''") + "'"
    if node.name.isdecimal():
        return str(int(node.name))
    number = repr(float(node.name))
    return number if "e" in number else f"{number}e0"  # without an exponent polars reads a decimal
