"""What a dataset may say of the profiles of its dates, and of when they have drifted."""

from __future__ import annotations

from pydantic import Field, model_validator

from processors.drift.states import Profiling, Thresholds
from stream.config.strict import Strict


class ThresholdConfig(Strict):
    """From which distance to the reference on a column is in the state warn, and in the state drift."""

    warn: float = Field(gt=0, description="A distance that is worth a look.")
    drift: float = Field(gt=0, description="A distance that means that the values are others.")

    @model_validator(mode="after")
    def _ordered(self) -> ThresholdConfig:
        if self.warn > self.drift:
            raise ValueError("warn is greater than drift")
        return self

    @property
    def thresholds(self) -> Thresholds:
        """The same, for the processor."""
        return Thresholds(self.warn, self.drift)


class ProfileConfig(Strict):
    """A profile of each column for each execution date, compared with a frozen reference."""

    columns: tuple[str, ...] | None = Field(None, min_length=1, description="All by default, features too.")
    bins: int = Field(
        10,
        ge=2,
        le=100,
        description="Of histograms and references: about as many rows in each, or the most frequent categories, beside "
        "one for all others and one for nulls.",
    )
    reference_rows: int = Field(
        1000,
        ge=1,
        description="The reference is frozen when the dates before the one that is closed have so many accepted rows.",
    )
    psi: ThresholdConfig = Field(
        ThresholdConfig(warn=0.1, drift=0.25), description="Of the population stability index."
    )
    js: ThresholdConfig = Field(
        ThresholdConfig(warn=0.1, drift=0.2), description="Of the Jensen-Shannon distance, base 2."
    )
    rows_min: int = Field(100, ge=1, description="A date with fewer accepted rows is not compared.")

    @property
    def profiling(self) -> Profiling:
        """The same, for the sink."""
        return Profiling(
            self.columns, self.bins, self.reference_rows, self.psi.thresholds, self.js.thresholds, self.rows_min
        )
