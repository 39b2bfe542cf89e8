"""A staged table, and SQL over it, whole or with a single feature."""

from __future__ import annotations

from processors.columns import ColumnType
from processors.feature_views.model import FeatureView
from processors.feature_views.sql.definition import Definition
from processors.feature_views.sql.faults import ViewError
from processors.feature_views.sql.parsing import parse_view

DAY_US = 86_400_000_000
COLUMNS = {
    "customer_id": ColumnType("string"),
    "order_ts": ColumnType("timestamp"),
    "Amount": ColumnType("decimal", 12, 2),
    "balance": ColumnType("decimal", 30, 2),
    "quantity": ColumnType("integer"),
    "price": ColumnType("number"),
    "status": ColumnType("category"),
    "vip": ColumnType("boolean"),
    "day": ColumnType("date"),
}
WEEK = "PARTITION BY customer_id ORDER BY _event_us RANGE BETWEEN 604800000000 PRECEDING AND 1 PRECEDING"
EVER = "PARTITION BY customer_id ORDER BY _event_us RANGE BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING"


def defined(
    sql: str, entity: tuple[str, ...] = ("customer_id",), version: int = 1, horizon_us: int | None = None
) -> Definition:
    """A definition of a view with this SQL."""
    return Definition("loyalty", version, "orders", entity, "order_ts", sql, horizon_us)


def viewed(sql: str, entity: tuple[str, ...] = ("customer_id",), horizon_us: int | None = None) -> FeatureView:
    """The view that this SQL is."""
    return parse_view(defined(sql, entity, horizon_us=horizon_us), list(COLUMNS.items()))


def over(expressions: str, where: str = "") -> str:
    """A statement with these columns; windows are `week` and `ever`."""
    condition = f"WHERE {where}" if where else ""
    return f"SELECT {expressions}\nFROM stg_orders {condition}\nWINDOW week AS ({WEEK}), ever AS ({EVER})"


def refusals(sql: str, horizon_us: int | None = None) -> list[tuple[int, str]]:
    """The lines and sentences with which this SQL is refused; none where it is not."""
    try:
        viewed(sql, horizon_us=horizon_us)
    except ViewError as error:
        return [(fault.line, str(fault)) for fault in error.faults]
    return []
