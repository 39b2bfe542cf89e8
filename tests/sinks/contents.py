"""What a warehouse holds, read through connections that may be open beside a writer's."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, TypeAlias

from sinks.database.connection import Connection, Scalar
from sinks.database.identifiers import quote, rule_keys
from sinks.reading import WarehouseReader
from sinks.table import Table
from sinks.warehouse import Warehouse

Rows: TypeAlias = list[tuple[Scalar, ...]]

TEMP_TABLES = ("entries", "suspects", "contested", "verdicts", "moved", "places")


def reopen(path: Path, *tables: Table) -> None:
    """Open the warehouse for writing and close it again."""
    with Warehouse(path, tables):
        pass


def rows(path: Path, sql: str, *parameters: Scalar) -> Rows:
    """The answer to a short query, on a read-only connection of its own."""
    with Connection(path, read_only=True) as connection:
        return connection.rows(sql, *parameters)


def content_hash(path: Path, dataset: str, date: str | None = None) -> str:
    """The dataset's content hash."""
    with WarehouseReader(path) as reader:
        return reader.content_hash(dataset, date)


def everything(path: Path) -> dict[str, Rows]:
    """Every row of every table, times of commits included; but for the accounts of runs and batches."""
    accounts = "('meta_runs', 'meta_batches')"
    tables = f"SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT IN {accounts} ORDER BY name"
    with Connection(path, read_only=True) as connection:
        names = connection.rows(tables)
        return {str(name): sorted(_quoted(connection, str(name))) for (name,) in names}


def _quoted(connection: Connection, table: str) -> Iterator[tuple[Scalar, ...]]:
    columns = [str(row[0]) for row in connection.rows("SELECT name FROM pragma_table_info(?)", table)]
    values = ", ".join(f"quote({quote(column)}) AS c{place}" for place, column in enumerate(columns))
    yield from connection.rows(f"SELECT {values} FROM {quote(table)}")


def leftovers(warehouse: Warehouse) -> dict[str, int]:
    """How many rows each of the writer's temporary tables holds."""
    count = warehouse.connection.integer
    return {name: count(f"SELECT count(*) FROM temp.{name}") for name in TEMP_TABLES}


def balances(path: Path) -> dict[int, tuple[int, int, int]]:
    """Records, accepted and rejected of each file, as the ledger says."""
    found = rows(path, "SELECT file_id, records, accepted, rejected FROM meta_files ORDER BY file_id")
    return {_int(row[0]): (_int(row[1]), _int(row[2]), _int(row[3])) for row in found}


def counted(path: Path, dataset: str) -> dict[int, tuple[int, int, int]]:
    """The same, counted from the rows themselves."""
    table = quote(f"stg_{dataset}")
    found = rows(
        path,
        f"""SELECT file_id,
            (SELECT coalesce(sum(row_count), 0) FROM meta_spans WHERE span_id >> 32 = file_id),
            (SELECT count(*) FROM {table} WHERE _id >> 32 = file_id),
            (SELECT count(*) FROM rejects WHERE _id >> 32 = file_id)
        FROM meta_files WHERE dataset = ? ORDER BY file_id""",
        dataset,
    )
    return {_int(row[0]): (_int(row[1]), _int(row[2]), _int(row[3])) for row in found}


def typed(path: Path, table: str, columns: Sequence[str]) -> dict[int, tuple[Any, ...]]:
    """The values of `columns` in any table, by row id."""
    names = ", ".join(["_id", *(quote(column) for column in columns)])
    return {_int(row[0]): row[1:] for row in rows(path, f"SELECT {names} FROM {quote(table)} ORDER BY _id")}


def staged(path: Path, dataset: str, *columns: str) -> dict[int, tuple[Any, ...]]:
    """The staged rows' values in `columns`, by row id."""
    return typed(path, f"stg_{dataset}", columns)


def keys(path: Path, kind: str, dataset: str, rule: str) -> Rows:
    """Key and row id of all entries of a rule's index, of whatever level, by key; `kind`: uniq, mono, refs or refd."""
    name = rule_keys(kind, dataset, rule)
    found = rows(path, "SELECT name FROM sqlite_schema WHERE type = 'table' AND name GLOB ? || '.[0-9]'", name)
    levels = " UNION ALL ".join(f"SELECT key, _id FROM {quote(str(level))}" for (level,) in found)
    return rows(path, f"{levels} ORDER BY 1, 2")


def reasons(path: Path) -> dict[int, list[Any]]:
    """The reasons of each reject, by row id."""
    return {_int(row[0]): json.loads(str(row[1])) for row in rows(path, "SELECT _id, reasons FROM rejects ORDER BY 1")}


def reject_rules(path: Path) -> dict[int, list[str]]:
    """The rules that each reject broke, by row id."""
    return {row: [reason["rule"] for reason in found] for row, found in reasons(path).items()}


def _int(value: Scalar) -> int:
    assert isinstance(value, int)
    return value
