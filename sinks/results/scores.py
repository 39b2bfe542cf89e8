"""The scores that dates came to have, kept for ever, and those that fell."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from statistics import median

from processors.assessing.expectations import DIMENSIONS
from processors.assessing.scoring import Score, score
from sinks.base import Finding
from sinks.database.connection import Connection, parameter_rows
from sinks.ledger.clock import NOW
from sinks.results.results import results_by_date
from sinks.table import Table

_COLUMNS = f"score, {', '.join(DIMENSIONS)}"
_INSERT = f"""
INSERT INTO meta_quality_scores (dataset, date, {_COLUMNS}, explanation, scored_at)
SELECT ?1, ?2, ?3 ->> 'score', {", ".join(f"?3 ->> '$.dimensions.{each}.score'" for each in DIMENSIONS)}, ?3, {NOW}
"""
#: The scores that dates have now, from so many dates before a first one on.
_LATEST = """
WITH since AS (SELECT coalesce(min(date), ?2) AS first FROM (
    SELECT DISTINCT date FROM meta_quality_scores WHERE dataset = ?1 AND date < ?2 ORDER BY date DESC LIMIT ?3))
SELECT date, explanation FROM meta_quality_scores WHERE score_id IN (
    SELECT max(score_id) FROM meta_quality_scores
    WHERE dataset = ?1 AND date >= (SELECT first FROM since) GROUP BY date)
"""
_HISTORY = """
SELECT date, explanation, scored_at FROM meta_quality_scores WHERE dataset = ? AND {} ORDER BY score_id
"""
_SHOWN = 3


@dataclass(frozen=True, slots=True)
class Scored:
    """A row of `meta_quality_scores`: the score that a date came to have. `explanation`: as `Score.explained` says
    it."""

    date: str
    scored_at: str
    explanation: dict[str, object]


def record_scores(connection: Connection, table: Table, dates: Iterable[str]) -> list[Finding]:
    """Score some dates by what is committed, and keep each score that is not what it was; a finding for each of these
    that fell below those of the dates before it.

    Inside the caller's transaction; the results of all the dates are read by one statement. Twice is once.
    """
    wanted = sorted(set(dates))
    if not wanted:
        return []
    latest = connection.rows(_LATEST, table.dataset, wanted[0], table.scoring.dates)
    known = {str(date): str(text) for date, text in latest}
    scores = scores_of(connection, table, wanted)
    new = {date: each for date, each in scores.items() if _is_new(each, known.get(date))}
    if not new:
        return []
    connection.insert(_INSERT, parameter_rows([(table.dataset, date, score_text(each)) for date, each in new.items()]))
    points = {date: json.loads(text)["score"] for date, text in known.items()}
    points |= {date: each.explained()["score"] for date, each in new.items()}
    return list(_falls(table, new, points))


def scores_of(connection: Connection, table: Table, dates: Sequence[str]) -> dict[str, Score]:
    """What some dates are worth by what is committed now; nothing is kept of it."""
    results = results_by_date(connection, table.dataset, dates)
    return {date: score(results.get(date, ()), table.scoring) for date in dates}


def history(connection: Connection, dataset: str, date: str | None = None) -> list[Scored]:
    """The scores that the dates of a dataset, or one of them, came to have, in the order in which they did."""
    condition, values = ("TRUE", (dataset,)) if date is None else ("date = ?", (dataset, date))
    rows = connection.rows(_HISTORY.format(condition), *values)
    return [Scored(str(day), str(at), json.loads(str(explanation))) for day, explanation, at in rows]


def _is_new(found: Score, known: str | None) -> bool:
    """Where nothing was assessed, and nothing ever was, there is nothing to be kept."""
    return score_text(found) != known if known is not None else found.points is not None


def score_text(found: Score) -> str:
    """A score as it is kept."""
    return json.dumps(found.explained(), ensure_ascii=False)


def _falls(table: Table, new: dict[str, Score], points: dict[str, float | None]) -> Iterator[Finding]:
    for date, found in new.items():
        scored = ((day, points[day]) for day in sorted(points) if day < date)
        before = [each for _, each in scored if each is not None]
        usual = median(before[-table.scoring.dates :]) if before else None
        if usual is not None and found.points is not None and usual - float(found.points) > table.scoring.fall:
            yield Finding(table.dataset, date, "score", "score", "warning", _fallen(found, usual))


def _fallen(found: Score, usual: float) -> str:
    dear = [f"{each.rule} cost {float(each.points):.1f}" for each in found.costs[:_SHOWN]]
    fall = f"the quality score fell to {float(found.points or 0):.1f}, from {usual:.1f} on the dates before"
    return f"{fall}; {', '.join(dear)}"
