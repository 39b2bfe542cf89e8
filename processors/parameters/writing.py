"""Values as the text in which parameters and `_rescued` keep them, and back: plain numbers, ISO 8601 dates and times.

>>> from datetime import date
>>> written(pl.Series([date(2026, 11, 21), None])).to_list()
['2026-11-21', None]
>>> read(["2026-11-21"], ColumnType("date", formats=("%d.%m.%Y",))).to_list()
[datetime.date(2026, 11, 21)]
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import ROUND_HALF_EVEN, Context, Decimal

import polars as pl

from processors.casting.casting import cast, polars_type
from processors.columns import ColumnType

#: More digits than any figure of a column has.
EXACT = Context(prec=400)


def written(values: pl.Series) -> pl.Series:
    """Each value as text that `read` gives back."""
    if values.dtype == pl.Datetime:
        return values.dt.strftime("%Y-%m-%dT%H:%M:%S%.6fZ")
    return values.cast(pl.String)


def written_alike(values: pl.Series) -> pl.Series:
    """The same, with whole numbers as integers are written: so the text stays when an integer column gets wider.

    >>> [written_alike(pl.Series([5], dtype=kind)).item() for kind in (pl.Int64, pl.Float64)]
    ['5', '5']
    """
    text = written(values)
    return text.str.strip_suffix(".0") if values.dtype.is_float() else text


def read(texts: Sequence[str | None] | pl.Series, kind: ColumnType) -> pl.Series:
    """The texts as values of `kind`, however the cells of the column are written; null where one is none."""
    plain = ColumnType(kind.name, kind.precision, kind.scale)
    return cast(pl.Series(texts, dtype=pl.String), plain, ())[0].cast(polars_type(plain))


def rounded(figure: str, kind: ColumnType, rounding: str = ROUND_HALF_EVEN) -> str:
    """A figure of numbers as text that casts to `kind`: integers and decimals take it rounded, half to even.

    >>> [rounded("2.5", kind) for kind in (ColumnType("integer"), ColumnType("decimal", 9, 2), ColumnType("number"))]
    ['2', '2.50', '2.5']
    """
    if kind.name not in {"integer", "decimal"}:
        return figure
    step = Decimal(1).scaleb(-kind.scale)
    return f"{Decimal(figure).quantize(step, rounding, EXACT):f}"
