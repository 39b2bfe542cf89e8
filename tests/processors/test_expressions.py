"""SQL expressions over one row are taken; what looks at other rows, at a clock or at chance is refused."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

import polars as pl
import pyarrow as pa
import pytest

from processors.features import Derive, Feature, feature_type
from processors.rules.expressions import row_expression
from tests.processors.batches import with_ids

COLUMNS: dict[str, pl.DataType] = {
    "n": pl.Int64(),
    "x": pl.Float64(),
    "d": pl.Decimal(10, 2),
    "s": pl.String(),
    "b": pl.Boolean(),
    "day": pl.Date(),
    "at": pl.Datetime("us", "UTC"),
}
#: Two rows of values that expressions stumble over.
AWKWARD = {
    "n": pa.array([-(2**63), 0], pa.int64()),
    "x": pa.array([-1e308, 0.0]),
    "d": pa.array([Decimal("-99999999.99"), Decimal("0.00")], pa.decimal128(10, 2)),
    "s": pa.array(["abc", ""]),
    "b": pa.array([True, None]),
    "day": pa.array([date(1, 1, 1), None]),
    "at": pa.array([datetime(9999, 12, 31, tzinfo=UTC), None], pa.timestamp("us", "UTC")),
}


@pytest.mark.parametrize(
    ("sql", "kind"),
    [
        ("n + 1", pl.Int64()),
        ("n / 2", pl.Float64()),
        ("x > 1 AND NOT b", pl.Boolean()),
        ("s LIKE 'a%'", pl.Boolean()),
        ("COALESCE(s, 'none')", pl.String()),
        ("EXTRACT(YEAR FROM at)", pl.Int32()),
        ("day", pl.Date()),
        ("s = 'now' OR s = 'SUM(n)'", pl.Boolean()),
        ("n IS NULL", pl.Boolean()),
        ("LEAST(n, 3)", pl.Int64()),
    ],
)
def test_an_expression_over_the_row_is_taken_with_its_type(sql: str, kind: pl.DataType) -> None:
    assert row_expression(sql, COLUMNS)[1] == kind


@pytest.mark.parametrize(
    "sql",
    [
        *(
            "SUM(n)",
            "AVG(x)",
            "MIN(n)",
            "MAX(s)",
            "COUNT(*)",
            "COUNT(n)",
            "MEDIAN(x)",
            "STDDEV(x)",
            "FIRST(n)",
            "LAST(n)",
        ),
        *("n - AVG(n)", "x / SUM(x)", "n > AVG(n)", "CASE WHEN n > 2 THEN SUM(n) END", "COUNT(DISTINCT n) + n"),
    ],
)
def test_an_aggregate_is_refused(sql: str) -> None:
    with pytest.raises(ValueError, match="looks at more than one row"):
        row_expression(sql, COLUMNS)


@pytest.mark.parametrize(
    "sql",
    [
        *("x < 10 * AVG(x)", "n >= MIN(n)", "n - MIN(n) >= 0", "n BETWEEN MIN(n) AND MAX(n)", "n <= MAX(n)"),
        *("n > 0 OR COUNT(*) > 100", "CASE WHEN COUNT(*) > 100 THEN 1 ELSE 2 END", "x < 100 + 4 * STDDEV(x)"),
    ],
)
def test_an_aggregate_that_a_few_rows_do_not_betray_is_refused(sql: str) -> None:
    """Its value depends on what the batch holds besides the row, though not in every batch."""
    with pytest.raises(ValueError, match="looks at more than one row"):
        row_expression(sql, COLUMNS)


@pytest.mark.parametrize(
    "sql",
    [
        *(
            "SUM(n) OVER ()",
            "SUM(n) OVER (PARTITION BY s)",
            "ROW_NUMBER() OVER (ORDER BY n)",
            "RANK() OVER (ORDER BY n)",
        ),
        *("LAG(n) OVER (ORDER BY at)", "LEAD(n) OVER (ORDER BY at)", "FIRST_VALUE(n) OVER (ORDER BY at)"),
        *("n - LAG(n) OVER (ORDER BY at)", "AVG(x) OVER (PARTITION BY b)"),
    ],
)
def test_a_window_function_is_refused(sql: str) -> None:
    with pytest.raises(ValueError, match=r"looks at more than one row|is not a SQL expression"):
        row_expression(sql, COLUMNS)


@pytest.mark.parametrize(
    "sql",
    [
        *("NOW()", "now()", "CURRENT_DATE", "current_timestamp", "CURRENT_TIME", "TODAY()", "RANDOM()", "rand()"),
        *("at < NOW()", "day = CURRENT_DATE", "x * RANDOM()"),
    ],
)
def test_a_clock_or_chance_is_refused(sql: str) -> None:
    with pytest.raises(ValueError, match="reads a clock or a random source"):
        row_expression(sql, COLUMNS)


@pytest.mark.parametrize(
    "sql", ["", "n +", "SELECT n", "*", "unknown > 1", "n = s", "NO_SUCH_FUNCTION(n)", "n; DROP TABLE x", "s > 5"]
)
def test_what_is_no_expression_over_the_columns_is_refused_and_the_columns_are_named(sql: str) -> None:
    with pytest.raises(ValueError, match="is not a SQL expression over the columns n, x, d, s, b, day, at"):
        row_expression(sql, COLUMNS)


@pytest.mark.parametrize("sql", ["(SELECT MAX(n))", "n IN (SELECT 1)", "EXISTS (SELECT 1)"])
def test_a_subquery_is_refused(sql: str) -> None:
    with pytest.raises(ValueError, match=r"SQL expression|more than one row"):
        row_expression(sql, COLUMNS)


@pytest.mark.parametrize(
    "sql",
    [
        *("CAST(s AS INTEGER)", "CAST(s AS DOUBLE)", "s::int", "CAST(n AS SMALLINT)", "CAST(x AS INTEGER)"),
        *("CAST(d AS DECIMAL(4,2))", "TRY_CAST(s AS INTEGER)", "d / d", "n / d", "d % d", "d * d * d * d * d"),
        *("POW(2, n)", "n * n", "x * x", "LN(x)", "SQRT(x)", "LPAD(s, n, 'x')", "LEFT(s, n)", "SUBSTR(s, n)"),
        *("SPLIT_PART(s, 'b', n)", "REGEXP_LIKE(s, s)", "ROUND(x, 2)", "at + INTERVAL '1 year'", "STRPTIME(s, '%Y')"),
    ],
)
def test_an_expression_that_is_taken_never_fails_on_data(sql: str) -> None:
    """Bad data is never an exception: either the config is refused, or the value is null where there is none."""
    try:
        kind = feature_type(row_expression(sql, COLUMNS)[1])
    except ValueError:
        return
    assert Derive((Feature("f", sql, kind),))(with_ids(AWKWARD)).accepted.num_rows == 2


@pytest.mark.parametrize("sql", ["x / 1000000.0", "n / 7", "n / (3.0 + 4.0)", "x / ABS(-3.7)", "COALESCE(x, n) / 3.7"])
def test_a_quotient_is_the_same_in_any_company_and_rounded_once(sql: str) -> None:
    cells = {"n": [2998798999997, 1, 10, None], "x": [2998798999997.0, 0.1, None, 1e308]}
    rows = pl.DataFrame(cells, schema={name: COLUMNS[name] for name in cells})
    quotient, _ = row_expression(sql, COLUMNS)
    alone = pl.concat([rows[place : place + 1].select(quotient) for place in range(rows.height)])
    assert rows.select(quotient).equals(alone)


def test_a_quotient_is_the_double_that_is_nearest() -> None:
    rows = pl.DataFrame({"x": [2998798999997.0, 5.0]})
    assert rows.select(row_expression("x / 1000000.0", rows.schema)[0].alias("q"))["q"].to_list() == [
        2998798.999997,
        5e-6,
    ]


@pytest.mark.parametrize(("sql", "expected"), [("n / 7.0", 1 / 7), ("1.0 / (n + 2)", 1 / 3), ("n * 0.1", 0.1)])
def test_a_literal_with_a_point_computes_in_doubles(sql: str, expected: float) -> None:
    expression, kind = row_expression(sql, {"n": pl.Int64()})
    assert kind == pl.Float64
    assert pl.DataFrame({"n": [1]}).select(expression).item() == expected
