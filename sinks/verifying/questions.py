"""What is asked of two warehouses, that they may be held against each other: all tables that a date's records fill."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass

from sinks.database.connection import Connection
from sinks.database.identifiers import feature_rows, latest_features, quote, staged
from sinks.rows.tables import row_tables
from sinks.verifying.comparing import Question

_COLUMNS = "SELECT name FROM pragma_table_info(?) ORDER BY cid"
_KEYS = "SELECT name FROM pragma_table_info(?) WHERE pk > 0 ORDER BY pk"
#: The table that the last question about a date is of, where it is closed.
KPIS = "kpi_history"
_FILES = "meta_files m"
_OF_DATE = "m.dataset = ?1 AND m.date = ?2 AND m.state <> 'superseded'"
_WITHIN = "BETWEEN m.file_id << 32 AND (m.file_id << 32) + 4294967295"
_REJECTS = ("_date", "dataset", "reasons", "raw", "path", "line", "byte_start", "byte_end", "status")
_BALANCE = ("file_id", "path", "generation", "date", "records", "accepted", "rejected")
_SPAN = ("span_id", "row_count", "elements", "passed")
_COUNT = ("span_id", "name", "count")
#: The counts of a span of which some records were judged apart from the others are those of the records as they came.
_APART = """
SELECT s.span_id FROM meta_files m CROSS JOIN meta_spans s ON s.span_id BETWEEN m.file_id << 32
    AND (m.file_id << 32) + 4294967295 JOIN meta_runs r ON r.run_id = s.run_id
WHERE m.dataset = ?1 AND m.date = ?2 AND r.command IN ('retry', 'accept')
"""
_VIEWS = "SELECT view, version FROM meta_feature_registry WHERE dataset = ? AND status = 'active' ORDER BY view"
_KPIS = "SELECT kpi, hash FROM meta_kpis WHERE dataset = ? ORDER BY kpi"
_IS_OPEN = """
SELECT NOT EXISTS (SELECT 1 FROM meta_closings WHERE dataset = ? AND date = ? AND changes = closed AND closed > 0)
"""


@dataclass(frozen=True, slots=True)
class Derived:
    """What is made of a dataset's rows: feature views and KPIs that are defined alike in both warehouses, by name; and
    those that are not, each with what is said of it."""

    views: tuple[str, ...]
    kpis: tuple[str, ...]
    other: tuple[str, ...]

    @classmethod
    def of(cls, recorded: Connection, recomputed: Connection, dataset: str) -> Derived:
        """Of a dataset."""
        views, kpis, other = list[str](), list[str](), list[str]()
        for kind, sql, same in (("feature view", _VIEWS, views), ("KPI", _KPIS, kpis)):
            was, now = ({str(name): made for name, made in side.rows(sql, dataset)} for side in (recorded, recomputed))
            for name in sorted({*was, *now}):
                if was.get(name) == now.get(name):
                    same.append(name)
                else:
                    other.append(f"{kind} {name} of {dataset} {_told(name in was, name in now)}")
        return cls(tuple(views), tuple(kpis), tuple(other))


def _told(is_recorded: bool, is_today: bool) -> str:
    """Of what is not defined alike."""
    if is_recorded and is_today:
        return "is defined otherwise by now"
    return "is in no config any more" if is_recorded else "is not recorded"


def of_date(recorded: Connection, dataset: str, date: str, derived: Derived) -> Iterator[Question]:
    """What is asked of a date: the rows first, then what follows from them."""
    values = (dataset, date)
    yield from rows_of_date(recorded, dataset, date)
    for view in derived.views:
        yield _vectors(recorded, view, dataset, values)
    if not recorded.integer(_IS_OPEN, *values):
        yield _kpis(derived, values)


def rows_of_date(recorded: Connection, dataset: str, date: str) -> Iterator[Question]:
    """What came of a date's records, and nothing that is made of that: rows, rejects, balances, counts."""
    values = (dataset, date)
    for table in row_tables(dataset):
        yield _by_record(table, values, _names(recorded, _COLUMNS, table))
    yield _by_record("rejects", values, _REJECTS)
    source = f"SELECT d.* FROM {_FILES} CROSS JOIN meta_duplicates d ON d._id {_WITHIN} WHERE {_OF_DATE}"
    yield Question("meta_duplicates", source, values, ("_id", "rule", "first_id"), "json_array(_id, rule)", row="_id")
    yield from _ledger(recorded, values)


