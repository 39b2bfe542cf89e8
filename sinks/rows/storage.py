"""How values are stored, and SQL expressions over staged rows: the row as JSON, many parts joined."""

from __future__ import annotations

import json
from collections.abc import Sequence

from processors.columns import ColumnType
from sinks.database.identifiers import literal, quote
from sinks.table import Table

#: SQLite's storage for each logical type. Decimals, dates and timestamps are text: exact, and ordered as they read.
_STORAGE = {"integer": "INTEGER", "number": "REAL", "boolean": "INTEGER"}
#: Literals by storage. The driver takes the type of a column from its first rows, which may all be null: a row of these
#: goes before them.
FIRST_VALUES = {"INTEGER": "0", "REAL": "0.0", "TEXT": "''"}


def storage(kind: ColumnType) -> str:
    """The SQLite type in which a logical type is stored."""
    return _STORAGE.get(kind.name, "TEXT")


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
