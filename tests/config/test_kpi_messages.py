"""What a KPI may say, and what is wrong with others."""

from __future__ import annotations

from pathlib import Path

import pytest

from processors.kpis.model import Kpi
from stream.config.loading import read_config
from tests.config.sales import COLUMNS, SALES, refusal, spoilt

#: What a KPI says, and what the message says behind its place.
MESSAGES = {
    "{value: amount}": ".value: 'amount' holds no aggregate; write one of avg, count, max, min and sum",
    "{value: sum(amount) + count}": ".value: 'sum(amount) + count': count stands outside of an aggregate",
    "{value: sum(avg(amount))}": ".value: 'sum(avg(amount))' has an aggregate within another",
    "{value: sum(amoun)}": f".value: 'sum(amoun)': there is no column 'amoun'; the columns are {COLUMNS}, total",
    "{value: max(kind)}": ".value: 'max(kind)': kind is category, and a value is a number",
    "{value: 'max(amount, count)'}": ": max and min take one value here",
    "{value: median(amount)}": ": the function median is not known here; there are abs, case,",
    "{value: pg_sleep(9)}": ": the function pg_sleep is not known here",
    "{value: sum(amount) OVER ()}": ": windows and queries have no place here; a window belongs in a feature view",
    "{value: sum((SELECT 1))}": ": windows and queries have no place here",
    "{value: sum(amount}": " is not a SQL expression: ",
    "{value: count(*); DROP TABLE stg_sales}": " is not a SQL expression",
    "{value: ''}": ": the SQL expression is empty",
    "{value: count(*) AS n}": ": COUNT(*) AS n has no place in an expression over columns",
    "{value: count(*), by: [shop]}": ".by: 'shop': there is no column 'shop'",
    "{value: count(*), by: [value]}": ".by: 'value' is a column of each KPI's view",
    "{value: count(*), by: [kind, Kind]}": ".by: 'kind' is given twice",
    "{value: count(*), by: {day: date('now')}}": ".by: \"date('now')\": it reads a clock",
    "{value: count(*), by: {day: current_date}}": ": it reads a clock",
    "{value: count(*), by: {all: '1'}}": ".by: '1' names no column",
    "{value: count(*), by: {'a b': kind}}": ".by.a b",
    "{value: count(*), where: sum(amount) > 1}": ".where: 'sum(amount) > 1' looks at more than one row",
    "{by: [kind]}": "'kpis.total.value' is missing",
    "{value: 'count(DISTINCT kind, id)'}": ": DISTINCT stands only in an aggregate, before one value",
    "{value: 'count(kind, id)'}": ": COUNT(kind, id) has too many values, or not all that it needs",
    "{value: count()}": ": COUNT() has too many values, or not all that it needs",
    "{value: 'round(avg(amount), 2, 1)'}": " has too many values, or not all that it needs",
    "{value: coalesce(avg(amount))}": " has too many values, or not all that it needs",
    "{value: sum(*)}": ": a star stands only in count(*)",
    "{value: 'if(count(*) > 1, 1)'}": ": if takes a condition and two values",
    "{value: lower(max(kind)) FILTER (WHERE fresh)}": ": FILTER stands only behind an aggregate",
    "{value: count(*) FILTER (WHERE sum(amount) > 1)}": " has an aggregate within another",
    "{value: sum(kind)}": ": kind is category, and a value is a number",
    "{value: avg(DISTINCT at)}": ": at is timestamp, and a value is a number",
    "{value: 'count(*) + :x'}": ": :x has no place in an expression over columns",
    "{value: 'count(*)[1]'}": " has no place in an expression over columns",
    "{value: sum(count ^ 1)}": " has no place in an expression over columns",
    "{value: count(*), where: kind SIMILAR TO 'a'}": " has no place in an expression over columns",
    "{value: count(*), where: kind IN (SELECT 1)}": ": windows and queries have no place here",
    "{value: count(*), where: id IN sales}": " has too many values, or not all that it needs",
    "{value: count(*), where: id LIKE kind}": ": LIKE takes a pattern in quotes here",
    "{value: count(*), where: id LIKE 'a' ESCAPE 'bc'}": ": ESCAPE takes one character, behind LIKE",
    "{value: count(*), by: {bytes: CAST(id AS BLOB)}}": ": a value is cast to text, integer, bigint, real,",
    "{value: count(*), by: {many: 'CAST(id AS INT[])'}}": ": a value is cast to text, integer, bigint, real,",
    "{value: count(*), by: {now: 'date(coalesce(id, ''now''))'}}": ": date takes a column of dates or timestamps",
    "{value: count(*), by: {day: 'date(at, ''localtime'')'}}": " has too many values, or not all that it needs",
    f"{{value: '{'(' * 300}count(*){')' * 300}'}}": ": the SQL expression is nested too deeply",
    f"{{value: 'count(*){' + 1' * 1500}'}}": ": SQLite does not take it: ",
}


@pytest.mark.parametrize(("written", "said"), MESSAGES.items())
def test_what_is_wrong_with_a_kpi_is_told_with_its_line(tmp_path: Path, written: str, said: str) -> None:
    message = "\n".join(spoilt(tmp_path, "key: [id]", f"key: [id]\nkpis:\n  total: {written}"))
    assert "sales.yaml:1" in message
    assert said in message
    assert "kpis.total" in message


@pytest.mark.parametrize(
    "written",
    [
        "{value: 'sum(Amount) / nullif(count(DISTINCT kind), 0)'}",
        "{value: 'round(avg(coalesce(amount, 0)), 2)', by: {month: 'substr(date(at), 1, 7)'}}",
        "{value: 'count(*) FILTER (WHERE fresh AND NOT count IN (1))', where: amount BETWEEN 1 AND 2 OR id IS NULL}",
        "{value: '100.0 * sum(CASE WHEN kind LIKE ''a%'' THEN 1 ELSE 0 END)'}",
        "{value: max(abs(-amount)), where: \"kind = 'a'\"}",
    ],
)
def test_a_kpi_may_be_any_expression_that_both_databases_share(written: str) -> None:
    found = read_config(Path("sales.yaml"), SALES.replace("key: [id]", f"key: [id]\nkpis:\n  total: {written}"))
    assert [kpi.name for kpi in found.table.kpis] == ["total"]


def test_two_kpis_that_would_have_one_view_are_told(tmp_path: Path) -> None:
    for name, kpi in (("sales", "a_b"), ("sales_a", "B")):
        text = SALES.replace("dataset: sales", f"dataset: {name}").replace(
            "key: [id]", f"kpis: {{{kpi}: {{value: count(*)}}}}"
        )
        (tmp_path / f"{name}.yaml").write_text(text.replace("  - quality: {duplicates: [key]}\n", ""), "utf-8")
    [message] = refusal(tmp_path)
    assert "the view kpi_sales_a_B would be that of a KPI of dataset 'sales', too" in message


def test_columns_that_are_told_by_have_their_own_names() -> None:
    text = SALES.replace("key: [id]", "key: [id]\nkpis:\n  n: {value: count(*), by: [kind, day], unit: rows}")
    [kpi] = read_config(Path("sales.yaml"), text).table.kpis
    assert kpi == Kpi("n", "count(*)", (("kind", "kind"), ("day", "day")), unit="rows")