def of_dataset(recorded: Connection, derived: Derived) -> Iterator[Question]:
    """What is asked of a dataset as a whole."""
    for view in derived.views:
        table = latest_features(view)
        key = ", ".join(quote(name) for name in _names(recorded, _KEYS, table))
        columns = _names(recorded, _COLUMNS, table)
        yield Question(table, f"SELECT * FROM {quote(table)}", (), columns, f"json_array({key})", row="_id")


def spans_of_date(dataset: str, date: str, columns: tuple[str, ...]) -> Question:
    """What the ledger says of each span of a date."""
    source = f"SELECT s.* FROM {_FILES} CROSS JOIN meta_spans s ON s.span_id {_WITHIN} WHERE {_OF_DATE}"
    return Question("meta_spans", source, (dataset, date), columns, "span_id", row="span_id")


def _names(connection: Connection, sql: str, table: str) -> tuple[str, ...]:
    return tuple(str(name) for (name,) in connection.rows(sql, table))


def _by_record(table: str, values: tuple[str, str], columns: tuple[str, ...]) -> Question:
    """Tables whose key is the id of a record; a date's are read file by file, in the order of ids."""
    rows = f"{_FILES} CROSS JOIN {quote(table)} t ON t._id {_WITHIN}"
    source = f'SELECT m.file_id AS "m.file", t.* FROM {rows} WHERE {_OF_DATE}'
    return Question(table, source, values, ("_id", *columns), "_id", '"m.file", _id', "_id")


def _ledger(recorded: Connection, values: tuple[str, str]) -> Iterator[Question]:
    apart = json.dumps([span for (span,) in recorded.rows(_APART, *values)])
    yield Question("meta_files", f"SELECT m.* FROM {_FILES} WHERE {_OF_DATE}", values, _BALANCE, "file_id")
    spans = f"{_FILES} CROSS JOIN meta_spans s ON s.span_id {_WITHIN}"
    counted = f"{_OF_DATE} AND s.elements IS NOT NULL AND s.span_id NOT IN (SELECT value FROM json_each(?3))"
    source = f"SELECT s.* FROM {spans} WHERE {counted}"
    yield Question("meta_spans", source, (*values, apart), _SPAN, "span_id", row="span_id")
    source = f"SELECT c.* FROM {spans} CROSS JOIN meta_counts c ON c.span_id = s.span_id WHERE {counted}"
    yield Question("meta_counts", source, (*values, apart), _COUNT, "json_array(span_id, name)", row="span_id")


def _vectors(recorded: Connection, view: str, dataset: str, values: tuple[str, str]) -> Question:
    """The vectors of the rows that are staged, and all that is kept beside them to go on from."""
    table = feature_rows(view)
    same = " AND ".join(f"f.{quote(name)} = s.{quote(name)}" for name in _names(recorded, _KEYS, table))
    rows = f"{_FILES} CROSS JOIN {quote(staged(dataset))} s ON s._id {_WITHIN}"
    vectors = f"{rows} CROSS JOIN {quote(table)} f ON {same}"
    source = f'SELECT m.file_id AS "m.file", s._id AS "s.row", f.* FROM {vectors} WHERE {_OF_DATE}'
    return Question(table, source, values, _names(recorded, _COLUMNS, table), "_id", '"m.file", "s.row"', "_id")


def _kpis(derived: Derived, values: tuple[str, str]) -> Question:
    source = f"SELECT * FROM {KPIS} WHERE dataset = ?1 AND date = ?2 AND kpi IN (SELECT value FROM json_each(?3))"
    named = (*values, json.dumps(derived.kpis))
    columns = ("kpi", "date", "dimensions", "value")
    return Question(KPIS, source, named, columns, "json_array(kpi, dimensions)")
