"""What a rule of the validation step may say."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Annotated, Literal, TypeAlias

from pydantic import BeforeValidator, Field, field_validator, model_validator

from processors.validation import Action, Severity
from stream.config.columns import AsWritten
from stream.config.strict import Name, Strict

Bound: TypeAlias = int | float | Decimal | datetime | date


def _is_bound(value: object) -> object:
    good = value is None or (isinstance(value, int | float | Decimal | date) and not isinstance(value, bool))
    if not good or value != value:
        raise ValueError("must be a number, a date or a timestamp, as YAML writes them (without quotes)")
    return value


def _check_ends(low: Bound | None, high: Bound | None) -> None:
    if low is None and high is None:
        raise ValueError("needs min, max or both")
    if type(low) is type(high) and low is not None and low > high:  # type: ignore[operator]
        raise ValueError("min is greater than max, so no value lies between")


class _RuleConfig(Strict):
    name: Name | None = Field(None, description="Error code and counter; <column>_<check> by default.")
    severity: Severity = "error"
    action: Action = Field(
        "quarantine",
        description="warn: pass and flag. quarantine, drop: reject. fail: set the whole file aside.",
    )


class _SetRuleConfig(Strict):
    """A rule over all accepted rows of an execution date, or of one of its files; judged when the date is closed."""

    name: Name | None = Field(None, description="Its name in results; <column>_<check> by default.")
    severity: Severity = "error"
    action: Literal["warn", "fail"] = Field(
        "warn", description="warn: a finding. fail: a finding too, and `run` exits with 1."
    )


SetScope: TypeAlias = Annotated[
    Literal["file", "date"], Field(description="date: of all files of the date together. file: of each of them.")
]
_AGE = re.compile(r"([0-9]+(?:\.[0-9]+)?) *(minute|hour|day|week)s?")


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
        _check_ends(self.min, self.max)
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


class RowCountRule(_SetRuleConfig):
    """So many rows are accepted: min ≤ rows ≤ max."""

    check: Literal["row_count"]
    scope: SetScope = "date"
    min: int | None = Field(None, ge=0)
    max: int | None = Field(None, ge=0)

    @model_validator(mode="after")
    def _ends(self) -> RowCountRule:
        _check_ends(self.min, self.max)
        return self


class FreshnessRule(_SetRuleConfig):
    """From the newest value of a column to the end of the execution date no more than max_age passes."""

    check: Literal["freshness"]
    column: str | None = Field(None, description="A date or timestamp column; event_time by default.")
    max_age: str = Field(
        description="Such as 36 hours, 2 days, 90 minutes. The date ends at midnight in the dataset's timezone; a "
        "value of a date column stands for its whole day. No clock is asked."
    )

    @field_validator("max_age", mode="before")
    @classmethod
    def _known(cls, text: object) -> object:
        if not isinstance(text, str) or not _AGE.fullmatch(text):
            raise ValueError("must be a number and a unit, such as 90 minutes, 36 hours, 2 days or 1 week")
        return text

    @property
    def age(self) -> timedelta:
        """The same."""
        number, unit = _AGE.findall(self.max_age)[0]
        return timedelta(**{f"{unit}s": float(number)})


class MeanConfig(Strict):
    """min ≤ mean ≤ max of the values that are not null."""

    min: Annotated[Bound | None, BeforeValidator(_is_bound)] = None
    max: Annotated[Bound | None, BeforeValidator(_is_bound)] = None

    @model_validator(mode="after")
    def _ends(self) -> MeanConfig:
        _check_ends(self.min, self.max)
        return self


class QuantileConfig(MeanConfig):
    """min ≤ quantile ≤ max of the values that are not null: linear between two of them (type 7, as R and numpy)."""

    q: float = Field(ge=0, le=1, description="The share of the values below it: 0.5 is the median.")


class NullPercentConfig(Strict):
    """At most so many percent of the rows have no value."""

    max: float = Field(ge=0, le=100)


class DistributionRule(_SetRuleConfig):
    """The mean, the share of nulls, a quantile of a column lie within limits."""

    check: Literal["distribution"]
    column: str
    scope: SetScope = "date"
    mean: MeanConfig | None = Field(None, description="Of numbers, dates and timestamps.")
    null_percent: NullPercentConfig | None = Field(None, description="Of the accepted rows.")
    quantile: QuantileConfig | None = Field(None, description="Of numbers, dates and timestamps.")

    @model_validator(mode="after")
    def _limited(self) -> DistributionRule:
        if self.mean is None and self.null_percent is None and self.quantile is None:
            raise ValueError("needs mean, null_percent or quantile, or several of them")
        return self


class VolumeRule(_SetRuleConfig):
    """The accepted rows of a date are near the median of those of the recorded dates before it."""

    check: Literal["volume"]
    dates: int = Field(7, ge=3, le=1000, description="So many dates; not assessed before there are three of them.")
    max_change_percent: float = Field(50.0, ge=0, description="Of the median, up or down.")


RuleConfig: TypeAlias = Annotated[
    NotNullRule
    | RangeRule
    | OneOfRule
    | MatchesRule
    | TimestampRule
    | UniqueRule
    | ExpressionRule
    | RowCountRule
    | FreshnessRule
    | DistributionRule
    | VolumeRule,
    Field(discriminator="check"),
]
