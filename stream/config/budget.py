"""What a dataset's YAML may say of how many records may be rejected."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, WithJsonSchema, model_validator


class BudgetConfig(BaseModel):
    """How many records may be rejected before loading stops.

    Counted are the records that the reader or a processor refuses, those with the action `drop` too; not lines that
    repeat the header, and not duplicates, which are only known when they are stored. The micro-batch that goes over the
    budget is not stored; what was stored before it stays. Which record goes over the budget of its file does not depend
    on micro-batches.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    max_reject_percent: Annotated[Decimal, WithJsonSchema({"type": "number", "minimum": 0, "maximum": 100})] = Field(
        ge=0,
        le=100,
        decimal_places=4,
        description="A file is over budget at the first record, from its min_records-th on, at which more of its "
        "records so far are rejected; with fewer records it is judged when it is finished, and is not loaded "
        "before where it would be over. The dataset is over budget where more of its last `window` records are "
        "rejected, as this process has read them, from the min_records-th on.",
    )
    window: int = Field(1000, ge=1, le=1_000_000, description="So many last records of the dataset count together.")
    min_records: int = Field(100, ge=1, le=1_000_000, description="A share of fewer records says nothing yet.")
    on_failure: Literal["hold", "fail"] = Field(
        "hold",
        description="hold: the file and its dataset are held, the other datasets go on, and "
        "`ade-stream resume DATASET` takes the file as it is, goes on with the others and begins the window anew. "
        "fail: `run`, `watch` and `check FILE` stop at once with exit 1 and print the report.",
    )

    @property
    def share(self) -> Fraction:
        """What part of the records may be rejected: exact, so that a share that is the budget's is within it."""
        return Fraction(self.max_reject_percent) / 100

    @model_validator(mode="after")
    def _reachable(self) -> BudgetConfig:
        if self.min_records > self.window:
            raise ValueError("min_records is greater than window, so the window would never be judged")
        return self
