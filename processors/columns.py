"""The columns of a dataset: a name, where it is found in the header, and a logical type."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

TypeName: TypeAlias = Literal["string", "integer", "number", "decimal", "boolean", "date", "timestamp", "category"]

#: ISO 8601 with a blank or a T; `%+` is RFC 3339 (an offset or Z).
TIMESTAMP_FORMATS = ("%Y-%m-%d %H:%M:%S%.f", "%Y-%m-%dT%H:%M:%S%.f", "%+", "%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M")
DATE_FORMATS = ("%Y-%m-%d",)


@dataclass(frozen=True, slots=True)
class ColumnType:
    """A logical type. `precision` and `scale` belong to decimal, `formats` (chrono's letters) to date and timestamp."""

    name: TypeName
    precision: int = 0
    scale: int = 0
    formats: tuple[str, ...] = ()
    timezone: str = "UTC"

    @property
    def is_text(self) -> bool:
        """Whether a value of this type is its own text."""
        return self.name in {"string", "category"}


@dataclass(frozen=True, slots=True)
class Column:
    """A column of the staged table. `source` is its name in the file's header; `optional` ones may be absent there."""

    name: str
    source: str
    type: ColumnType
    optional: bool = False
