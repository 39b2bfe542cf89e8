"""What a dataset's YAML may say of its quality score."""

from __future__ import annotations

from pydantic import Field, model_validator

from processors.assessing.expectations import DIMENSIONS
from processors.assessing.scoring import Scoring
from stream.config.strict import Strict


class DimensionWeights(Strict):
    """What each dimension counts for in the score."""

    completeness: float = Field(1, ge=0, le=1000, description="Values are there.")
    uniqueness: float = Field(1, ge=0, le=1000, description="Nothing is there twice.")
    validity: float = Field(1, ge=0, le=1000, description="Records can be read, and values are of their kind.")
    consistency: float = Field(1, ge=0, le=1000, description="Values agree with each other and with other data.")
    timeliness: float = Field(1, ge=0, le=1000, description="As much data as ever is there, and it is new.")

    @model_validator(mode="after")
    def _any(self) -> DimensionWeights:
        if not any(getattr(self, name) for name in DIMENSIONS):
            raise ValueError("one dimension at least must have a weight above 0")
        return self


class ScoreConfig(Strict):
    """How good the data of a date is, from 0 to 100: the mean of the dimensions that could be assessed."""

    weights: DimensionWeights = DimensionWeights()  # type: ignore[call-arg]
    fall: float = Field(
        5, gt=0, le=100, description="A date whose score is more points below that of the dates before it is told."
    )
    dates: int = Field(7, ge=1, le=1000, description="Its score is compared with the median of so many dates before.")

    @property
    def scoring(self) -> Scoring:
        """The same for the processors."""
        weights = tuple((name, float(getattr(self.weights, name))) for name in DIMENSIONS)
        return Scoring(weights, self.fall, self.dates)
