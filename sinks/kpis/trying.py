"""Whether SQLite takes a KPI, asked before there is a date to close: its limits are not those of a parser."""

from __future__ import annotations

from collections.abc import Mapping

import adbc_driver_manager
from adbc_driver_sqlite import dbapi

from processors.columns import ColumnType
from processors.kpis.model import Kpi
from sinks.database.identifiers import quote, staged
from sinks.kpis.sql import insertion
from sinks.kpis.tables import KPIS

_FILES = "CREATE TABLE meta_files (file_id INTEGER PRIMARY KEY, dataset, date, state)"


def refusal(dataset: str, types: Mapping[str, ColumnType], kpi: Kpi) -> str | None:
    """What it says to a KPI whose SQL was found to be sound, if it refuses it."""
    rows = f"CREATE TABLE {quote(staged(dataset))} ({', '.join(['_id INTEGER PRIMARY KEY', *map(quote, types)])})"
    with dbapi.connect(autocommit=True) as connection, connection.cursor() as cursor:
        for statement in (*KPIS.split(";"), _FILES, rows):
            cursor.execute(statement)
        try:
            cursor.execute(insertion(dataset, types, kpi), (dataset, kpi.name, None))
        except RecursionError:
            return "it is nested too deeply"
        except adbc_driver_manager.Error as error:
            return str(error).split("\nquery:")[0]
    return None
