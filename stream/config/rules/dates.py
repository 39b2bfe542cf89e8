"""Rules over all accepted rows of an execution date, or of one of its files; judged when the date is closed."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated, Literal, TypeAlias

from pydantic import BeforeValidator, Field, model_validator

from stream.config.durations import Duration, timespan
from stream.config.rules.base import NamedRule
from stream.config.rules.cells import Bound, check_ends, is_bound
from stream.config.strict import Strict

SetScope: TypeAlias = Annotated[
    Literal["file", "date"], Field(description="date: of all files of the date together. file: of each of them.")
]


class SetRule(NamedRule):
    """A rule over a set of rows."""

    action: Literal["warn", "fail"] = Field(
        "warn", description="warn: a finding. fail: a finding too, and `run` exits with 1."
    )


class RowCountRule(SetRule):
    """So many rows are accepted: min ≤ rows ≤ max."""

    check: Literal["row_count"]
    scope: SetScope = "date"
    min: int | None = Field(None, ge=0)
    max: int | None = Field(None, ge=0)

    @model_validator(mode="after")
    def _ends(self) -> RowCountRule:
        check_ends(self.min, self.max)
        return self


class FreshnessRule(SetRule):
    """From the newest value of a column to the end of the execution date no more than max_age passes."""

    check: Literal["freshness"]
    column: str | None = Field(None, description="A date or timestamp column; event_time by default.")
    max_age: Duration = Field(
        description="Such as 36 hours, 2 days, 90 minutes. The date ends at midnight in the dataset's timezone; a "
        "value of a date column stands for its whole day. No clock is asked."
    )

    @property
    def age(self) -> timedelta:
        """The same."""
        return timespan(self.max_age)


class MeanConfig(Strict):
    """min ≤ mean ≤ max of the values that are not null."""

    min: Annotated[Bound | None, BeforeValidator(is_bound)] = None
    max: Annotated[Bound | None, BeforeValidator(is_bound)] = None

    @model_validator(mode="after")
    def _ends(self) -> MeanConfig:
        check_ends(self.min, self.max)
        return self


class QuantileConfig(MeanConfig):
    """min ≤ quantile ≤ max of the values that are not null: linear between two of them (type 7, as R and numpy)."""

    q: float = Field(ge=0, le=1, description="The share of the values below it: 0.5 is the median.")


class NullPercentConfig(Strict):
    """At most so many percent of the rows have no value."""

    max: float = Field(ge=0, le=100)


class DistributionRule(SetRule):
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


class VolumeRule(SetRule):
    """The accepted rows of a date are near the median of those of the recorded dates before it."""

    check: Literal["volume"]
    dates: int = Field(7, ge=3, le=1000, description="So many dates; not assessed before there are three of them.")
    max_change_percent: float = Field(50.0, ge=0, description="Of the median, up or down.")
