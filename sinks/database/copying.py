"""A warehouse as a whole: copied while somebody writes to it, looked over, and closed so that its file can be replaced.

A copy is of one moment, and needs no lock of the writer's; until it is made, the writer's log cannot begin anew.
"""

from __future__ import annotations

from pathlib import Path

from processors.errors import WarehouseError
from sinks.database.connection import Connection

_FAULTS_SHOWN = 5


def copy(source: Path, target: Path) -> None:
    """Write what is committed in the warehouse `source` to `target`, which is not there or empty.

    The copy has no log beside it. Raises WarehouseError.
    """
    with Connection(source, read_only=True) as connection:
        connection.run("PRAGMA query_only = OFF")  # the file stays open for reading alone; only the copy is written
        try:
            connection.run("VACUUM INTO ?", str(target.absolute()))
        except WarehouseError as error:
            raise WarehouseError(
                f"{target}: the copy of {source} could not be written: {error.__cause__}. Check its disk, and the path."
            ) from error


def faults(path: Path) -> list[str]:
    """What is wrong with the file as a database, the first of it; nothing where it is sound. Every page is read.

    Raises WarehouseError where it is so damaged that it cannot be asked.
    """
    with Connection(path, read_only=True) as connection:
        lines = [str(line) for (line,) in connection.rows(f"PRAGMA integrity_check({_FAULTS_SHOWN})")]
    return [] if lines == ["ok"] else lines


def is_warehouse(path: Path) -> bool:
    """Whether the database is one of ours. Raises WarehouseError where it is no database."""
    with Connection(path, read_only=True) as connection:
        return bool(connection.integer("SELECT EXISTS (SELECT 1 FROM sqlite_schema WHERE name = 'meta_files')"))


def settle(path: Path) -> None:
    """Bring everything that is committed into the file itself, and take the log beside it away: so the file may be
    renamed, or another may take its place. The next writer begins a new log.

    Raises WarehouseError where anybody reads from it, after five seconds.
    """
    with Connection(path) as connection:
        [(mode,)] = connection.rows("PRAGMA journal_mode = DELETE")
    if mode != "delete":
        raise WarehouseError(f"{path}: its log is still in use. Stop what reads from it, and start again.")
