"""The SQL of a view becomes windows, what they add up, and features with their types and sources."""

from __future__ import annotations

import pytest

from processors.columns import ColumnType
from processors.feature_views.model import Aggregate, Feature, Frame, Input
from processors.feature_views.sql.parsing import parse_view
from tests.views.statements import COLUMNS, DAY_US, defined, over, viewed

WEEK = Frame(7 * DAY_US)


def test_a_plain_aggregate_is_a_feature_over_a_window_over_a_column() -> None:
    view = viewed(over("sum(amount) OVER week AS spent"))
    assert view.inputs == (Input("_input_1", "Amount", ColumnType("decimal", 12, 2)),)
    assert view.aggregates == (Aggregate("_window_1", "sum", "_input_1", WEEK, ColumnType("decimal", 38, 2)),)
    assert view.features == (Feature("spent", "_window_1", ColumnType("decimal", 38, 2), ("Amount",)),)


def test_what_is_asked_twice_is_added_up_once() -> None:
    view = viewed(
        over("sum(quantity) OVER week AS a, sum(QUANTITY) OVER week + 1 AS b, count(quantity) OVER ever AS c")
    )
    assert [each.sql for each in view.inputs] == ["quantity"]
    assert [(each.function, each.frame) for each in view.aggregates] == [("sum", WEEK), ("count", Frame(None))]


@pytest.mark.parametrize(
    ("expression", "kind"),
    [
        ("count(*) OVER week", "integer"),
        ("count(vip) OVER week", "integer"),
        ("sum(quantity) OVER week", "integer"),
        ("sum(price) OVER week", "number"),
        ("sum(Amount) OVER week", "decimal(38,2)"),
        ("sum(Amount) FILTER (WHERE vip) OVER week", "decimal(38,2)"),
        ("sum(Amount * quantity) OVER week", "number"),
        ("sum(balance) OVER week", "number"),
        ("avg(quantity) OVER week", "number"),
        ("avg(Amount) OVER week", "number"),
        ("max(Amount) OVER week", "decimal(12,2)"),
        ("min(day) OVER week", "date"),
        ("max(order_ts) OVER week", "timestamp"),
        ("min(status) OVER week", "string"),
        ("max(price) OVER week > 5", "boolean"),
        ("coalesce(sum(Amount) OVER week, 0)", "number"),
        ("sum(quantity) OVER week / 7.0", "number"),
        ("sum(quantity) OVER week - sum(quantity) OVER ever", "integer"),
        ("(_event_us - max(_event_us) OVER ever) / 86400000000.0", "number"),
        ("CASE WHEN count(*) OVER week > 3 THEN 'often' ELSE 'rarely' END", "string"),
        ("CAST(count(*) OVER week AS DOUBLE PRECISION) / count(*) OVER ever", "number"),
    ],
)
def test_a_feature_has_the_type_of_its_expression(expression: str, kind: str) -> None:
    [feature] = viewed(over(f"{expression} AS x")).features
    assert feature.type.written == kind


def test_a_condition_of_an_aggregate_stands_in_what_it_adds_up() -> None:
    view = viewed(over("count(*) FILTER (WHERE status = 'paid' AND vip) OVER week AS paid"))
    [counted] = view.inputs
    assert counted.sql == """CASE WHEN (("status" = 'paid') AND "vip") THEN 1 ELSE NULL END"""


def test_a_number_of_rows_may_be_counted_by_a_constant() -> None:
    assert viewed(over("count(1) OVER week AS n")).aggregates[0].input is None


def test_a_condition_on_rows_is_kept() -> None:
    assert viewed(over("count(*) OVER week AS n", where="status <> 'void'")).where == """("status" <> 'void')"""


def test_keys_beside_features_are_passed_over() -> None:
    view = viewed(over("_id, o.customer_id, _event_us, _date, count(*) OVER week AS n").replace("orders ", "orders o "))
    assert [each.name for each in view.features] == ["n"]


@pytest.mark.parametrize(
    ("expression", "sources"),
    [
        ("count(*) OVER week", ()),
        ("sum(quantity * price) OVER week", ("quantity", "price")),
        ("sum(quantity) FILTER (WHERE vip) OVER week", ("quantity", "vip")),
        ("_event_us - max(_event_us) OVER week", ("order_ts",)),
        ("max(price) OVER week - min(price) OVER ever", ("price",)),
        (
            "count(day) OVER (PARTITION BY customer_id ORDER BY _event_us RANGE BETWEEN 9 PRECEDING AND 2 PRECEDING)",
            ("day",),
        ),
    ],
)
def test_a_feature_knows_the_columns_that_it_is_made_of(expression: str, sources: tuple[str, ...]) -> None:
    assert viewed(over(f"{expression} AS x")).features[0].sources == sources


def test_the_columns_of_the_condition_on_rows_are_sources_too() -> None:
    assert viewed(over("sum(price) OVER week AS x", where="vip")).features[0].sources == ("price", "vip")


@pytest.mark.parametrize(
    ("frame", "expected"),
    [
        ("RANGE BETWEEN 7 * 86400000000 PRECEDING AND 1 PRECEDING", Frame(7 * DAY_US, 1)),
        ("range between 2 * (3 + 4) - 1 preceding and 3 - 1 preceding", Frame(13, 2)),
        ("RANGE BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING", Frame(None, 1)),
        ("RANGE BETWEEN 5 PRECEDING AND 5 PRECEDING", Frame(5, 5)),
    ],
)
def test_the_ends_of_a_frame_may_be_computed(frame: str, expected: Frame) -> None:
    sql = (
        f"SELECT count(*) OVER w AS n FROM stg_orders WINDOW w AS (PARTITION BY customer_id ORDER BY _event_us {frame})"
    )
    assert viewed(sql).aggregates[0].frame == expected


def test_an_entity_may_have_several_columns_in_any_order() -> None:
    view = viewed(
        over("count(*) OVER week AS n").replace("BY customer_id", "BY status, customer_id"), ("customer_id", "status")
    )
    assert view.entity == (("customer_id", ColumnType("string")), ("status", ColumnType("string")))


def test_the_horizon_is_as_far_as_windows_reach() -> None:
    assert viewed(over("count(*) OVER week AS n")).horizon_us == 7 * DAY_US


def test_a_view_with_a_window_that_reaches_back_for_ever_has_no_horizon() -> None:
    assert viewed(over("count(*) OVER ever AS n"), horizon_us=7 * DAY_US).horizon_us is None


def test_a_column_may_be_called_as_a_keyword_is() -> None:
    columns = [*COLUMNS.items(), ("order", ColumnType("integer"))]
    view = parse_view(defined(over('sum("order") OVER week AS "end"')), columns)
    assert (view.inputs[0].sql, view.features[0].name) == ('"order"', "end")
