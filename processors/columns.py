"""The columns of a dataset: a name, where it is found in the header, and a logical type."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

from processors.casting.date_formats import FIRST_YEAR
from processors.casting.numerals import PLAIN, NumberStyle
from processors.schemas.model import Mode

TypeName: TypeAlias = Literal["string", "integer", "number", "decimal", "boolean", "date", "timestamp", "category"]

#: ISO 8601 with a blank or a T; `%+` is RFC 3339 (an offset or Z).
TIMESTAMP_FORMATS = ("%Y-%m-%d %H:%M:%S%.f", "%Y-%m-%dT%H:%M:%S%.f", "%+", "%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M")
DATE_FORMATS = ("%Y-%m-%d",)


@dataclass(frozen=True, slots=True)
class ColumnType:
    """A logical type. `precision` and `scale` belong to decimal, `style` to all numbers, and to date and timestamp
    `formats` (see `date_formats`; none means ISO 8601) and `first_year`, the first of those that two digits may mean.
    """

    name: TypeName
    precision: int = 0
    scale: int = 0
    formats: tuple[str, ...] = ()
    timezone: str = "UTC"
    style: NumberStyle = PLAIN
    first_year: int = FIRST_YEAR

    @property
    def is_text(self) -> bool:
        """Whether a value of this type is its own text."""
        return self.name in {"string", "category"}

    @property
    def written(self) -> str:
        """The type as a config writes it.

        >>> ColumnType("decimal", 12, 2).written
        'decimal(12,2)'
        """
        return f"decimal({self.precision},{self.scale})" if self.name == "decimal" else self.name


@dataclass(frozen=True, slots=True)
class Column:
    """A column of the staged table. `source` is its name in the file's header, `aliases` its names in other files;
    `optional` ones may be absent there. `null_tokens` mean nothing here, beside those of the dataset. `misfits`: what
    becomes of cells that do not cast, where that is not as with the other columns.
    """

    name: str
    source: str
    type: ColumnType
    optional: bool = False
    aliases: tuple[str, ...] = ()
    null_tokens: tuple[str, ...] = ()
    misfits: Mode | None = None

    @property
    def names(self) -> tuple[str, ...]:
        """Its names in headers, in the order of the config; `matching` says which of them a header has."""
        return (self.source, *self.aliases)
