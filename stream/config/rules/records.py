"""Rules on several cells of a row."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Literal, TypeAlias

from pydantic import AfterValidator, BeforeValidator, Field

from stream.config.rules.base import RowRule
from stream.config.strict import Name


def _distinct(columns: tuple[str, ...]) -> tuple[str, ...]:
    repeated = [column for column in columns if columns.count(column) > 1]
    if repeated:
        raise ValueError(f"{repeated[0]!r} stands twice")
    return columns


def _exact(value: object) -> Decimal:
    """A number as YAML writes it: 0.1 is a tenth."""
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        raise ValueError("must be a number, as YAML writes it (without quotes)")  # noqa: TRY004 - pydantic takes it
    exact = Decimal(str(value))
    if not exact.is_finite():
        raise ValueError("must be a finite number")
    return exact


def _column_or_number(value: object) -> object:
    return value if isinstance(value, str) else _exact(value)


Columns: TypeAlias = Annotated[tuple[str, ...], AfterValidator(_distinct)]


class DateOrderRule(RowRule):
    """Each date, or timestamp, is not later than those behind it."""

    check: Literal["date_order"]
    columns: Columns = Field(
        min_length=2, description="From the earliest to the latest. Beside dates, timestamps are compared by their day."
    )
    strict: bool = Field(False, description="Whether each must be earlier than the next.")


class SumRule(RowRule):
    """The columns add up to another column, or to a number."""

    check: Literal["sum"]
    columns: Columns = Field(min_length=1, description="Of type integer, decimal or number.")
    equals: Annotated[str | Decimal, BeforeValidator(_column_or_number, json_schema_input_type=str | int | float)] = (
        Field(description="A column, or a number.")
    )
    tolerance: Annotated[Decimal, BeforeValidator(_exact, json_schema_input_type=int | float)] = Field(
        Decimal(0),
        ge=0,
        description="How far the sum may be off. Integers and decimals are added exactly; columns of type number as "
        "floating point numbers, which need some.",
    )


class ExpressionRule(RowRule):
    """A SQL expression over the row is true (or null)."""

    check: Literal["expression"]
    name: Name
    sql: str
