"""A KPI as one statement of SQLite's."""

from __future__ import annotations

import sys
from collections.abc import Mapping

from sqlglot import exp

from processors.columns import ColumnType
from processors.kpis.model import Kpi
from processors.kpis.parsing import aggregate, row_value
from sinks.database.identifiers import literal, quote, staged
from sinks.files import RECORDS_MAX


def insertion(dataset: str, types: Mapping[str, ColumnType], kpi: Kpi) -> str:
    """Values are told by date and dimensions, as these are written: JSON has 15 digits, and numbers that differ behind
    them are one. Values that are no numbers, or beyond all doubles, are null."""
    by = [(name, _sql(row_value(sql, types), types)) for name, sql in kpi.by]
    value = aggregate(kpi.value, types)
    scale = _scale(value, types)
    said = _sql(value, types) if scale is None else f"round({_sql(value, types)}, {scale})"
    is_number = f"typeof({said}) IN ('integer', 'real') AND abs({said} + 0.0) <= {sys.float_info.max!r}"
    number = f"CASE WHEN {is_number} THEN CAST({said} AS REAL) END"
    dimensions = f"json_object({', '.join(f'{literal(name)}, {sql}' for name, sql in by)})"
    condition = f"AND ({_sql(row_value(kpi.where, types), types)})" if kpi.where else ""
    return f"""
INSERT INTO kpi_history SELECT ?1, ?2, f.date, {dimensions}, {number}
FROM meta_files f CROSS JOIN {quote(staged(dataset))} s
    ON s._id BETWEEN f.file_id << 32 AND (f.file_id << 32) + {RECORDS_MAX}
WHERE f.dataset = ?1 AND f.state <> 'superseded' AND (?3 IS NULL OR f.date IN (SELECT value FROM json_each(?3)))
    {condition}
GROUP BY f.date, {dimensions}"""


def _sql(tree: exp.Expr, types: Mapping[str, ColumnType]) -> str:
    """In SQLite's words, over the staged table `s`: decimals are numbers there, and not the text that is stored; and
    all is summed as such, since SQLite gives up where a sum of whole numbers does not do with 64 bits."""

    def stored(node: exp.Expr) -> exp.Expr:
        if isinstance(node, exp.Column):
            column = exp.column(exp.to_identifier(node.name, quoted=True), table="s")
            return exp.cast(column, "REAL") if types[node.name].name == "decimal" else column
        if isinstance(node, exp.Sum):
            node.set("this", _as_real(node.this))
        if isinstance(node, exp.Abs):
            node.set("this", exp.cast(node.this, "REAL"))
        return node

    return tree.transform(stored).sql(dialect="sqlite", comments=False)


def _as_real(summed: exp.Expr) -> exp.Expr:
    if isinstance(summed, exp.Distinct):
        summed.set("expressions", [exp.cast(each, "REAL") for each in summed.expressions])
        return summed
    return exp.cast(summed, "REAL")


def _scale(value: exp.Expr, types: Mapping[str, ColumnType]) -> int | None:
    """How many digits a sum of decimals has behind the point: what the doubles have beyond is none of its own."""
    if isinstance(value, (exp.Filter, exp.Paren)):
        return _scale(value.this, types)
    if isinstance(value, (exp.Sum, exp.Min, exp.Max)) and isinstance(value.this, exp.Column):
        kind = types[value.this.name]
        return kind.scale if kind.name == "decimal" else None
    return None
