"""What has no place in a view is refused with its line, the reason, and what to write instead."""

from __future__ import annotations

import pytest

from tests.views.statements import DAY_US, EVER, WEEK, over, refusals

ONE = "write one SELECT ... FROM stg_<dataset>, with windows"
LEAKS = "would know what is to be told (leakage), and rows of one instant do not see each other"


@pytest.mark.parametrize(
    ("expression", "why"),
    [
        ("quantity AS x", "'quantity' is the row's own and stands outside a window"),
        ("quantity - avg(quantity) OVER week AS x", "'quantity' is the row's own and stands outside a window"),
        ("quantity", "'quantity' is the row's own and stands outside a window"),
        ("count(*) OVER week", "COUNT(*) OVER week has no name; write one behind AS"),
        ("count(*) OVER week AS _x", "the name '_x' must begin with a letter"),
        ("count(*) OVER week AS customer_id", "the name 'customer_id' is used twice"),
        ("count(*) OVER week AS x, count(*) OVER ever AS X", "the name 'X' is used twice"),
        ("_event_us AS x", "x looks at no window"),
        ("1 AS x", "x looks at no window"),
        ("*", "* is no single column; name each feature"),
        ("sum(quantity) AS x", "SUM(quantity) has no OVER"),
        ("lag(quantity) OVER week AS x", "LAG(quantity) is none of count, sum, avg, min and max"),
        ("first_value(quantity) OVER week AS x", "FIRST_VALUE(quantity) is none of"),
        ("row_number() OVER week AS x", "ROW_NUMBER() is none of"),
        (
            "string_agg(status, ',') OVER week AS x",
            "is none of count, sum, avg, min and max; others depend on the order",
        ),
        ("max(quantity, price) OVER week AS x", "is none of count, sum, avg, min and max"),
        ("sum(quantity) IGNORE NULLS OVER week AS x", "is none of count, sum, avg, min and max"),
        ("count(DISTINCT status) OVER week AS x", "DISTINCT is not known here"),
        ("sum(vip) OVER week AS x", "vip is a boolean, which sum cannot add up"),
        ("avg(day) OVER week AS x", "day is a date, which avg cannot add up"),
        ("max(vip) OVER week AS x", "is a boolean, which has no max"),
        ("sum(7) OVER week AS x", "SUM(7) looks at no column; to count rows write count(*)"),
        ("count(*) FILTER (WHERE quantity) OVER week AS x", "quantity is no condition, but of type integer"),
        ("count(*) FILTER (WHERE 1 = 1) OVER week AS x", "1 = 1 looks at no column"),
        ("sum(sum(quantity) OVER week) OVER week AS x", "is a window within another"),
        ("sum(nothing) OVER week AS x", "there is no column 'nothing'; the columns are customer_id, order_ts, Amount"),
        ("sum(clients.price) OVER week AS x", "clients.price is of another table"),
        ("count(*) OVER month AS x", "there is no window 'month'; the WINDOW clause has: week, ever"),
        ("count(*) OVER (week ROWS 3 PRECEDING) AS x", "OVER adds to the window 'week'; write the whole window out"),
        ("(SELECT 1) AS x", "is a subquery"),
        ("sum(quantity) OVER week / count(*) OVER week AS x", "divides integers, of which SQLite drops the fraction"),
        ("sum(quantity / 7) OVER week AS x", "quantity / 7 divides integers"),
        ("sum(quantity % 7) OVER week AS x", "has another sign in other databases"),
        ("sum(CAST(price AS INTEGER)) OVER week AS x", "CAST knows DOUBLE PRECISION only"),
        ("sum(CAST(status AS DOUBLE PRECISION)) OVER week AS x", "a string is no number"),
        ("sum(round(price, 1)) OVER week AS x", "is nothing that SQLite and PostgreSQL compute as it is computed here"),
        ("count(*) FILTER (WHERE status LIKE 'a%') OVER week AS x", "compare with = or IN"),
        ("sum(quantity + status) OVER week AS x", "quantity + status cannot be computed"),
        (
            "count(*) FILTER (WHERE day > '2026-01-01') OVER week AS x",
            "dates and moments compare with each other alone",
        ),
        ("sum(random()) OVER week AS x", "looks at no column"),
        ("sum(random() * price) OVER week AS x", "reads a clock or a random source"),
        ("CURRENT_TIMESTAMP - max(_event_us) OVER week AS x", "reads a clock or a random source"),
        ("count(*) FILTER (WHERE price > ?) OVER week AS x", "is a parameter, and nobody gives it a value"),
    ],
)
def test_an_expression_is_refused_with_the_reason(expression: str, why: str) -> None:
    [(line, told)] = refusals(over(expression))
    assert (line, why in told) == (1, True), told


@pytest.mark.parametrize(
    ("frame", "why"),
    [
        ("RANGE BETWEEN 5 PRECEDING AND CURRENT ROW", LEAKS),
        ("RANGE 5 PRECEDING", LEAKS),
        ("RANGE BETWEEN 5 PRECEDING AND 1 FOLLOWING", LEAKS),
        ("RANGE BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING", LEAKS),
        ("RANGE BETWEEN 5 PRECEDING AND 0 PRECEDING", "a window must end before the instant itself"),
        ("", "a window without a frame holds the row itself"),
        ("ROWS BETWEEN 5 PRECEDING AND 1 PRECEDING", "a frame of ROWS counts rows"),
        ("GROUPS BETWEEN 5 PRECEDING AND 1 PRECEDING", "a frame of GROUPS counts rows"),
        ("RANGE BETWEEN 1 PRECEDING AND 5 PRECEDING", "must begin at or before its end"),
        ("RANGE BETWEEN 99999999999999999999 PRECEDING AND 1 PRECEDING", "a thousand years back at the most"),
        ("RANGE BETWEEN 5.5 PRECEDING AND 1 PRECEDING", "must be whole microseconds, such as 7 * 86400000000"),
        ("RANGE BETWEEN INTERVAL '7 days' PRECEDING AND 1 PRECEDING", "must be whole microseconds"),
        ("RANGE BETWEEN 5 PRECEDING AND 1 PRECEDING EXCLUDE TIES", "EXCLUDE is not known here"),
    ],
)
def test_a_frame_that_is_not_strictly_before_is_refused_where_it_stands(frame: str, why: str) -> None:
    window = f"PARTITION BY customer_id ORDER BY _event_us {frame}"
    [(line, told)] = refusals(f"SELECT count(*) OVER w AS x\nFROM stg_orders\nWINDOW w AS ({window})")
    assert (line, why in told) == (3, True), told


