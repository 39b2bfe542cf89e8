"""SQL expressions over a staged row: its key under a uniqueness rule, and the row as JSON."""

from __future__ import annotations

import json
from collections.abc import Sequence

from sinks.base import Table, Unique
from sinks.identifiers import literal, quote


def key_expression(rule: Unique) -> str:
    """A single column is its own key; several are their SQL literals, joined. Null where the row is not compared.

    `quote()` tells any two values apart: text from number, null from 'NULL', one double from the next.

    >>> key_expression(Unique("r", ("a", "b")))
    'CASE WHEN "a" IS NULL OR "b" IS NULL THEN NULL ELSE (quote("a") || (\\',\\' || quote("b"))) END'
    """
    names = [quote(name) for name in rule.columns]
    if len(names) == 1 and not rule.exact:
        return names[0]
    values = joined(_between("','", [f"quote({name})" for name in names]))
    if rule.exact:
        return values
    return f"CASE WHEN {' OR '.join(f'{name} IS NULL' for name in names)} THEN NULL ELSE {values} END"


def row_as_json(table: Table, alias: str) -> str:
    """The columns of a staged row as a JSON object, in their order."""
    fields = []
    for place, (name, _) in enumerate(table.columns):
        start = ("," if place else "{") + json.dumps(name) + ":"
        fields += [literal(start), f"json_quote({alias}.{quote(name)})"]
    return joined([*fields, "'}'"])


def joined(parts: Sequence[str]) -> str:
    """`parts` joined by `||` as a balanced tree: SQLite bounds the depth of an expression, and tables may be wide."""
    if len(parts) == 1:
        return parts[0]
    middle = len(parts) // 2
    return f"({joined(parts[:middle])} || {joined(parts[middle:])})"


def _between(separator: str, parts: Sequence[str]) -> list[str]:
    return [part for value in parts for part in (separator, value)][1:]
