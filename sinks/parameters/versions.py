"""Versions of parameters: what is recorded of them, and which of them is that of an execution date.

A version is recorded with the first span that was judged with it, in one transaction; so what no row was judged with
is not there, and what a row was judged with is there for good.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from processors.errors import ConservationError
from processors.parameters.model import Fitted, Parameters, Statistic
from sinks.database.connection import Connection, Scalar
from sinks.ledger.clock import NOW

PARAMETERS = """
CREATE TABLE meta_parameters (
    dataset TEXT NOT NULL,
    version INTEGER NOT NULL,
    through TEXT,
    fitted TEXT NOT NULL,
    hash TEXT NOT NULL,
    fitted_at TEXT NOT NULL,
    PRIMARY KEY (dataset, version)
) STRICT;

CREATE TABLE meta_parameter_dates (
    dataset TEXT NOT NULL,
    date TEXT NOT NULL,
    version INTEGER NOT NULL,
    PRIMARY KEY (dataset, date)
) STRICT, WITHOUT ROWID
"""

_VERSION = "SELECT dataset, version, through, fitted FROM meta_parameters WHERE dataset = ?1 AND version = ({})"
_OF_NUMBER = "?2"
_OF_DATE = "SELECT version FROM meta_parameter_dates WHERE dataset = ?1 AND date = ?2"
_OF_DATE_BEFORE = """
SELECT version FROM meta_parameter_dates WHERE dataset = ?1 AND date < ?2 ORDER BY date DESC LIMIT 1
"""
#: The newest that knows nothing of the date, or the first.
_OF_PAST = """
SELECT version FROM meta_parameters WHERE dataset = ?1
AND EXISTS (SELECT 1 FROM meta_parameter_dates WHERE dataset = ?1 AND date > ?2)
ORDER BY coalesce(through < ?2, 0) DESC, iif(through < ?2, through, NULL) DESC, iif(through < ?2, -version, version)
LIMIT 1
"""
_NEWEST = "SELECT max(version) FROM meta_parameters WHERE dataset = ?1"
_INSERT = f"""
INSERT INTO meta_parameters (dataset, version, through, fitted, hash, fitted_at) VALUES (?, ?, ?, ?, ?, {NOW})
ON CONFLICT (dataset, version) DO NOTHING
"""
_HASH = "SELECT hash FROM meta_parameters WHERE dataset = ? AND version = ?"
_ENTER_DATE = "INSERT OR REPLACE INTO meta_parameter_dates (dataset, date, version) VALUES (?, ?, ?)"
_VERSIONS = """
SELECT dataset, version, through, fitted, fitted_at, min(date), max(date), count(date)
FROM meta_parameters LEFT JOIN meta_parameter_dates USING (dataset, version)
WHERE dataset = ?1 AND version BETWEEN ?2 AND ?3 GROUP BY version ORDER BY version
"""
_OF_FILE = """
SELECT DISTINCT parameters_version FROM meta_spans
WHERE span_id BETWEEN ?1 << 32 AND (?1 << 32) + 4294967295 AND parameters_version IS NOT NULL ORDER BY 1
"""
_VERSION_MAX = (1 << 63) - 1


@dataclass(frozen=True, slots=True)
class RecordedVersion:
    """A version, when it was made, and the first, the last and the number of the dates that have it; after a refit it
    may have none."""

    parameters: Parameters
    fitted_at: str
    first_date: str | None
    last_date: str | None
    dates: int


class RecordedParameters:
    """What is recorded, as one connection sees it."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def version(self, dataset: str, version: int) -> Parameters | None:
        """A version by its number."""
        return self._one(_OF_NUMBER, dataset, version)

    def of_date(self, dataset: str, date: str) -> Parameters | None:
        """Those of a date that has rows which were judged with parameters."""
        return self._one(_OF_DATE, dataset, date)

    def of_date_before(self, dataset: str, date: str) -> Parameters | None:
        """Those of the last such date before."""
        return self._one(_OF_DATE_BEFORE, dataset, date)

    def of_past(self, dataset: str, date: str) -> Parameters | None:
        """Those for a date behind which others have theirs: the newest that are made of dates before it alone, or else
        the first. None where the date is not in the past."""
        return self._one(_OF_PAST, dataset, date)

    def newest(self, dataset: str) -> Parameters | None:
        """The last that were made."""
        return self._one(_NEWEST, dataset, None)

    def versions(self, dataset: str, version: int | None = None) -> list[RecordedVersion]:
        """All of a dataset, or one of them, by number."""
        first, last = (0, _VERSION_MAX) if version is None else (version, version)
        return [
            RecordedVersion(_read(row[:4]), str(row[4]), _text(row[5]), _text(row[6]), int(str(row[7])))
            for row in self._connection.rows(_VERSIONS, dataset, first, last)
        ]

    def of_file(self, file_id: int) -> tuple[int, ...]:
        """The numbers of those that spans of a file were judged with."""
        return tuple(int(str(version)) for (version,) in self._connection.rows(_OF_FILE, file_id))

    def _one(self, chosen: str, dataset: str, value: str | int | None) -> Parameters | None:
        values: tuple[Scalar, ...] = (dataset,) if value is None else (dataset, value)
        rows = self._connection.rows(_VERSION.format(chosen), *values)
        return _read(rows[0]) if rows else None


