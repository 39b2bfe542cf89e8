"""A dataset's tables follow its contract: inside the transaction of the first batch that needs them so.

A batch says with which table it is stored. Where that has columns which the staged table lacks, or a type that is
stored otherwise, the tables are altered first; a rollback leaves them as they were.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from processors.columns import ColumnType
from sinks.database.connection import Connection
from sinks.relations.indexes import renewal
from sinks.rows.storage import storage
from sinks.rows.tables import add_column, rebuild, row_tables, stored_types
from sinks.schemas.amendments import record
from sinks.table import Table

#: Of two types, the one that holds the values of both.
_RANKS = {"INTEGER": 0, "REAL": 1, "TEXT": 2}

_TYPES = "SELECT name, type FROM pragma_table_info(?) WHERE name NOT LIKE '\\_%' ESCAPE '\\'"
_INDEXES = "SELECT sql FROM sqlite_schema WHERE tbl_name = ? AND type IN ('index', 'trigger') AND sql IS NOT NULL"


def joined(known: Table, table: Table) -> Table:
    """The table that holds the rows of both; `known` itself where it does.

    >>> text, whole = ColumnType("string"), ColumnType("integer")
    >>> [name for name, _ in joined(Table("d", (("a", whole),)), Table("d", (("a", text), ("b", whole)))).columns]
    ['a', 'b']
    """
    if table == known or not _is_further(known, table):
        return known
    names = {name.lower() for name, _ in table.columns}
    before = {name.lower(): kind for name, kind in known.columns}
    columns = [(name, _wider(kind, before.get(name.lower(), kind))) for name, kind in table.columns]
    columns += [(name, kind) for name, kind in known.columns if name.lower() not in names]
    return replace(table, columns=tuple(columns))


def _is_further(known: Table, table: Table) -> bool:
    before = {name.lower(): kind for name, kind in known.columns}
    if not set(table.amendments) <= set(known.amendments):
        return True
    return any(
        name.lower() not in before or _wider(before[name.lower()], kind) is not before[name.lower()]
        for name, kind in table.columns
    )


def _wider(kind: ColumnType, other: ColumnType) -> ColumnType:
    """`kind`, unless only `other` holds the values of both."""
    return other if _RANKS[storage(other)] > _RANKS[storage(kind)] else kind


def evolve(connection: Connection, table: Table, tables: Mapping[str, Table], file_id: int) -> None:
    """Let the dataset's tables be as `table` has them, and record the amendments that it rests on.

    `tables`: of all datasets. `file_id`: of the file that asked for it. Inside the caller's transaction. Raises
    WarehouseError where a stored value has no place in a column's new type.
    """
    for name in row_tables(table.dataset):
        _alter(connection, name, table)
    found = connection.rows("SELECT name, definition FROM meta_key_indexes WHERE dataset = ?", table.dataset)
    known = {str(name): str(definition) for name, definition in found}
    for statement in renewal(table.dataset, {**tables, table.dataset: table}, known):
        connection.run(statement)
    record(connection, table.amendments, file_id)


def take_away(connection: Connection, dataset: str, column: str) -> None:
    """Take a column out of the dataset's tables, with all that stands in it; keys are made anew when they evolve."""
    for name in row_tables(dataset):
        types = {str(each): str(stored) for each, stored in connection.rows(_TYPES, name)}
        _rebuild(connection, name, {each: stored for each, stored in types.items() if each != column})
    connection.run("DELETE FROM meta_key_indexes WHERE dataset = ?", dataset)


def columns_of(connection: Connection, dataset: str) -> list[str]:
    """The columns that the dataset's staged table has of its own, contract or not."""
    return [str(name) for name, _ in connection.rows(_TYPES, row_tables(dataset)[0])]


def _alter(connection: Connection, name: str, table: Table) -> None:
    types = {str(column): str(stored) for column, stored in connection.rows(_TYPES, name)}
    have = {column.lower(): column for column in types}
    for column, kind in table.columns:
        if column.lower() not in have:
            connection.run(add_column(name, column, kind))
            types[column] = storage(kind)
    wanted = types | {have.get(column.lower(), column): stored for column, stored in stored_types(table).items()}
    if wanted != types:
        _rebuild(connection, name, wanted)


def _rebuild(connection: Connection, name: str, types: Mapping[str, str]) -> None:
    kept = [str(sql) for (sql,) in connection.rows(_INDEXES, name)]
    for statement in rebuild(name, types, kept):
        connection.run(statement)
