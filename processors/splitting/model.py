"""A split by time: where its parts begin, and what is left out at their borders.

The parts follow each other in time. At a border b two things would leak. The label of a row before b may be made of
what happens behind it: rows whose label window [t, t + label_horizon] reaches b are purged. The features of a row
behind b are made of what happened before it: rows with t < b + embargo are embargoed. After Lopez de Prado, Advances in
Financial Machine Learning (2018), section 7.4, with the embargo on the side of the later part, whose windows look back.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from typing import Literal, TypeAlias

PartName: TypeAlias = Literal["train", "validation", "test"]
#: Why a row is in no part: its label window reaches into the next part; its feature window into the part before; its
#: entity is in another part; it lies behind the end.
Exclusion: TypeAlias = Literal["purged", "embargoed", "entity", "outside"]
EXCLUSIONS: tuple[Exclusion, ...] = ("purged", "embargoed", "entity", "outside")


@dataclass(frozen=True, slots=True)
class Split:
    """How rows are to be split. `parts`: in the order of time. `shares`: of the time from the first to the last event,
    for each part, adding up to 1; or `starts`: microseconds since 1970 at which each part but the first begins, with
    the end of the last one behind them, which may be None. `by_entity`: an entity is in one part only.
    """

    name: str
    parts: tuple[PartName, ...]
    shares: tuple[Fraction, ...] = ()
    starts: tuple[int | None, ...] = ()
    label_horizon_us: int = 0
    embargo_us: int = 0
    by_entity: bool = False


@dataclass(frozen=True, slots=True)
class Borders:
    """Where the parts of a split are, in microseconds since 1970: `starts[k] <= t < starts[k + 1]`, and the last part
    up to `end`, which it does not hold. `open_end`: nobody says when that ends, so no label window reaches out of it.
    """

    starts: tuple[int, ...]
    end: int
    open_end: bool

    def weights(self) -> tuple[Fraction, ...]:
        """The share of each part in the whole time."""
        ends = (*self.starts[1:], self.end)
        whole = self.end - self.starts[0]
        return tuple(Fraction(until - since, whole) for since, until in zip(self.starts, ends, strict=True))


def borders(split: Split, first_us: int, last_us: int) -> Borders:
    """Where the parts are for rows whose events lie between two instants, both included.

    Raises ValueError where a part would begin before the one before it, or behind all rows.
    """
    if split.shares:
        span, passed, starts = last_us + 1 - first_us, Fraction(0), []
        for share in split.shares:
            starts.append(first_us + int(span * passed))
            passed += share
        found = Borders(tuple(starts), last_us + 1, open_end=True)
    else:
        *inner, end = split.starts
        known = tuple(each for each in inner if each is not None)
        found = Borders((first_us, *known), last_us + 1 if end is None else end, open_end=end is None)
    ends = (*found.starts[1:], found.end)
    for name, since, until in zip(split.parts, found.starts, ends, strict=True):
        if since >= until:
            raise ValueError(
                f"the part {name} would hold no instant, from {_moment(since)} to {_moment(until)}: the rows are from "
                f"{_moment(first_us)} to {_moment(last_us)}"
            )
    return found


def _moment(us: int) -> str:
    return (datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=us)).isoformat(" ")
