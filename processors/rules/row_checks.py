"""What a rule may ask of several cells of a row: that dates follow each other, that figures add up.

Each check gives a Boolean expression that is true where the row breaks it, and null where a null leaves that open.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

import polars as pl

#: Of a decimal in Arrow.
DIGITS_MAX = 38


@dataclass(frozen=True, slots=True)
class InOrder:
    """Dates or moments in ascending order: none later than one behind it or, with `strict`, each earlier.

    `moments`: the columns of timestamps among dates; they are compared by their day in `timezone`.
    """

    columns: tuple[str, ...]
    strict: bool = False
    moments: tuple[str, ...] = ()
    timezone: str = "UTC"

    def broken(self) -> pl.Expr:
        """True where two known cells are out of order, whatever a null between them stands for."""
        times = [self._time(column) for column in self.columns]
        wrong = [self._before(times[place], times[:place]) for place in range(1, len(times))]
        return wrong[0] if len(wrong) == 1 else pl.any_horizontal(wrong)

    def _before(self, time: pl.Expr, earlier: list[pl.Expr]) -> pl.Expr:
        latest = earlier[0] if len(earlier) == 1 else pl.max_horizontal(earlier)
        return time <= latest if self.strict else time < latest

    def _time(self, column: str) -> pl.Expr:
        time = pl.col(column)
        return time.dt.convert_time_zone(self.timezone).dt.date() if column in self.moments else time


@dataclass(frozen=True, slots=True)
class AddsUp:
    """The sum of some columns is another column, or a number, give or take `tolerance`.

    `scale`: as decimals with so many digits behind the point, which is exact where no sum has more than 38 digits;
    None: as floating point numbers of 64 bits, added in the order of the columns.
    """

    columns: tuple[str, ...]
    equals: str | Decimal
    tolerance: Decimal = Decimal(0)
    scale: int | None = None

    def broken(self) -> pl.Expr:
        """True where the sum is more than `tolerance` away."""
        total, *others = (self._cell(column) for column in self.columns)
        for each in others:
            total = total + each
        wanted = self._cell(self.equals) if isinstance(self.equals, str) else self._number(self.equals)
        return (total - wanted).abs() > self._number(self.tolerance)

    @property
    def _type(self) -> pl.DataType:
        return pl.Float64() if self.scale is None else pl.Decimal(DIGITS_MAX, self.scale)

    def _cell(self, column: str) -> pl.Expr:
        return pl.col(column).cast(self._type)

    def _number(self, value: Decimal) -> pl.Expr:
        return pl.lit(float(value) if self.scale is None else value, dtype=self._type)
