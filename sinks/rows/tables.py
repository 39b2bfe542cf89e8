"""A dataset's tables in SQL: how they are made, gain columns, and are written anew with other types.

The statements are run on either side: by the migrations before the warehouse is opened, and within a commit.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from processors.columns import ColumnType
from sinks.database.identifiers import duplicate_rows, quote, staged
from sinks.rows.storage import storage
from sinks.table import Table

#: What every staged row has beside its dataset's columns.
_BEFORE, _BEHIND = ("_id", "_date", "_event_us"), ("_flags", "_rescued")


def row_tables(dataset: str) -> tuple[str, str]:
    """The tables that hold a dataset's typed rows, not quoted: those that are staged, and those that lost."""
    return staged(dataset), duplicate_rows(dataset)


def row_columns(table: Table) -> list[str]:
    """The columns of both, not quoted."""
    return [*_BEFORE, *(name for name, _ in table.columns), *_BEHIND]


def create(name: str, types: Mapping[str, str]) -> str:
    """A table of rows with some columns, each with its storage."""
    columns = [f"{quote(column)} {stored}" for column, stored in types.items()]
    declared = ["_id INTEGER PRIMARY KEY", "_date TEXT NOT NULL", "_event_us INTEGER", *columns]
    return f"CREATE TABLE {quote(name)} ({', '.join([*declared, '_flags TEXT', '_rescued TEXT'])}) STRICT"


def stored_types(table: Table) -> dict[str, str]:
    """The storage of each of the dataset's own columns."""
    return {name: storage(kind) for name, kind in table.columns}


def add_column(name: str, column: str, kind: ColumnType) -> str:
    """A further column, null in the rows that are there."""
    return f"ALTER TABLE {quote(name)} ADD COLUMN {quote(column)} {storage(kind)}"


def rebuild(name: str, types: Mapping[str, str], kept: Sequence[str]) -> list[str]:
    """Write a table of rows anew with the columns of `types`, and what stands in its indexes and triggers (`kept`).

    What a column cannot hold is an error. Views over the table stay: without `legacy_alter_table` SQLite would refuse
    the new name while they look for the old table.
    """
    unfinished, columns = f"{name}.new", ", ".join(quote(each) for each in [*_BEFORE, *types, *_BEHIND])
    return [
        create(unfinished, types),
        f"INSERT INTO {quote(unfinished)} ({columns}) SELECT {columns} FROM {quote(name)} ORDER BY _id",
        f"DROP TABLE {quote(name)}",
        "PRAGMA legacy_alter_table = ON",
        f"ALTER TABLE {quote(unfinished)} RENAME TO {quote(name)}",
        "PRAGMA legacy_alter_table = OFF",
        *kept,
    ]
