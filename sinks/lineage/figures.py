"""How much there is of each thing on the way from files to predictions, and since when."""

from __future__ import annotations

from dataclasses import dataclass

from sinks.database.connection import Connection, Scalar
from sinks.database.identifiers import predictions, quote

_FILES = """
SELECT count(*), coalesce(sum(records), 0), max(updated_at) FROM meta_files WHERE dataset = ? AND state <> 'superseded'
"""
_ROWS = """
SELECT coalesce(sum(accepted), 0), coalesce(sum(rejected), 0), max(updated_at) FROM meta_files WHERE dataset = ?
"""
_VIEW = """
SELECT version, rows, last_date FROM meta_feature_registry WHERE view = ? AND status = 'active'
ORDER BY version DESC LIMIT 1
"""
_SPLIT = "SELECT split_id, sum(rows), max(made_at) FROM meta_dataset_splits WHERE split_id = ?"
_VERSIONS = "SELECT version, rows, split_id, alias, created_at FROM meta_models WHERE model = ? ORDER BY version"
_LEARNER = "SELECT rows, status, updated_at FROM meta_learners WHERE model = ?"
_PREDICTIONS = "SELECT count(*) FROM {}"
_EXPORT = "SELECT count(*), coalesce(sum(rows), 0), max(written_at) FROM meta_exports WHERE dataset = ? AND kind = ?"
_KPI = "SELECT count(*), max(date) FROM kpi_history WHERE dataset = ? AND kpi = ?"


@dataclass(frozen=True, slots=True)
class TrainedVersion:
    """A version of a model: of how many rows, by which split, and when."""

    version: int
    rows: int
    split_id: int
    alias: str
    created_at: str


class Figures:
    """Asks a warehouse that others may write to; each question is brief."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def files(self, dataset: str) -> tuple[int, int, str | None]:
        """How many files, how many records in them, and when one of them was looked at last."""
        return self._three(_FILES, dataset)

    def rows(self, dataset: str) -> tuple[int, int, str | None]:
        """How many records were accepted and rejected, and when the last ones came."""
        return self._three(_ROWS, dataset)

    def view(self, view: str) -> tuple[int, int, str | None] | None:
        """Its version, how many vectors it has, and of which last date."""
        return self._three(_VIEW, view) if self._connection.rows(_VIEW, view) else None

    def split(self, split_id: int) -> tuple[int, int, str | None]:
        """Its id, how many rows are in its parts, and when it was made."""
        return self._three(_SPLIT, split_id)

    def versions(self, model: str) -> list[TrainedVersion]:
        """Those that were trained."""
        rows = self._connection.rows(_VERSIONS, model)
        return [
            TrainedVersion(_whole(version), _whole(of), _whole(split), str(alias or ""), str(at))
            for version, of, split, alias, at in rows
        ]

    def learner(self, model: str) -> tuple[int, str, str] | None:
        """How many rows it has learned, whether it goes on, and since when it knows what it knows."""
        rows = self._connection.rows(_LEARNER, model)
        return (_whole(rows[0][0]), str(rows[0][1]), str(rows[0][2])) if rows else None

    def predictions(self, model: str) -> int:
        """How many there are of its learner."""
        return self._connection.integer(_PREDICTIONS.format(quote(predictions(model))))

    def exported(self, dataset: str, kind: str) -> tuple[int, int, str | None]:
        """How many files, how many rows in them, and when the last one was written."""
        return self._three(_EXPORT, dataset, kind)

    def kpi(self, dataset: str, kpi: str) -> tuple[int, str | None]:
        """How many values there are, and of which last date."""
        [(values, last)] = self._connection.rows(_KPI, dataset, kpi)
        return _whole(values), None if last is None else str(last)

    def _three(self, sql: str, *values: Scalar) -> tuple[int, int, str | None]:
        [(one, other, last)] = self._connection.rows(sql, *values)
        return _whole(one), _whole(other), None if last is None else str(last)


def _whole(value: Scalar) -> int:
    return value if isinstance(value, int) else 0
