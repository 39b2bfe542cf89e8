"""Which rows were judged by which config, for those who only read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from sinks.configs.model import ConfigVersion
from sinks.database.connection import Connection

_STORED = "SELECT config_id, definition, recorded_at FROM meta_configs WHERE dataset = ? ORDER BY config_id"
#: The index has all that is asked of a span, and a span's row has its digests.
_JUDGED = """
SELECT f.dataset, f.date, coalesce(s.config_id, 0) AS config_id, count(*) AS spans, sum(s.row_count) AS rows,
       coalesce(max(s.run_id), 0) AS run_id
FROM meta_spans s INDEXED BY meta_spans_config CROSS JOIN meta_files f ON f.file_id = s.span_id >> 32
WHERE f.state <> 'superseded' GROUP BY f.dataset, f.date, s.config_id ORDER BY f.dataset, f.date, s.config_id
"""
_LAST = """
SELECT c.definition FROM meta_configs c WHERE c.dataset = ? AND EXISTS (
    SELECT 1 FROM meta_spans s WHERE s.config_id = c.config_id)
ORDER BY (SELECT coalesce(max(s.run_id), 0) FROM meta_spans s WHERE s.config_id = c.config_id) DESC, c.config_id DESC
LIMIT 1
"""


@dataclass(frozen=True, slots=True)
class StoredConfig:
    """A config by which spans were judged, since `recorded_at`."""

    config_id: int
    version: ConfigVersion
    recorded_at: str


@dataclass(frozen=True, slots=True)
class JudgedDate:
    """The spans of an execution date that were judged by one config; 0: before configs were recorded. `run_id`: the
    last run that did so; 0 where none is known."""

    dataset: str
    date: str
    config_id: int
    spans: int
    rows: int
    run_id: int


def stored_configs(connection: Connection, dataset: str) -> Mapping[int, StoredConfig]:
    """The configs of a dataset, by id, in the order in which they were recorded."""
    rows = connection.table(_STORED, dataset).to_pylist()
    return {
        row["config_id"]: StoredConfig(row["config_id"], ConfigVersion.of(row["definition"]), row["recorded_at"])
        for row in rows
    }


def judged_dates(connection: Connection) -> Iterator[JudgedDate]:
    """What each execution date of each dataset was judged by, in order; superseded files are left out."""
    for batch in connection.batches(_JUDGED):
        for row in batch.to_pylist():
            yield JudgedDate(**row)


def last_config(connection: Connection, dataset: str) -> ConfigVersion | None:
    """The config by which spans of a dataset were judged last; None where none is recorded."""
    for (definition,) in connection.rows(_LAST, dataset):
        return ConfigVersion.of(str(definition))
    return None
