"""What KPIs came to, for those who only read."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby

from sinks.database.connection import Connection

_HISTORY = """
SELECT h.dataset, h.kpi, h.dimensions, h.date, h.value, m.definition ->> 'unit' AS unit
FROM kpi_history h JOIN meta_kpis m ON m.dataset = h.dataset AND m.kpi = h.kpi
WHERE (?1 IS NULL OR h.dataset = ?1) AND (?2 IS NULL OR h.kpi = ?2)
AND h.date BETWEEN coalesce(?3, '') AND coalesce(?4, '9999-12-31')
ORDER BY h.dataset, h.kpi, h.dimensions, h.date
"""
_DEFINED = "SELECT kpi, hash FROM meta_kpis WHERE dataset = ? ORDER BY kpi"


@dataclass(frozen=True, slots=True)
class KpiTrend:
    """What one KPI came to for one combination of its dimensions: dates, ascending, and values, None where there is no
    number. `change_percent`: of the last value against the one before; None where there is none, or it is 0.
    """

    dataset: str
    kpi: str
    dimensions: dict[str, str | float | None]
    unit: str
    dates: tuple[str, ...]
    values: tuple[float | None, ...]
    change_percent: float | None


def trends(
    connection: Connection, dataset: str | None, kpi: str | None, first: str | None, last: str | None
) -> Iterator[KpiTrend]:
    """The history of each KPI and combination of dimensions between two dates, both included."""
    rows = connection.table(_HISTORY, dataset, kpi, first, last).to_pylist()
    for (name, what, dimensions, unit), found in groupby(
        rows, key=lambda row: (row["dataset"], row["kpi"], row["dimensions"], row["unit"])
    ):
        history = list(found)
        values = tuple(row["value"] for row in history)
        dates = tuple(row["date"] for row in history)
        yield KpiTrend(name, what, json.loads(dimensions), unit or "", dates, values, _change(values))


def defined_kpis(connection: Connection, dataset: str) -> dict[str, str]:
    """The KPIs of a dataset that are stored, each with the hash of its definition."""
    return {str(kpi): str(hashed) for kpi, hashed in connection.rows(_DEFINED, dataset)}


def _change(values: tuple[float | None, ...]) -> float | None:
    if len(values) < 2 or values[-1] is None or not values[-2]:
        return None
    return 100 * (values[-1] - values[-2]) / abs(values[-2])
