"""What the SQL of a KPI is made of: what both databases have, with as many operands as both take.

A list of what is let in, since a parser knows far more than the databases do: whatever else it reads would fail when a
date is closed.
"""

from __future__ import annotations

from collections.abc import Mapping

from sqlglot import exp

AGGREGATES = (exp.Avg, exp.Count, exp.Max, exp.Min, exp.Sum)
_CLOCKS = (exp.CurrentDate, exp.CurrentTime, exp.CurrentTimestamp, exp.Rand)
_KNOWN = "abs, case, cast, coalesce, date, length, lower, nullif, round, substr, trim and upper"

_ONE, _TWO = ("this",), ("this", "expression")
#: Of each function the operands that it must have, and those that it may have.
_FUNCTIONS: Mapping[type[exp.Expr], tuple[tuple[str, ...], tuple[str, ...]]] = {
    **dict.fromkeys((exp.Abs, exp.Date, exp.Length, exp.Lower, exp.Upper, *AGGREGATES), (_ONE, ())),
    exp.Case: (("ifs",), ("this", "default")),
    exp.Cast: (("this", "to"), ()),
    exp.Coalesce: (("this", "expressions"), ()),
    exp.If: (("this", "true"), ("false",)),
    exp.Nullif: (_TWO, ()),
    exp.Round: (_ONE, ("decimals",)),
    exp.Substring: (("this", "start"), ("length",)),
    exp.Trim: (_ONE, ("expression",)),
}
#: Likewise of operators, and of what stands around.
_OPERATORS: Mapping[type[exp.Expr], tuple[tuple[str, ...], tuple[str, ...]]] = {
    **dict.fromkeys((exp.Paren, exp.Neg, exp.Not, exp.Where), (_ONE, ())),
    **dict.fromkeys((exp.Add, exp.Sub, exp.Mul, exp.Div, exp.Mod, exp.DPipe, exp.And, exp.Or), (_TWO, ())),
    **dict.fromkeys((exp.EQ, exp.NEQ, exp.GT, exp.GTE, exp.LT, exp.LTE, exp.NullSafeEQ, exp.NullSafeNEQ), (_TWO, ())),
    **dict.fromkeys((exp.Is, exp.Like, exp.Escape, exp.Filter), (_TWO, ())),
    exp.Between: (("this", "low", "high"), ()),
    exp.Distinct: (("expressions",), ()),
    exp.In: (("this", "expressions"), ()),
}
_OPERANDS = {**_FUNCTIONS, **_OPERATORS}
_LEAVES = (exp.Column, exp.Identifier, exp.Literal, exp.Boolean, exp.Null, exp.Star, exp.DataType)
#: What both databases make of any value, and JSON can hold.
_CASTS = {
    *(exp.DType.CHAR, exp.DType.TEXT, exp.DType.VARCHAR, exp.DType.INT, exp.DType.BIGINT, exp.DType.SMALLINT),
    *(exp.DType.FLOAT, exp.DType.DOUBLE, exp.DType.DECIMAL),
}


def fault(node: exp.Expr) -> str | None:
    """What a part of the tree has no place for, if so."""
    if isinstance(node, (exp.Max, exp.Min)) and node.expressions:
        return "max and min take one value here; choose between two by CASE WHEN"
    if isinstance(node, (exp.Window, exp.Query, exp.Subquery)) or node.args.get("query"):
        return "windows and queries have no place here; a window belongs in a feature view"
    if isinstance(node, _CLOCKS) or (isinstance(node, exp.Date) and not node.find(exp.Column)):
        return "it reads a clock or a random source; its value would change when it is computed again"
    if type(node) in _LEAVES:
        return _misplaced(node)
    if type(node) in _OPERANDS:
        return _miscounted(node, *_OPERANDS[type(node)]) or _misplaced(node)
    if isinstance(node, exp.Func) and not isinstance(node, (exp.Binary, exp.Unary)):
        name = node.name if isinstance(node, exp.Anonymous) else node.sql_name().lower()
        return f"the function {name} is not known here; there are {_KNOWN}"
    return f"{node.sql(comments=False)} has no place in an expression over columns"


def _miscounted(node: exp.Expr, needed: tuple[str, ...], possible: tuple[str, ...]) -> str | None:
    given = {
        name for name, said in node.args.items() if isinstance(said, exp.Expr) or (said and isinstance(said, list))
    }
    if given.issuperset(needed) and given.issubset({*needed, *possible}):
        return None
    return f"{node.sql(comments=False)} has too many values, or not all that it needs"


def _misplaced(node: exp.Expr) -> str | None:
    """Where both databases take a part of the tree, but not here."""
    above = node.parent
    match node:
        case exp.Star() if type(above) is not exp.Count:
            return "a star stands only in count(*)"
        case exp.Distinct() if not isinstance(above, AGGREGATES) or len(node.expressions) != 1:
            return "DISTINCT stands only in an aggregate, before one value"
        case exp.Filter() if not isinstance(node.this, AGGREGATES):
            return "FILTER stands only behind an aggregate"
        case exp.If() if not isinstance(above, exp.Case) and node.args.get("false") is None:
            return "if takes a condition and two values"
        case exp.Cast() if node.to.this not in _CASTS:
            return f"{node.sql(comments=False)}: a value is cast to text, integer, bigint, real, double or numeric here"
        case exp.Like() if not node.expression.is_string:
            return "LIKE takes a pattern in quotes here"
        case exp.Escape() if not isinstance(node.this, exp.Like) or len(node.expression.name) != 1:
            return "ESCAPE takes one character, behind LIKE"
        case _:
            return None
