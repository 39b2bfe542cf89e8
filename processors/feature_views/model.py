"""Feature views: windows over the rows of an entity that end before an instant, and what is made of them.

A view is written in SQL, once; what stands here is what became of it. A vector is a function of an entity and an
instant: of the entity's rows whose event time lies strictly before it. Rows at the same instant do not see each other.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

from processors.columns import ColumnType

Function: TypeAlias = Literal["count", "sum", "avg", "min", "max"]

#: The event time of a row in microseconds since 1970-01-01 UTC, the instant of a vector.
EVENT_US = "_event_us"


@dataclass(frozen=True, slots=True)
class Frame:
    """The rows whose event time lies in [t - start_us, t - end_us], in microseconds; `start_us` None: all up to there.

    `end_us` is 1 at the least, so a window never holds the instant itself.
    """

    start_us: int | None
    end_us: int = 1


@dataclass(frozen=True, slots=True)
class Input:
    """What a window adds up: a SQL expression over one staged row, in the dialect of `processors.rules.expressions`.

    `name`: of the column that holds it, such as `_input_1`. `sql` is the column's own name in the plain case.
    """

    name: str
    sql: str
    type: ColumnType


@dataclass(frozen=True, slots=True)
class Aggregate:
    """An aggregate over a window. `name`: by which expressions of features know it, such as `_window_1`. `input`: the
    name of what is aggregated, None for count(*). Nulls are passed over; of no rows count is 0 and all else null.
    """

    name: str
    function: Function
    input: str | None
    frame: Frame
    type: ColumnType


@dataclass(frozen=True, slots=True)
class Feature:
    """A column of the vector: a SQL expression over aggregates and `_event_us`, row by row. `sources`: the staged
    columns that it is made of."""

    name: str
    sql: str
    type: ColumnType
    sources: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class FeatureView:
    """A view and its version. `entity`: the columns whose rows belong together; rows with a null among them, or without
    an event time, belong to none. `where`: a SQL condition over one staged row; others are passed over. `horizon_us`:
    no window reaches further back; None: some reach back for ever.

    `sql`: as it was written. `sql_hash`: of its canonical form. `config_hash`: of what the YAML says beside it.
    `schema_hash`: of the names and types of what comes out. All are hexadecimal SHA-256.
    """

    name: str
    version: int
    dataset: str
    entity: tuple[tuple[str, ColumnType], ...]
    horizon_us: int | None
    inputs: tuple[Input, ...]
    aggregates: tuple[Aggregate, ...]
    features: tuple[Feature, ...]
    where: str | None
    sql: str
    sql_hash: str
    config_hash: str
    schema_hash: str
    description: str = ""

    @property
    def keys(self) -> tuple[str, ...]:
        """The names of the entity's columns."""
        return tuple(name for name, _ in self.entity)

    @property
    def reach_us(self) -> int:
        """How far back its bounded windows look, in microseconds."""
        return max((each.frame.start_us or 0 for each in self.aggregates), default=0)

    def __hash__(self) -> int:
        """Of what tells versions apart: it is asked for with every batch."""
        return hash((self.name, self.version, self.sql_hash, self.config_hash))
