"""What is made of whole dates, KPIs and scores, as one connection sees it, compared with what another one sees."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal, TypeAlias

from processors.assessing.expectations import DIMENSIONS
from sinks.database.connection import Connection, Scalar

_KPIS = """
SELECT h.kpi, h.dimensions, h.value FROM meta_kpis m
JOIN kpi_history h ON h.dataset = m.dataset AND h.kpi = m.kpi AND h.date = ?2 WHERE m.dataset = ?1
"""
_SCORES = f"""
SELECT score, {", ".join(DIMENSIONS)} FROM meta_quality_scores WHERE dataset = ? AND date = ?
ORDER BY score_id DESC LIMIT 1
"""
_DEFINED = "SELECT dataset, kpi, hash FROM meta_kpis"
_DATES = "SELECT DISTINCT date FROM kpi_history WHERE dataset = ? AND kpi = ?"

Change: TypeAlias = Literal["changed", "added", "gone"]


@dataclass(frozen=True, slots=True)
class KpiChange:
    """The value of a KPI, for one combination of its dimensions, that is another, was `added`, or is `gone`; None where
    there is no number."""

    kpi: str
    dimensions: dict[str, str | float | None]
    change: Change
    before: float | None
    after: float | None


@dataclass(frozen=True, slots=True)
class ScoreChange:
    """The points of a date, or of one of its dimensions, that are others; None: not assessed."""

    dimension: str
    before: float | None
    after: float | None


def kpi_changes(before: Connection, after: Connection, dataset: str, date: str) -> list[KpiChange]:
    """The KPIs of a date with other values, by name and dimensions."""
    was, now = (_kpis(each, dataset, date) for each in (before, after))
    return [
        KpiChange(kpi, json.loads(dimensions), _change(key in was, key in now), was.get(key), now.get(key))
        for key in sorted({**was, **now})
        if (key in was, was.get(key)) != (key in now, now.get(key))
        for kpi, dimensions in [key]
    ]


def redefined(before: Connection, after: Connection) -> set[tuple[str, str]]:
    """The datasets and dates that have KPIs which are defined otherwise, on either side."""
    definitions = {row for each in (before, after) for row in each.rows(_DEFINED)}
    others = definitions - {*before.rows(_DEFINED)} | definitions - {*after.rows(_DEFINED)}
    return {
        (str(dataset), str(date))
        for dataset, kpi, _ in others
        for each in (before, after)
        for (date,) in each.rows(_DATES, dataset, kpi)
    }


def _change(was_there: bool, is_there: bool) -> Change:
    return "changed" if was_there and is_there else "added" if is_there else "gone"


def _kpis(connection: Connection, dataset: str, date: str) -> dict[tuple[str, str], float | None]:
    rows = connection.rows(_KPIS, dataset, date)
    return {(str(kpi), str(dimensions)): _number(value) for kpi, dimensions, value in rows}


def scores(connection: Connection, dataset: str, date: str) -> dict[str, float | None]:
    """The score that a date has now, and those of its dimensions; empty where it has none."""
    rows = connection.rows(_SCORES, dataset, date)
    return dict(zip(("score", *DIMENSIONS), map(_number, rows[0]), strict=True)) if rows else {}


def score_changes(was: dict[str, float | None], now: dict[str, float | None]) -> Iterator[ScoreChange]:
    """Which of them are others, the score itself first."""
    for name in ("score", *DIMENSIONS):
        if was.get(name) != now.get(name):
            yield ScoreChange(name, was.get(name), now.get(name))


def _number(value: Scalar) -> float | None:
    return None if value is None else float(str(value))
