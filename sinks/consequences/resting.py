"""What rests on the rows of an execution date: parameters, learners, versions of models. Found by the ledger's indexes;
of rows only those of the date are read."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sinks.database.connection import Connection
from sinks.database.identifiers import quote, staged

#: The last date in whose window a date is: so many dates with rows lie between them.
_LAST = """
SELECT date FROM (SELECT DISTINCT date FROM meta_files
    WHERE dataset = ?1 AND date > ?2 AND state <> 'superseded' AND accepted > 0)
ORDER BY date LIMIT 1 OFFSET ?3 - 1
"""
_LATER = f"""
SELECT date FROM meta_parameter_dates
WHERE dataset = ?1 AND date > ?2 AND date <= coalesce(({_LAST}), '9999-12-31') ORDER BY date
"""
#: Whether the parameters of a date are made of its own first records.
_OWN = """
SELECT EXISTS (SELECT 1 FROM meta_parameter_dates d JOIN meta_parameters p USING (dataset, version)
    WHERE dataset = ?1 AND d.date = ?2 AND p.through IS NULL
    AND NOT EXISTS (SELECT 1 FROM meta_parameter_dates e
        WHERE e.dataset = ?1 AND e.version = p.version AND e.date < ?2))
"""
_LEARNED = """
SELECT EXISTS (SELECT 1 FROM meta_files f JOIN meta_learner_spans s
    ON s.model = ?1 AND s.id_first BETWEEN f.file_id << 32 AND (f.file_id << 32) + 4294967295
    WHERE f.dataset = ?2 AND f.date IN (SELECT value FROM json_each(?3)))
"""
_PARTS = """
SELECT m.version, s.part, s.time_min, s.time_max FROM meta_models m JOIN meta_dataset_splits s USING (split_id)
WHERE m.model = ? AND s.rows > 0 ORDER BY m.version, s.time_min
"""
_TIMES = """
SELECT min(time), max(time) FROM (SELECT coalesce(s._event_us, unixepoch(s._date) * 1000000) AS time
    FROM meta_files f CROSS JOIN {} s ON s._id BETWEEN f.file_id << 32 AND (f.file_id << 32) + 4294967295
    WHERE f.dataset = ? AND f.date IN (SELECT value FROM json_each(?)) AND f.state <> 'superseded')
"""
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class TrainedPart:
    """A part of the rows of a version of a model, by the time of their events, in microseconds since 1970."""

    version: int
    part: str
    first_us: int
    last_us: int


def dates_fitted_on(connection: Connection, dataset: str, date: str, window_dates: int) -> list[str]:
    """The dates with parameters that rest on the rows of a date, or may: later ones in whose window of so many dates it
    is; and itself, where its own first records make them."""
    own = [date] if connection.integer(_OWN, dataset, date) else []
    return own + [str(later) for (later,) in connection.rows(_LATER, dataset, date, window_dates)]


def is_learned(connection: Connection, model: str, dataset: str, dates: Iterable[str]) -> bool:
    """Whether the learner of a model took rows of any of the dates."""
    return bool(connection.integer(_LEARNED, model, dataset, json.dumps(list(dates))))


def trained_parts(connection: Connection, model: str) -> Iterator[TrainedPart]:
    """Of all versions of a model."""
    for version, part, first, last in connection.rows(_PARTS, model):
        yield TrainedPart(int(str(version)), str(part), _microseconds(str(first)), _microseconds(str(last)))


def event_times(connection: Connection, dataset: str, dates: Iterable[str]) -> tuple[int, int] | None:
    """The first and the last event of the staged rows of some dates, in microseconds since 1970; None without any."""
    [(first, last)] = connection.rows(_TIMES.format(quote(staged(dataset))), dataset, json.dumps(list(dates)))
    return None if first is None else (int(str(first)), int(str(last)))


def _microseconds(time: str) -> int:
    return (datetime.fromisoformat(time).astimezone(UTC) - _EPOCH) // timedelta(microseconds=1)
