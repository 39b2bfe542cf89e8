"""What a feature view may say of splits of its rows, for training."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from typing import get_args
from zoneinfo import ZoneInfo

from pydantic import Field, model_validator

from processors.splitting.model import PartName, Split
from stream.config.durations import Duration, timespan
from stream.config.strict import Strict

_PARTS: tuple[PartName, ...] = get_args(PartName)
_MICROSECOND = timedelta(microseconds=1)


class FractionsConfig(Strict):
    """The share of each part in the time from the first to the last event; together 1."""

    train: float = Field(gt=0, lt=1)
    validation: float | None = Field(None, gt=0, lt=1)
    test: float = Field(gt=0, lt=1)


class BoundariesConfig(Strict):
    """When each part begins; train begins with the first event. A date begins at midnight of the dataset's timezone."""

    validation: datetime | date | None = None
    test: datetime | date
    until: datetime | date | None = Field(None, description="When test ends; by default with the last event.")


class SplitConfig(Strict):
    """Parts to train, validate and test with, which follow each other in time."""

    fractions: FractionsConfig | None = Field(None, description="Shares of the time; or say boundaries.")
    boundaries: BoundariesConfig | None = Field(None, description="When parts begin; or say fractions.")
    label_horizon: Duration | None = Field(
        None,
        description="How far a label looks ahead, such as 7 days: rows whose label would reach into the next part are "
        "purged.",
    )
    embargo: Duration | None = Field(
        None,
        description="Rows so near behind the beginning of a part are left out, since their windows reach into the part "
        "before. By default as far as the view's bounded windows reach; 0 days leaves none out.",
    )
    by_entity: bool = Field(
        False,
        description="An entity is in one part only, by a hash of its key; what it has in the time of another part is "
        "left out.",
    )

    @model_validator(mode="after")
    def _sound(self) -> SplitConfig:
        self.refuse()
        return self

    def refuse(self) -> None:
        """Raise ValueError where it says too little or too much."""
        if (self.fractions is None) == (self.boundaries is None):
            raise ValueError("needs either fractions or boundaries")
        if self.fractions is not None and sum(_shares(self.fractions).values()) != 1:
            raise ValueError("the fractions do not add up to 1")

    def split(self, name: str, timezone: str, horizon_us: int | None) -> Split:
        """The same, for the processor. `horizon_us`: how far the view's bounded windows reach. Raises ValueError where
        a part begins before the one before it."""
        embargo = _microseconds(self.embargo) if self.embargo is not None else horizon_us or 0
        around = (_microseconds(self.label_horizon), embargo, self.by_entity)
        if self.fractions is not None:
            shares = _shares(self.fractions)
            return Split(name, tuple(shares), tuple(shares.values()), (), *around)
        assert self.boundaries is not None  # noqa: S101 - either is there
        said = self.boundaries
        starts = {"validation": said.validation, "test": said.test} if said.validation else {"test": said.test}
        instants = [_instant(each, timezone) for each in starts.values()]
        end = None if said.until is None else _instant(said.until, timezone)
        if sorted({*instants, *([] if end is None else [end])}) != [*instants, *([] if end is None else [end])]:
            raise ValueError("each part must begin before the next one, and test before its end")
        parts = tuple(part for part in _PARTS if part == "train" or part in starts)
        return Split(name, parts, (), (*instants, end), *around)


def _shares(said: FractionsConfig) -> dict[PartName, Fraction]:
    """As they are written: 0.7 is seven tenths."""
    shares = {part: getattr(said, part) for part in _PARTS}
    return {part: Fraction(str(share)) for part, share in shares.items() if share is not None}


def _microseconds(said: str | None) -> int:
    return 0 if said is None else timespan(said) // _MICROSECOND


def _instant(said: datetime | date, timezone: str) -> int:
    """Microseconds since 1970; what has no offset is in the dataset's timezone."""
    moment = said if isinstance(said, datetime) else datetime(said.year, said.month, said.day)  # noqa: DTZ001
    aware = moment if moment.tzinfo else moment.replace(tzinfo=ZoneInfo(timezone))
    return (aware - datetime(1970, 1, 1, tzinfo=UTC)) // _MICROSECOND
