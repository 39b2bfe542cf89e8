"""The counts of spans of which some rows came to be others, made anew from the rows and rejects that are stored.

What is counted of rows that passed the steps can be told from them at any time; so there is no difference to be kept
account of.
"""

from __future__ import annotations

from collections.abc import Iterator

from processors.reasons import REPEATED_HEADER
from sinks.base import IdRange, Span
from sinks.database.connection import Connection
from sinks.database.identifiers import quote
from sinks.rows.tables import row_tables
from sinks.table import Table

#: A record that could not be split is an array, and a line that repeats the header is no record.
_NO_ELEMENT = f"substr(raw, 1, 1) = '[' OR reasons -> 0 ->> 'rule' = '{REPEATED_HEADER}'"
#: Any column of a dataset may be called as one of the ledger's is.
_WITHIN = "t._id BETWEEN s.span_id AND s.span_id + s.row_count - 1"
#: Spans that were stored before anything was counted stay so.
_ACCOUNT = """
UPDATE meta_spans AS s SET
    elements = row_count - (SELECT count(*) FROM rejects t WHERE {within} AND ({no_element})),
    passed = (SELECT count(*) FROM {rows} t WHERE {within}) + (SELECT count(*) FROM {losers} t WHERE {within}),
    suite_id = ?, run_id = ?
WHERE span_id BETWEEN ? AND ? AND elements IS NOT NULL
"""
_FORGET = "DELETE FROM meta_counts WHERE span_id BETWEEN ? AND ? AND name = ?"
_COUNT = """
INSERT INTO meta_counts (span_id, name, count)
SELECT s.span_id, ?3, count(*) FROM meta_spans s JOIN
    (SELECT * FROM {rows} WHERE _id BETWEEN ?1 AND ?2 UNION ALL SELECT * FROM {losers} WHERE _id BETWEEN ?1 AND ?2) t
    ON {within}
WHERE s.span_id BETWEEN ?1 AND ?2 AND ({condition}) GROUP BY s.span_id
"""


def recount(
    connection: Connection,
    table: Table,
    span: Span | IdRange,
    suite_id: int | None,
    run_id: int | None,
    misfits_of: str | None = None,
) -> None:
    """Count anew how many records of the span, or of all spans within it, were split and passed, and where rules of the
    sink have no answer. `misfits_of`: a column in which misfits are counted anew, too."""
    rows, losers = (quote(name) for name in row_tables(table.dataset))
    names = {"rows": rows, "losers": losers, "within": _WITHIN, "no_element": _NO_ELEMENT}
    connection.run(_ACCOUNT.format(**names), suite_id, run_id, span.id_first, span.id_last)
    for name, condition in [*_unknown(table), *_misfits(misfits_of)]:
        connection.run(_FORGET, span.id_first, span.id_last, name)
        connection.run(_COUNT.format(**names, condition=condition), span.id_first, span.id_last, name)


def _unknown(table: Table) -> Iterator[tuple[str, str]]:
    """The count of each rule of the sink, and the SQL condition of the rows that it counts."""
    for asked in table.suite.expectations if table.suite else ():
        if asked.level == "sink" and asked.columns:
            yield f"unknown.{asked.name}", " OR ".join(f"t.{quote(name)} IS NULL" for name in asked.columns)


def _misfits(column: str | None) -> Iterator[tuple[str, str]]:
    if column is not None:
        yield f"misfit.{column}", "instr(',' || t._flags || ',', ',' || ?3 || ',')"
