"""The tables of KPIs."""

from __future__ import annotations

#: `dimensions`: a JSON object, in the order in which the config has them; {} without any.
KPIS = """
CREATE TABLE kpi_history (
    dataset TEXT NOT NULL,
    kpi TEXT NOT NULL,
    date TEXT NOT NULL,
    dimensions TEXT NOT NULL,
    value REAL,
    PRIMARY KEY (dataset, kpi, date, dimensions)
) STRICT, WITHOUT ROWID;

CREATE TABLE meta_kpis (
    dataset TEXT NOT NULL,
    kpi TEXT NOT NULL,
    hash TEXT NOT NULL,
    definition TEXT NOT NULL,
    defined_at TEXT NOT NULL,
    PRIMARY KEY (dataset, kpi)
) STRICT, WITHOUT ROWID
"""
