"""KPIs of execution dates, made anew from the rows that are staged: each date as a whole, so twice is once."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict

from processors.kpis.model import Kpi
from sinks.database.connection import Connection
from sinks.database.identifiers import literal, quote
from sinks.ledger.clock import NOW
from sinks.table import Table

_FORGET = """
DELETE FROM kpi_history WHERE dataset = ?1 AND kpi = ?2 AND (?3 IS NULL OR date IN (SELECT value FROM json_each(?3)))
"""
_DEFINE = f"""
INSERT INTO meta_kpis VALUES (?, ?, ?, ?, {NOW}) ON CONFLICT (dataset, kpi) DO UPDATE SET
    hash = excluded.hash, definition = excluded.definition, defined_at = excluded.defined_at
"""


def adopt(connection: Connection, table: Table) -> None:
    """Let the history have the KPIs of the dataset's config, inside a transaction: what is new or defined otherwise is
    computed for all dates, what is gone goes."""
    rows = connection.rows("SELECT kpi, hash, definition FROM meta_kpis WHERE dataset = ?", table.dataset)
    known = {str(name): (hashed, definition) for name, hashed, definition in rows}
    for name in known.keys() - {kpi.name for kpi in table.kpis}:
        connection.run("DELETE FROM meta_kpis WHERE dataset = ? AND kpi = ?", table.dataset, name)
        connection.run(_FORGET, table.dataset, name, None)
        connection.run(f"DROP VIEW IF EXISTS {quote(view_name(table.dataset, name))}")
    for kpi in table.kpis:
        definition = json.dumps(asdict(kpi), ensure_ascii=False)
        hashed, told = known.get(kpi.name, (None, None))
        if (hashed, told) != (kpi.hash, definition):
            connection.run(_DEFINE, table.dataset, kpi.name, kpi.hash, definition)
        if hashed != kpi.hash:
            connection.run(f"DROP VIEW IF EXISTS {quote(view_name(table.dataset, kpi.name))}")
            connection.run(_view(table.dataset, kpi))
            _refresh(connection, table, kpi, None)


def refresh(connection: Connection, table: Table, dates: Sequence[str]) -> None:
    """Make the KPIs of some dates anew, inside a transaction."""
    for kpi in table.kpis:
        _refresh(connection, table, kpi, json.dumps(list(dates)))


def _refresh(connection: Connection, table: Table, kpi: Kpi, dates: str | None) -> None:
    """`dates`: a JSON array; None: all."""
    connection.run(_FORGET, table.dataset, kpi.name, dates)
    from sinks.kpis.sql import insertion  # reads SQL, for which not every run need wait

    connection.run(insertion(table.dataset, dict(table.columns), kpi), table.dataset, kpi.name, dates)


def view_name(dataset: str, kpi: str) -> str:
    """The view of a KPI's history, not quoted."""
    return f"kpi_{dataset}_{kpi}"


def _view(dataset: str, kpi: Kpi) -> str:
    dimensions = [f"dimensions ->> {literal(f'$.{json.dumps(name)}')} AS {quote(name)}" for name, _ in kpi.by]
    return (
        f"CREATE VIEW {quote(view_name(dataset, kpi.name))} AS SELECT {', '.join(['date', *dimensions, 'value'])} "
        f"FROM kpi_history WHERE dataset = {literal(dataset)} AND kpi = {literal(kpi.name)}"
    )
