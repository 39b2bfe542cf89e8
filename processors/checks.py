"""What a rule may ask of a row. Each check gives a Boolean expression that is true where the row breaks it.

Null in, not broken: only `NotNull` objects to a null.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Protocol, TypeAlias

import polars as pl

from processors.casting import cast
from processors.columns import ColumnType
from processors.expressions import parsed

Bound: TypeAlias = int | float | Decimal | date | datetime

_TEXT = ColumnType("string")


class Check(Protocol):
    """A question about one row."""

    def broken(self) -> pl.Expr:
        """True where the row breaks the check; false or null where it does not."""
        ...


@dataclass(frozen=True, slots=True)
class NotNull:
    """The cell has a value."""

    column: str

    def broken(self) -> pl.Expr:
        """True where the cell is null."""
        return pl.col(self.column).is_null()


@dataclass(frozen=True, slots=True)
class Range:
    """minimum ≤ value ≤ maximum, both ends included unless `exclusive`; either may be absent."""

    column: str
    minimum: Bound | None = None
    maximum: Bound | None = None
    exclusive: bool = False

    def broken(self) -> pl.Expr:
        """True where the value lies outside."""
        value = pl.col(self.column)
        outside = pl.lit(value=False)
        if self.minimum is not None:
            outside = outside | ((value <= self.minimum) if self.exclusive else (value < self.minimum))
        if self.maximum is not None:
            outside = outside | ((value >= self.maximum) if self.exclusive else (value > self.maximum))
        return outside


@dataclass(frozen=True, slots=True)
class OneOf:
    """The value is one of a list, written as the column's cells are (`kind`); of text, case counts."""

    column: str
    values: tuple[str, ...]
    kind: ColumnType = _TEXT

    def broken(self) -> pl.Expr:
        """True where the value is not in the list. Raises ValueError where one of the list is no value of `kind`."""
        values, misfits = cast(pl.Series(self.values, dtype=pl.String), self.kind, ())
        if misfits.any() or values.null_count():
            wrong = [value for value, good in zip(self.values, values.is_not_null(), strict=True) if not good]
            raise ValueError(f"{wrong[0]!r} is no {self.kind.name}, as which the column is cast")
        return ~pl.col(self.column).is_in(values.implode())


@dataclass(frozen=True, slots=True)
class Matches:
    """The whole text matches a regular expression (Rust's `regex` syntax: no look-around, linear time)."""

    column: str
    pattern: str

    def broken(self) -> pl.Expr:
        """True where the text does not match from its first character to its last."""
        return ~pl.col(self.column).str.contains(rf"\A(?:{self.pattern})\z")


@dataclass(frozen=True, slots=True)
class ValidTimestamp:
    """The text of a string column reads as a timestamp in one of `kind.formats`."""

    column: str
    kind: ColumnType

    def broken(self) -> pl.Expr:
        """True where the text is no timestamp."""
        return pl.col(self.column).map_batches(self._misfits, return_dtype=pl.Boolean, is_elementwise=True)

    def _misfits(self, text: pl.Series) -> pl.Series:
        return cast(text, self.kind, ("",))[1]


@dataclass(frozen=True, slots=True)
class Holds:
    """A SQL expression over the row is true (or null)."""

    sql: str

    def broken(self) -> pl.Expr:
        """True where the expression is false."""
        return ~parsed(self.sql)
