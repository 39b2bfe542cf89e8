"""What a rule of the validation step may say."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Literal, Self, TypeAlias

from pydantic import BeforeValidator, Field, model_validator

from processors.validation import Action, Severity
from stream.config.columns import AsWritten
from stream.config.imputation import Imputation
from stream.config.strict import Name, Strict

Bound: TypeAlias = int | float | Decimal | datetime | date


def _is_bound(value: object) -> object:
    good = value is None or (isinstance(value, int | float | Decimal | date) and not isinstance(value, bool))
    if not good or value != value:
        raise ValueError("must be a number, a date or a timestamp, as YAML writes them (without quotes)")
    return value


class _RuleConfig(Strict):
    name: Name | None = Field(None, description="Error code and counter; <column>_<check> by default.")
    severity: Severity = "error"
    action: Action = Field(
        "quarantine",
        description="warn: pass and flag. quarantine, drop: reject. impute: put what impute says in the place of the "
        "cell; for rules of one column. fail: set the whole file aside.",
    )
    impute: Imputation | None = Field(
        None, description="With the action impute: what is put in the place of a cell that breaks the rule."
    )

    @model_validator(mode="after")
    def _imputes(self) -> Self:
        if self.action == "impute" and self.impute is None:
            raise ValueError("the action impute needs impute: what to put in the place of the cell, such as median")
        if self.action != "impute" and self.impute is not None:
            raise ValueError("impute says what to put in the place of the cell, and needs action: impute")
        return self


class NotNullRule(_RuleConfig):
    """The cell has a value."""

    check: Literal["not_null"]
    column: str


class RangeRule(_RuleConfig):
    """min ≤ value ≤ max; the ends are included unless exclusive."""

    check: Literal["range"]
    column: str
    min: Annotated[Bound | None, BeforeValidator(_is_bound)] = None
    max: Annotated[Bound | None, BeforeValidator(_is_bound)] = None
    exclusive: bool = False

    @model_validator(mode="after")
    def _bounded(self) -> RangeRule:
        if self.min is None and self.max is None:
            raise ValueError("needs min, max or both")
        if type(self.min) is type(self.max) and self.min is not None and self.min > self.max:  # type: ignore[operator]
            raise ValueError("min is greater than max, so no value lies between")
        return self


class OneOfRule(_RuleConfig):
    """The value is one of a list."""

    check: Literal["one_of"]
    column: str
    values: tuple[AsWritten, ...] = Field(min_length=1)


class MatchesRule(_RuleConfig):
    """The whole text matches a regular expression."""

    check: Literal["matches"]
    column: str
    pattern: str


class TimestampRule(_RuleConfig):
    """The text of a string column reads as a timestamp."""

    check: Literal["timestamp"]
    column: str
    formats: tuple[str, ...] = ()


class UniqueRule(_RuleConfig):
    """No earlier record has the same values in these columns. Records with a null among them are not compared."""

    check: Literal["unique"]
    columns: tuple[str, ...] = Field(min_length=1)
    action: Literal["quarantine", "drop"] = "quarantine"


class ExpressionRule(_RuleConfig):
    """A SQL expression over the row is true (or null)."""

    check: Literal["expression"]
    name: Name
    sql: str


RuleConfig: TypeAlias = Annotated[
    NotNullRule | RangeRule | OneOfRule | MatchesRule | TimestampRule | UniqueRule | ExpressionRule,
    Field(discriminator="check"),
]
