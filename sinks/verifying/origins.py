"""Where a record came from, as far as the ledger says: its span, and what that was judged with."""

from __future__ import annotations

from dataclasses import dataclass

from sinks.database.connection import Connection
from sinks.rows.rejects import Rejects

_ORIGIN = """
SELECT s.span_id, s.row_count, s.committed_at, s.parameters_version, u.hash, m.path
FROM meta_spans s LEFT JOIN meta_suites u ON u.suite_id = s.suite_id
LEFT JOIN meta_files m ON m.file_id = s.span_id >> 32
WHERE s.span_id = (SELECT max(span_id) FROM meta_spans WHERE span_id <= ?1) AND ?1 < s.span_id + s.row_count
"""
_SUITE = "SELECT u.hash FROM meta_spans s JOIN meta_suites u ON u.suite_id = s.suite_id WHERE s.span_id = ?"


@dataclass(frozen=True, slots=True)
class Origin:
    """The file and line of a record; the first and last record of its span, and when that was committed; the version of
    the parameters and the hash of the suite with which it was judged, None where there was none."""

    path: str
    line: int
    span_id: int
    span_first: int
    span_last: int
    committed_at: str
    parameters: int | None
    suite: str | None


def origin(connection: Connection, row: int) -> Origin | None:
    """Of a record; None where the ledger has no span for it, or no file."""
    for span_id, count, at, parameters, suite, path in connection.rows(_ORIGIN, row):
        if path is None:
            return None
        first, line = int(str(span_id)), Rejects(connection).place(row).line
        last = first + int(str(count)) - 1
        version = None if parameters is None else int(str(parameters))
        place = (first & 0xFFFFFFFF, last & 0xFFFFFFFF, str(at))
        return Origin(str(path), line, first, *place, version, None if suite is None else str(suite))
    return None


def suite_of(connection: Connection, span_id: int) -> str | None:
    """The hash of the suite by which a span was judged last."""
    for (suite,) in connection.rows(_SUITE, span_id):
        return str(suite)
    return None
