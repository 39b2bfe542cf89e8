"""SQL expressions over a staged row: the key that it has under a rule. Null where the row is not compared.

A single column is its own key; several are their values written out, joined. The unary plus takes the column's affinity
away, with which SQLite would not use the index of `key`. Text is written in hexadecimal, since SQLite's `quote()` ends
at a NUL; numbers so that any two doubles differ.
"""

from __future__ import annotations

from collections.abc import Sequence

from processors.columns import ColumnType
from sinks.database.identifiers import quote
from sinks.rows.storage import joined, storage
from sinks.table import Reference, Table, Unique

_SCOPES = {"file": "(_id >> 32)", "date": "_date"}


def unique_key(table: Table, rule: Unique) -> str:
    """The rule's scope stands in front: keys of different files or dates never agree."""
    types, names = dict(table.columns), [quote(name) for name in rule.columns]
    scope = [_SCOPES[rule.scope]] if rule.scope in _SCOPES else []
    if len(names) == 1 and not rule.exact and not scope:
        return f"+{names[0]}"
    values = [_written(quote(name), types[name]) for name in rule.columns]
    return _several([*scope, *values], () if rule.exact else names)


def referring_key(rule: Reference, table: Table, others: Table) -> str:
    """The key of a row that refers to a row of `others`."""
    return _reference_key(rule.columns, table, rule.fields, others)


def referred_key(rule: Reference, table: Table, others: Table) -> str:
    """The key by which a row of `others` is referred to from `table`."""
    return _reference_key(rule.fields, others, rule.columns, table)


def _reference_key(columns: Sequence[str], table: Table, others_columns: Sequence[str], others: Table) -> str:
    types, others_types = dict(table.columns), dict(others.columns)
    names = [quote(name) for name in columns]
    pairs = [(types[one], others_types[other]) for one, other in zip(columns, others_columns, strict=True)]
    values = [_comparable(name, kind, other) for name, (kind, other) in zip(names, pairs, strict=True)]
    if len(values) == 1:
        return values[0]
    return _several([_written(*each) for each in zip(values, map(_compared_as, pairs), strict=True)], names)


def _comparable(name: str, kind: ColumnType, other: ColumnType) -> str:
    """A column in the form in which it is compared with one of another type: whole numbers as integers, and, where one
    side is a decimal, as the text of a decimal without zeros behind."""
    if kind.name == "decimal":
        return trimmed(name)
    value = f"iif({name} = CAST({name} AS INTEGER), CAST({name} AS INTEGER), {name})" if kind.name == "number" else name
    return f"CAST({value} AS TEXT)" if other.name == "decimal" else f"+{value}"


def _compared_as(pair: tuple[ColumnType, ColumnType]) -> ColumnType:
    """The type of what `_comparable` makes of either side."""
    return next((kind for kind in pair if kind.name == "decimal"), pair[0])


def trimmed(decimal: str) -> str:
    """The text of a decimal without zeros behind its last digit, so that equal values are equal texts."""
    return f"iif(instr({decimal}, '.'), rtrim(rtrim({decimal}, '0'), '.'), {decimal})"


def _several(parts: Sequence[str], needed: Sequence[str]) -> str:
    """The parts joined; null where one of the columns that are `needed` is."""
    together = joined([part for each in parts for part in ("','", each)][1:])
    if not needed:
        return together
    return f"CASE WHEN {' OR '.join(f'{name} IS NULL' for name in needed)} THEN NULL ELSE {together} END"


def _written(value: str, kind: ColumnType) -> str:
    if storage(kind) == "TEXT":
        return f"iif({value} IS NULL, 'NULL', 'x' || hex({value}))"
    return f"quote({value})"