class ParameterLog:
    """Records what rows were judged with, inside the caller's transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._recorded: dict[str, tuple[str, Parameters]] = {}

    def record(self, parameters: Parameters, date: str) -> None:
        """Rows of this date were judged with these. Raises ConservationError where others have their number."""
        recorded = self._recorded.get(parameters.dataset)
        if recorded is not None and recorded[0] == date and recorded[1] is parameters:
            return
        dataset, version, fitted = parameters.dataset, parameters.version, as_json(parameters.fitted)
        hashed = figures_hash(parameters.fitted)
        if not self._connection.run(_INSERT, dataset, version, parameters.through, fitted, hashed):
            [(known,)] = self._connection.rows(_HASH, dataset, version)
            if known != hashed:
                raise ConservationError(f"parameters {version} of {dataset} were made twice. This is a bug.")
        self._connection.run(_ENTER_DATE, dataset, date, version)
        self._recorded[dataset] = date, parameters

    def forget(self) -> None:
        """A transaction was rolled back: what was recorded in it is to be recorded again."""
        self._recorded.clear()


def figures_hash(fitted: Iterable[Fitted]) -> str:
    """SHA-256 of the figures; equal figures have equal hashes."""
    return hashlib.sha256(as_json(fitted).encode()).hexdigest()


def as_json(fitted: Iterable[Fitted]) -> str:
    """Figures as they are stored.

    >>> as_json([Fitted(Statistic("median", "amount"), 3, ("2.5",))])
    '[{"kind":"median","column":"amount","by":[],"rows":3,"values":["2.5"],"groups":[]}]'
    """
    told = [
        {
            "kind": each.statistic.kind,
            "column": each.statistic.column,
            "by": each.statistic.by,
            "rows": each.rows,
            "values": each.values,
            "groups": each.groups,
        }
        for each in fitted
    ]
    return json.dumps(told, ensure_ascii=False, separators=(",", ":"))


def _read(row: tuple[Scalar, ...]) -> Parameters:
    dataset, version, through, fitted = row
    return Parameters(
        str(dataset), int(str(version)), _text(through), tuple(_fitted(each) for each in json.loads(str(fitted)))
    )


def _fitted(told: dict[str, Any]) -> Fitted:
    statistic = Statistic(told["kind"], told["column"], tuple(told["by"]))
    groups = tuple((tuple(key), tuple(values)) for key, values in told["groups"])
    return Fitted(statistic, told["rows"], tuple(told["values"]), groups)


def _text(value: Scalar) -> str | None:
    return None if value is None else str(value)
