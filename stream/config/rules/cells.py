"""Rules on the cell of one column. A null passes all of them but `not_null`."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Literal, TypeAlias

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from stream.config.columns import AsWritten, type_name
from stream.config.rules.base import RowRule

Bound: TypeAlias = int | float | Decimal | datetime | date


def is_bound(value: object) -> object:
    """A value that a range may end with. Raises ValueError for others."""
    good = value is None or (isinstance(value, int | float | Decimal | date) and not isinstance(value, bool))
    if not good or value != value:
        raise ValueError("must be a number, a date or a timestamp, as YAML writes them (without quotes)")
    return value


def check_ends(low: Bound | None, high: Bound | None) -> None:
    """Raises ValueError where nothing is bounded, or nothing can lie between."""
    if low is None and high is None:
        raise ValueError("needs min, max or both")
    if type(low) is type(high) and low is not None and low > high:  # type: ignore[operator]
        raise ValueError("min is greater than max, so no value lies between")


def _is_judged(written: str) -> str:
    if written in {"string", "category"}:
        raise ValueError(f"every text is a {written}, so there is nothing to judge")
    return type_name(written)


class NotNullRule(RowRule):
    """The cell has a value."""

    check: Literal["not_null"]
    column: str


class TypeRule(RowRule):
    """The text of a string or category column reads as a value of a type, as strictly as the column would be cast."""

    check: Literal["type"]
    column: str
    type: Annotated[str, AfterValidator(_is_judged)] = Field(
        description="integer, number, decimal(p,s), boolean, date or timestamp"
    )
    formats: tuple[str, ...] = Field((), description="Of a date or timestamp, as in a column; ISO 8601 by default.")

    @model_validator(mode="after")
    def _formats_fit(self) -> TypeRule:
        if self.formats and self.type not in {"date", "timestamp"}:
            raise ValueError("formats belong to the types date and timestamp")
        return self


class RangeRule(RowRule):
    """min ≤ value ≤ max; the ends are included unless exclusive."""

    check: Literal["range"]
    column: str
    min: Annotated[Bound | None, BeforeValidator(is_bound)] = None
    max: Annotated[Bound | None, BeforeValidator(is_bound)] = None
    exclusive: bool = Field(False, description="Whether the ends themselves are outside.")

    @model_validator(mode="after")
    def _bounded(self) -> RangeRule:
        check_ends(self.min, self.max)
        return self


class LengthRule(RowRule):
    """min ≤ number of Unicode characters of the text ≤ max."""

    check: Literal["length"]
    column: str
    min: int | None = Field(None, ge=0, strict=True)
    max: int | None = Field(None, ge=0, strict=True)

    @model_validator(mode="after")
    def _bounded(self) -> LengthRule:
        check_ends(self.min, self.max)
        return self


class OneOfRule(RowRule):
    """The value is one of a list."""

    check: Literal["one_of"]
    column: str
    values: tuple[AsWritten, ...] = Field(min_length=1)


class MatchesRule(RowRule):
    """The whole text matches a regular expression."""

    check: Literal["matches"]
    column: str
    pattern: str
