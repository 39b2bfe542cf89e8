"""What a rule of the validation step may say."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Literal, TypeAlias

from pydantic import BeforeValidator, Field, model_validator

from processors.validation import Action, Severity
from stream.config.columns import AsWritten
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
        description="warn: pass and flag. quarantine, drop: reject. fail: set the whole file aside.",
    )


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
    scope: Literal["file", "date", "dataset"] = Field(
        "dataset", description="Which records are compared: those of one file, of one execution date, or all."
    )
    action: Literal["quarantine", "drop"] = "quarantine"


class MonotonicRule(_RuleConfig):
    """The value is not less than that of the nearest record before it in its file that has one and passed the steps,
    whether that one breaks this rule or not."""

    check: Literal["monotonic"]
    column: str = Field(description="A column of numbers, dates or timestamps.")
    direction: Literal["increasing", "decreasing"] = "increasing"
    strict: bool = Field(False, description="Equal values break the rule too.")
    action: Literal["quarantine", "drop"] = "quarantine"


class ReferentialRule(_RuleConfig):
    """Another dataset has a record with these values. Records with a null among them are not asked.

    A record counts there when it passed the steps, whether a rule like this one, or `unique`, rejects it or not; so
    nothing cascades. A record without a counterpart is rejected, and comes back by itself when one comes.
    """

    check: Literal["referential"]
    columns: tuple[str, ...] = Field((), description="The columns whose values are looked for.")
    dataset: str | None = Field(None, description="The dataset in which they are looked for; it may be this one.")
    fields: tuple[str, ...] = Field(
        (), description="Its columns, in the order of `columns`; by default the same names."
    )

    @model_validator(mode="after")
    def _complete(self) -> ReferentialRule:
        if self.dataset is None:
            raise ValueError("needs dataset, in which the values are looked for")
        if not self.columns:
            raise ValueError("needs columns, whose values are looked for")
        if self.fields and len(self.fields) != len(self.columns):
            raise ValueError(f"has {len(self.columns)} columns and {len(self.fields)} fields, which must be as many")
        if self.action not in {"quarantine", "drop"}:
            raise ValueError(f"the action of a rule that looks into a dataset is quarantine or drop, not {self.action}")
        return self


class ExpressionRule(_RuleConfig):
    """A SQL expression over the row is true (or null)."""

    check: Literal["expression"]
    name: Name
    sql: str


RuleConfig: TypeAlias = Annotated[
    NotNullRule
    | RangeRule
    | OneOfRule
    | MatchesRule
    | TimestampRule
    | UniqueRule
    | MonotonicRule
    | ReferentialRule
    | ExpressionRule,
    Field(discriminator="check"),
]
