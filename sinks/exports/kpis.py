"""The history of a KPI as it is exported, and which state of it that is."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pyarrow as pa

from processors.kpis.model import Kpi
from sinks.database.connection import Connection
from sinks.database.identifiers import literal, quote
from sinks.exports.pages import pages

_STANDS = "SELECT EXISTS (SELECT 1 FROM meta_kpis WHERE dataset = ? AND kpi = ? AND hash = ?)"
_CLOSED = "SELECT sum(closed) FROM meta_closings WHERE dataset = ?"


def kpi_stands(connection: Connection, dataset: str, kpi: Kpi) -> bool:
    """Whether what is stored is made by this definition."""
    return connection.integer(_STANDS, dataset, kpi.name, kpi.hash) == 1


def closings(connection: Connection, dataset: str) -> int:
    """A number that grows with each change that is summed up of any date of a dataset."""
    return connection.integer(_CLOSED, dataset)


def kpi_rows(connection: Connection, dataset: str, kpi: Kpi) -> Iterator[pa.Table]:
    """`date`, the dimensions as text, `value`; by date and dimensions, in bounded memory."""
    names = [name for name, _ in kpi.by]
    cells = [f"CAST(dimensions ->> {literal(f'$.{json.dumps(name)}')} AS TEXT)" for name in names]
    types = ", ".join(["'' AS date", *(f"'' AS {quote(name)}" for name in names), "0.0 AS value"])
    rows = f"""
        SELECT {", ".join(["date", *cells, "value"])} FROM kpi_history WHERE dataset = ? AND kpi = ?
        ORDER BY date, dimensions LIMIT -1
    """
    yield from pages(connection.batches(f"SELECT {types} UNION ALL SELECT * FROM ({rows})", dataset, kpi.name))
