"""Why an expression has no place in a view, and what to write instead."""

from __future__ import annotations

from sqlglot import exp

from processors.feature_views.sql.faults import shown

_KNOWN = (
    "known are + - * / ||, comparisons, AND, OR, NOT, IS NULL, BETWEEN, IN, CASE, COALESCE, NULLIF, ABS, SQRT, LN, "
    "EXP, FLOOR, CEIL and CAST ... AS DOUBLE PRECISION; derive other columns in the dataset's step `features`"
)
_REFUSALS: tuple[tuple[tuple[type[exp.Expr], ...], str], ...] = (
    ((exp.Query, exp.Exists), "is a subquery; a view looks at one table, row by row and window by window"),
    ((exp.Window,), "is a window within another, or within WHERE; a window looks at staged columns only"),
    ((exp.Count, exp.Sum, exp.Avg, exp.Min, exp.Max), "has no OVER; a feature is an aggregate over a window"),
    ((exp.Star,), "is no single column; name each feature"),
    (
        (exp.CurrentTimestamp, exp.CurrentDate, exp.CurrentTime, exp.Rand),
        "reads a clock or a random source; its value would change when it is computed again",
    ),
    ((exp.Mod,), "has another sign in other databases where a number is negative"),
    ((exp.Like,), "tells upper from lower case in some databases and not in others; compare with = or IN"),
    ((exp.Cast,), "rounds and reads text in other ways in other databases; CAST knows DOUBLE PRECISION only"),
    ((exp.Greatest, exp.Least), "has other names in other databases; write CASE WHEN"),
    ((exp.Placeholder,), "is a parameter, and nobody gives it a value"),
    ((exp.In,), "must compare with a list of constants"),
)


def refusal(node: exp.Expr) -> str:
    """A sentence about what `node` is."""
    for kinds, why in _REFUSALS:
        if isinstance(node, kinds):
            return f"{shown(node)} {why}"
    return f"{shown(node)} is nothing that SQLite and PostgreSQL compute as it is computed here; {_KNOWN}"
