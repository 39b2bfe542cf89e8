"""Parameters: figures of committed rows that steps work with, such as a median to put in the place of a null.

They are fitted when an execution date begins, from the rows of the dates before it, and do not move while the date
runs. So a step is a pure function of rows and parameters, and what it makes of a row does not depend on batches.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, Protocol, Self, TypeAlias

#: median, mean, mode (the most frequent value, of several the smallest), last (of the greatest row id) of the values;
#: quartiles: the first and the third; moments: mean and standard deviation; mad: median and median absolute deviation.
StatisticKind: TypeAlias = Literal["median", "mean", "mode", "last", "quartiles", "moments", "mad"]


@dataclass(frozen=True, slots=True)
class Statistic:
    """A figure of the values of a column that are not null, of all rows; and, with `by`, of each group of rows that
    agree in these columns, too."""

    kind: StatisticKind
    column: str
    by: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Fitted:
    """A statistic as it was found. `rows`: how many values it is made of. `values`: one figure, or two, as text; none
    where there were no values. Mode and last are written as `writing` reads them; other figures of integers and
    decimals have up to 15 digits more than these. `groups`: the same for each group, by the group's cells as text
    (None: null), in ascending order of the cells."""

    statistic: Statistic
    rows: int
    values: tuple[str, ...]
    groups: tuple[tuple[tuple[str | None, ...], tuple[str, ...]], ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class Parameters:
    """A version of a dataset's parameters; versions count from 1. `through`: the last execution date whose rows they
    are made of, None where they were fitted on the first records of the first file."""

    dataset: str
    version: int
    through: str | None
    fitted: tuple[Fitted, ...]
    of: Mapping[Statistic, Fitted] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        """Index what was fitted."""
        object.__setattr__(self, "of", {each.statistic: each for each in self.fitted})

    def __eq__(self, other: object) -> bool:
        """The same version of the same dataset, with the same figures."""
        if not isinstance(other, Parameters):
            return NotImplemented
        mine = self.dataset, self.version, self.through, self.fitted
        return mine == (other.dataset, other.version, other.through, other.fitted)

    def __hash__(self) -> int:
        """Of the name alone: it is asked for with every batch."""
        return hash((self.dataset, self.version))


class Parametrised(Protocol):
    """A step that works with parameters. As it is configured it has none, and leaves alone what it would need them
    for."""

    @property
    def wanted(self) -> tuple[Statistic, ...]:
        """What it would know."""
        ...

    def given(self, parameters: Parameters, /) -> Self:
        """The same step with these. What they lack it does without."""
        ...
