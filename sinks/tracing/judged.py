"""By what a record was judged last: its span, and in which run, by which config, suite and parameters."""

from __future__ import annotations

from dataclasses import dataclass

from sinks.database.connection import Connection
from sinks.files import RECORDS_MAX

_JUDGED = """
SELECT s.span_id, s.row_count, s.committed_at, s.run_id, r.command, s.config_id, c.hash, u.hash, s.parameters_version
FROM meta_spans s LEFT JOIN meta_runs r ON r.run_id = s.run_id LEFT JOIN meta_configs c ON c.config_id = s.config_id
LEFT JOIN meta_suites u ON u.suite_id = s.suite_id
WHERE s.span_id = (SELECT max(span_id) FROM meta_spans WHERE span_id <= ?1) AND ?1 < s.span_id + s.row_count
"""


@dataclass(frozen=True, slots=True)
class JudgedBy:
    """`span_first`, `span_last`: the records of the file that were judged together. `committed_at`: for the first time.
    `run_id`, `command`: the last run that judged them. `config`, `suite`: hashes; `parameters`: a version; None where
    nobody says, or there were none. `config_today`: of the config that the steps of a trace are of."""

    span_first: int
    span_last: int
    committed_at: str
    run_id: int | None
    command: str | None
    config_id: int | None
    config: str | None
    suite: str | None
    parameters: int | None
    config_today: str | None = None


def judged_by(connection: Connection, row: int, config_today: str | None) -> JudgedBy | None:
    """Of a record; None where no span has it."""
    for span_id, count, at, run, command, config_id, config, suite, parameters in connection.rows(_JUDGED, row):
        first = int(str(span_id)) & RECORDS_MAX
        return JudgedBy(
            *(first, first + int(str(count)) - 1, str(at), _number(run), _text(command), _number(config_id)),
            *(_text(config), _text(suite), _number(parameters), config_today),
        )
    return None


def _number(cell: object) -> int | None:
    return None if cell is None else int(str(cell))


def _text(cell: object) -> str | None:
    return None if cell is None else str(cell)
