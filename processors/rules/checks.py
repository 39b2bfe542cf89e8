"""What a rule may ask of a cell, and what an expression asks of a row. Checks of several cells are in `row_checks`.

Each check gives a Boolean expression that is true where the row breaks it, and null where the answer is unknown: of a
null cell, and of what cannot be computed. Only `NotNull` knows the answer for a null. Numbers are finite here: neither
does the schema step let others in, nor a feature.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import reduce
from operator import or_
from typing import Protocol, TypeAlias

import polars as pl

from processors.casting.casting import cast
from processors.columns import ColumnType
from processors.rules.expressions import parsed

Bound: TypeAlias = int | float | Decimal | date | datetime

_TEXT = ColumnType("string")


class Check(Protocol):
    """A question about one row."""

    def broken(self) -> pl.Expr:
        """True where the row breaks the check; null where that is unknown."""
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
        outside = []
        if self.minimum is not None:
            outside.append((value <= self.minimum) if self.exclusive else (value < self.minimum))
        if self.maximum is not None:
            outside.append((value >= self.maximum) if self.exclusive else (value > self.maximum))
        return reduce(or_, outside or [pl.lit(value=False)])


@dataclass(frozen=True, slots=True)
class OneOf:
    """The value is one of a list, written as the column's cells are (`kind`); of text, case counts."""

    column: str
    values: tuple[str, ...]
    kind: ColumnType = _TEXT

    def broken(self) -> pl.Expr:
        """True where the value is not in the list. Raises ValueError where one of the list is no value of `kind`."""
        return _outside(self.column, self.values, self.kind)


@dataclass(frozen=True, slots=True)
class Listed:
    """The value is one of a list in a file, `source`, written as the column's cells are (`kind`)."""

    column: str
    values: tuple[str, ...]
    source: str
    kind: ColumnType = _TEXT

    def broken(self) -> pl.Expr:
        """True where the value is not in the list. Raises ValueError where one of the list is no value of `kind`."""
        return _outside(self.column, self.values, self.kind)


def _outside(column: str, written: tuple[str, ...], kind: ColumnType) -> pl.Expr:
    """True where a value is none of those written.

    Text is looked up in an Enum, whose table is made once; `is_in` makes one of the whole list for every batch.
    """
    values, misfits = cast(pl.Series(written, dtype=pl.String), kind, ())
    if misfits.any() or values.null_count():
        wrong = [value for value, good in zip(written, values.is_not_null(), strict=True) if not good]
        raise ValueError(f"{wrong[0]!r} is no {kind.name}, as which the column is cast")
    value = pl.col(column)
    if not kind.is_text:
        return ~value.is_in(values.implode())
    known = pl.Enum(values.unique(maintain_order=True))
    return pl.when(value.is_not_null()).then(value.cast(known, strict=False).is_null())


@dataclass(frozen=True, slots=True)
class Matches:
    """The whole text matches a regular expression (Rust's `regex` syntax: no look-around, linear time)."""

    column: str
    pattern: str

    def broken(self) -> pl.Expr:
        """True where the text does not match from its first character to its last."""
        return ~pl.col(self.column).str.contains(rf"\A(?:{self.pattern})\z")


@dataclass(frozen=True, slots=True)
class Length:
    """minimum ≤ number of Unicode characters (code points) of the text ≤ maximum; either may be absent."""

    column: str
    minimum: int | None = None
    maximum: int | None = None

    def broken(self) -> pl.Expr:
        """True where the text is shorter or longer."""
        length = pl.col(self.column).str.len_chars()
        low, high = 0 if self.minimum is None else self.minimum, self.maximum
        return length < low if high is None else ~length.is_between(low, high)


@dataclass(frozen=True, slots=True)
class Typed:
    """The text of a string column reads as a value of `kind`, as strictly as a column of that type is cast."""

    column: str
    kind: ColumnType

    def broken(self) -> pl.Expr:
        """True where the text is no such value; a blank one is as good as null."""
        return pl.col(self.column).map_batches(self._misfits, return_dtype=pl.Boolean, is_elementwise=True)

    def _misfits(self, text: pl.Series) -> pl.Series:
        values, misfits = cast(text, self.kind, ("",))
        return misfits.set(values.is_null() & ~misfits, None)


@dataclass(frozen=True, slots=True)
class Holds:
    """A SQL expression over the row is true (or null)."""

    sql: str

    def broken(self) -> pl.Expr:
        """True where the expression is false."""
        return ~parsed(self.sql)
