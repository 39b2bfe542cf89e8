"""What a dataset's YAML may say of the parameters that its steps work with."""

from __future__ import annotations

from pydantic import Field

from stream.config.strict import Strict


class ParametersConfig(Strict):
    """From which rows the figures are made that steps put in the place of missing values, or hold outliers against.

    They are made when the first record of an execution date is read, from the accepted rows of the dates before it, and
    stay as they are while the date runs. In a dataset with such steps, dates are loaded one after the other.
    """

    warmup_rows: int = Field(
        1000,
        ge=1,
        le=1_000_000,
        description="Where no date before has rows, so many first records of the first file are judged once without "
        "parameters, and those that are accepted make the first ones. A file with fewer waits until it is finished.",
    )
    window_dates: int = Field(30, ge=1, le=10_000, description="So many of the last dates with rows are looked at.")
    window_rows: int = Field(
        1_000_000, ge=1, le=10_000_000, description="Of their rows, so many of the last ones (by row id) at the most."
    )
