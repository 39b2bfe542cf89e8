"""SQL expressions over a staged row: its key under a uniqueness rule, and the row as JSON."""

from __future__ import annotations

import json
from collections.abc import Sequence

from processors.columns import ColumnType
from sinks.base import Table, Unique
from sinks.identifiers import literal, quote

#: SQLite's storage for each logical type. Decimals, dates and timestamps are text: exact, and ordered as they read.
_STORAGE = {"integer": "INTEGER", "number": "REAL", "boolean": "INTEGER"}


def storage(kind: ColumnType) -> str:
    """The SQLite type in which a logical type is stored."""
    return _STORAGE.get(kind.name, "TEXT")


def key_expression(table: Table, rule: Unique) -> str:
    """A single column is its own key; several are their values written out, joined. Null where a row is not compared.

    The unary plus takes the column's affinity away, with which SQLite would not use the index of `key`. Text is written
    in hexadecimal, since SQLite's `quote()` ends at a NUL; numbers so that any two doubles differ.
    """
    types = dict(table.columns)
    names = [quote(name) for name in rule.columns]
    if len(names) == 1 and not rule.exact:
        return f"+{names[0]}"
    parts = [part for name in rule.columns for part in ("','", _written(name, types[name]))][1:]
    if rule.exact:
        return joined(parts)
    return f"CASE WHEN {' OR '.join(f'{name} IS NULL' for name in names)} THEN NULL ELSE {joined(parts)} END"


def _written(name: str, kind: ColumnType) -> str:
    if storage(kind) == "TEXT":
        return f"iif({quote(name)} IS NULL, 'NULL', 'x' || hex({quote(name)}))"
    return f"quote({quote(name)})"


def row_as_json(table: Table, alias: str) -> str:
    """The cells of a staged row that are not null as a JSON object, in the order of the columns; numbers with 17
    digits, which give doubles back.

    So a column that the table gains later, null in the rows that are there, changes nothing.
    """
    members = []
    for name, kind in table.columns:
        cell = f"{alias}.{quote(name)}"
        value = f"format('%!.17g', {cell})" if storage(kind) == "REAL" else f"json_quote({cell})"
        members.append(f"iif({cell} IS NULL, '', {literal(f',{json.dumps(name)}:')} || {value})")
    return f"'{{' || substr({joined(members)}, 2) || '}}'"


def joined(parts: Sequence[str]) -> str:
    """`parts` joined by `||` as a balanced tree: SQLite bounds the depth of an expression, and tables may be wide.

    >>> joined(["a", "b", "c"])
    '(a || (b || c))'
    """
    if len(parts) == 1:
        return parts[0]
    middle = len(parts) // 2
    return f"({joined(parts[:middle])} || {joined(parts[middle:])})"
