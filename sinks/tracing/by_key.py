"""Records by the values of their columns: staged ones, those that lost, and rejects."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence

from sinks.database.connection import Connection, Scalar
from sinks.database.identifiers import literal, quote
from sinks.relations.indexes import own_index
from sinks.rows.storage import storage
from sinks.rows.tables import row_tables
from sinks.table import Table, Unique

_REJECTED = """
SELECT _id FROM rejects WHERE dataset = ? AND json_valid(raw) AND json_type(raw) = 'object' AND {} ORDER BY _id DESC
"""


def rows_with(
    connection: Connection, table: Table, values: Mapping[str, str], headers: Mapping[str, Sequence[str]]
) -> list[int]:
    """The ids of the records that have these values, as they are told; the staged ones first, then those that lost,
    then rejects, of these the latest first. `headers`: the names that a column has in files."""
    found = dict.fromkeys(_of_rows(connection, table, values))
    return list(found) or [int(str(row)) for (row,) in _rejected(connection, table.dataset, values, headers)]


def _of_rows(connection: Connection, table: Table, values: Mapping[str, str]) -> Iterator[int]:
    stored = _stored(table, values)
    if stored is None:
        return
    within, given = _indexed(table, values, stored)
    same = " AND ".join(f"{quote(name)} = ?" for name in values)
    for name in row_tables(table.dataset):
        sql = f"SELECT _id FROM {quote(name)} WHERE {within}{same} ORDER BY _id"
        yield from (int(str(row)) for (row,) in connection.rows(sql, *given, *stored))


def _stored(table: Table, values: Mapping[str, str]) -> list[Scalar] | None:
    """As they are stored; None where one is no value of its column."""
    kinds = dict(table.columns)
    readers = {"INTEGER": int, "REAL": float, "TEXT": str}
    try:
        return [readers[storage(kinds[name])](text) for name, text in values.items()]
    except ValueError:
        return None


def _indexed(table: Table, values: Mapping[str, str], stored: Sequence[Scalar]) -> tuple[str, list[Scalar]]:
    """A condition by which an index of keys finds the rows, with its parameters; none where no rule has such keys."""
    for rule in table.unique:
        if _is_plain(rule) and rule.columns == tuple(values):
            levels = own_index(table, rule, {table.dataset: table}).levels
            ids = " UNION ALL ".join(f"SELECT _id FROM {level} WHERE key = ?" for level in levels)
            return f"_id IN ({ids}) AND ", [stored[0]] * len(levels)
    return "", []


def _is_plain(rule: Unique) -> bool:
    """Whether a single column is its own key."""
    return len(rule.columns) == 1 and not rule.exact and rule.scope == "dataset"


def _rejected(
    connection: Connection, dataset: str, values: Mapping[str, str], headers: Mapping[str, Sequence[str]]
) -> list[tuple[Scalar, ...]]:
    conditions = []
    for name in values:
        cells = [f"trim(raw ->> {literal(f'$.{json.dumps(header)}')}) = ?" for header in headers[name]]
        conditions.append(f"({' OR '.join(cells)})")
    given = [text for name, text in values.items() for _ in headers[name]]
    return connection.rows(_REJECTED.format(" AND ".join(conditions)), dataset, *given)
