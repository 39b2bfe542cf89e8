"""The schema of a file as it was found: its columns in order, and what their cells are.

What fits the contract is what the contract says: a column declared `number` is a number in a file of whole numbers too.
Only a cell that does not fit, and a column that the contract does not have, is looked at for what it is.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal, TypeAlias

#: What becomes of new columns, missing columns and cells that do not cast. evolve: the contract grows. quarantine: the
#: records are rejected. rescue: they are loaded, and what has no place is kept in `_rescued`. freeze: the file is held.
Mode: TypeAlias = Literal["evolve", "quarantine", "rescue", "freeze"]

#: The type of a column in which no value was seen. It widens to every other.
UNKNOWN = "unknown"

#: Of a column that the contract does not have so many values are kept, to tell what it may be.
VALUES_MAX = 50

#: Of each file so many records are looked at for the formats of values, and for columns that the contract lacks.
SAMPLE_RECORDS = 1000


@dataclass(frozen=True, slots=True)
class SchemaColumn:
    """A column. `name`: as the header has it. `column`: the contract's column that it is; None where there is none.

    `type`: as a config writes it, such as `integer` or `decimal(12,2)`, or `unknown`. `nullable`: whether a cell may
    be null, or was. `formats`: the ways in which values are written, where there are several; sorted. `categories`: the
    values that there are; None where that is not known, or they are too many. `values`: some of the values, in their
    order; they do not make the schema another.
    """

    name: str
    type: str
    column: str | None = None
    nullable: bool = True
    formats: tuple[str, ...] = ()
    categories: tuple[str, ...] | None = None
    values: tuple[str, ...] = field(default=(), compare=False)


@dataclass(frozen=True, slots=True)
class Schema:
    """Columns in their order, and the names of those that identify a record (only a contract says which)."""

    columns: tuple[SchemaColumn, ...]
    key: tuple[str, ...] = ()