@pytest.mark.parametrize(
    ("window", "why"),
    [
        ("PARTITION BY status ORDER BY _event_us", "a window must have PARTITION BY customer_id, as the entity has it"),
        ("ORDER BY _event_us", "a window must have PARTITION BY customer_id"),
        ("PARTITION BY customer_id, status ORDER BY _event_us", "a window must have PARTITION BY customer_id"),
        ("PARTITION BY customer_id ORDER BY order_ts", "a window must have ORDER BY _event_us, and nothing else"),
        ("PARTITION BY customer_id ORDER BY _event_us DESC", "a window must have ORDER BY _event_us"),
        ("PARTITION BY customer_id ORDER BY _event_us, _id", "a window must have ORDER BY _event_us"),
        ("PARTITION BY customer_id", "a window must have ORDER BY _event_us"),
    ],
)
def test_a_window_over_something_else_than_the_entity_in_time_is_refused(window: str, why: str) -> None:
    frame = "RANGE BETWEEN 5 PRECEDING AND 1 PRECEDING"
    [(_, told)] = refusals(f"SELECT count(*) OVER w AS x FROM stg_orders WINDOW w AS ({window} {frame})")
    assert why in told


@pytest.mark.parametrize(
    ("sql", "line", "why"),
    [
        ("", 1, f"is empty; {ONE}"),
        ("-- nothing\n", 1, f"is empty; {ONE}"),
        ("\nDROP TABLE stg_orders", 2, f"begins with 'DROP'; {ONE}"),
        ("SELECT\n 'a", 2, "ends within a text, a name or a comment; close it"),
        ("SELECT a b\nc FROM stg_orders", 2, f"is no SQL near 'c'; {ONE}"),
        ("SELECT 1;\nSELECT 2", 2, f"is a second statement; {ONE}"),
        ("SELECT customer_id FROM stg_orders", 1, "has no feature"),
        (over("count(*) OVER week AS x") + " UNION SELECT 1", 1, f"is no plain SELECT; {ONE}"),
        (over("count(*) OVER week AS x").replace("stg_orders", "stg_returns"), 2, "must read FROM stg_orders"),
        (over("count(*) OVER week AS x").replace("stg_orders", "old.stg_orders"), 2, "must read FROM stg_orders"),
        (over("count(*) OVER week AS x").replace("stg_orders", "stg_orders TABLESAMPLE (9)"), 2, "must read FROM"),
        (over("count(*) OVER week AS x").replace("stg_orders", "stg_orders, b"), 2, "a view looks at one table"),
        (over("count(*) OVER week AS x") + " ORDER BY 1", 3, "ORDER BY says nothing here"),
        (over("count(*) OVER week AS x") + " LIMIT 3", 3, "LIMIT would drop rows"),
        (over("DISTINCT count(*) OVER week AS x"), 1, "DISTINCT would drop rows"),
        (over("count(*) OVER week AS x", where="vip GROUP BY status"), 2, "GROUP BY has one row a group"),
        ("WITH a AS (SELECT 1) " + over("count(*) OVER week AS x"), 1, "WITH is not known here"),
        (over("count(*) OVER week AS x", where="sum(price) > 3"), 2, "SUM(price) has no OVER"),
        (over("count(*) OVER week AS x", where="count(*) OVER week > 3"), 2, "or within WHERE"),
        (over("count(*) OVER week AS x", where="price"), 2, "price is no condition, but of type number"),
        (over("count(*) OVER week AS x") + f", week AS ({EVER})", 3, "the window 'week' is defined twice"),
        ("SELECT " + "(" * 900 + "1" + ")" * 900 + " AS x FROM stg_orders", 1, "is no SQL that can be read"),
    ],
)
def test_a_statement_of_another_shape_is_refused_with_its_line(sql: str, line: int, why: str) -> None:
    [(where, told)] = refusals(sql)
    assert (where, why in told) == (line, True), told


def test_everything_that_is_wrong_is_told_by_line() -> None:
    sql = over("\nlag(price) OVER week AS a,\nprice AS b,\ncount(*) OVER week AS c,\nsum(nothing) OVER week AS d")
    assert [line for line, _ in refusals(sql)] == [2, 3, 5]


def test_a_window_that_reaches_beyond_the_horizon_is_told_once() -> None:
    told = refusals(over("count(*) OVER week AS a, sum(price) OVER week AS b"), horizon_us=3 * DAY_US)
    assert told == [(3, "a window reaches 7 days back, further than the horizon of 3 days")]


def test_a_long_expression_that_cannot_be_followed_is_refused_in_words() -> None:
    sql = f"SELECT {' + '.join(['count(*) OVER w'] * 3000)} AS x FROM stg_orders WINDOW w AS ({WEEK})"
    [(_, told)] = refusals(sql)
    assert "too deeply" in told
