"""Of what type cells are: those of columns that the contract does not have, and those that do not fit it.

Each cell has a type of its own, and a column the narrowest type that takes them all, so what is inferred of a file does
not depend on how it is cut.

>>> infer(pl.Series(["1", "2.5", ""])), infer(pl.Series(["02108"])), infer(pl.Series(["yes", "no"]))
('number', 'string', 'boolean')
"""

from __future__ import annotations

from dataclasses import replace
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
import polars as pl

from processors.casting.casting import cast
from processors.casting.numerals import PLAIN, plain
from processors.columns import ColumnType, TypeName
from processors.schemas.model import DIGITS_MAX, UNKNOWN, decimal, join_types

#: For each cell the bit of its type, none for a null: those of many cells are put together with a bitwise or.
Kinds: TypeAlias = npt.NDArray[np.uint8]

BOOLEAN, INTEGER, NUMBER, DATE, TIMESTAMP, STRING = (1 << place for place in range(6))
_NAMES: dict[int, TypeName] = {
    BOOLEAN: "boolean",
    INTEGER: "integer",
    NUMBER: "number",
    INTEGER | NUMBER: "number",
    DATE: "date",
    TIMESTAMP: "timestamp",
}
#: 0 and 1 are integers here.
_TRUTHS = ["true", "false", "yes", "no"]
#: A float keeps so many decimal digits.
_FLOAT_DIGITS = 15


def infer(values: pl.Series, null_tokens: tuple[str, ...] = ("",)) -> str:
    """The type of all values: boolean, integer, number, date, timestamp or string; unknown where all are null.

    Dates and timestamps are ISO 8601, numbers are plain. Digits with a leading zero, and integers beyond 64 bits, are
    text: codes, of which a number would lose a part.
    """
    return named(int(np.bitwise_or.reduce(kinds(values, null_tokens), initial=0)))


def named(bits: int) -> str:
    """The type whose values all these are."""
    return _NAMES.get(bits, "string") if bits else UNKNOWN


def kinds(values: pl.Series, null_tokens: tuple[str, ...]) -> Kinds:
    """The bit of each value. Blanks around it do not count."""
    bare = values.str.strip_chars()
    there = bare.is_not_null() & ~bare.is_in([*null_tokens, ""])
    found: Kinds = there.to_numpy() * np.uint8(STRING)
    padded = bare.str.contains("^[+-]?0[0-9]")
    numbers = bare.cast(pl.Float64, strict=False).is_finite() & ~padded & ~bare.str.contains("^[+-]?[0-9]+$")
    integers = bare.cast(pl.Int64, strict=False).is_not_null() & ~padded
    truths = bare.str.to_lowercase().is_in(_TRUTHS)
    for bit, mask in ((NUMBER, numbers), (INTEGER, integers), (BOOLEAN, truths)):
        found[(there & mask).fill_null(value=False).to_numpy()] = bit
    left = np.flatnonzero(found == STRING)
    for bit, name in ((DATE, "date"), (TIMESTAMP, "timestamp")):
        if len(left):
            times, _ = cast(bare.gather(left), ColumnType(name), ())  # type: ignore[arg-type]
            found[left[times.is_not_null().to_numpy()]] = bit
    return found


def misfits_of(kind: ColumnType, cells: pl.Series) -> tuple[str, tuple[str, ...]]:
    """The narrowest type that takes the values of `kind` and those of `cells`, none of which are, that are of its sort;
    string where there are none. And how those are written that would be values of `kind`, were they written
    otherwise."""
    if kind.name in {"integer", "number", "decimal"}:
        return _numeric_misfits(kind, cells)
    bits = int(np.bitwise_or.reduce(kinds(cells, ()), initial=0))
    own = {"boolean": BOOLEAN, "date": DATE, "timestamp": TIMESTAMP}[kind.name]
    if not bits & own:
        return "string", ()
    return kind.written, () if kind.name == "boolean" else ("iso",)


def _numeric_misfits(kind: ColumnType, cells: pl.Series) -> tuple[str, tuple[str, ...]]:
    styled, numbers = _numbers(kind, cells)
    told = numbers.is_not_null()
    formats = ("1234.5",) if (styled.is_null() & told).any() else ()
    if not told.any():
        return "string", formats
    if kind.name != "decimal":
        return "number", formats
    whole, scale = _digits(numbers.filter(told))
    if whole.null_count():
        return "number", formats
    return join_types(kind.written, decimal(_most(whole), _most(scale))), formats


def _numbers(kind: ColumnType, cells: pl.Series) -> tuple[pl.Series, pl.Series]:
    """The cells in the plain form where they are written in the style of `kind`; and where they are any numbers."""
    text = cells.str.strip_chars().alias("text").to_frame()
    styled = text.select(pl.col("text") if kind.style == PLAIN else plain(pl.col("text"), kind.style)).to_series()
    bare = styled.zip_with(styled.is_not_null(), text["text"])
    values, _ = cast(bare, ColumnType("number"), ())
    return styled, bare.zip_with(values.is_not_null(), pl.Series([None], dtype=pl.String))


def _digits(numbers: pl.Series) -> tuple[pl.Series, pl.Series]:
    """How many digits stand before and behind the point of each; null where there is an exponent, or none."""
    told = numbers.zip_with(numbers.str.contains("[0-9]"), pl.Series([None], dtype=pl.String))
    parts = told.str.extract_groups(r"^[+-]?0*([0-9]*)(?:\.([0-9]*))?$").struct.unnest()
    whole, fraction = parts.get_columns()
    return whole.str.len_chars(), fraction.fill_null("").str.len_chars().zip_with(
        whole.is_not_null(), pl.Series([None], dtype=pl.UInt32)
    )


def _most(digits: pl.Series) -> int:
    return int(digits.max() or 0)  # type: ignore[arg-type]


def fits_wider(kind: ColumnType, cells: pl.Series) -> pl.Series:
    """Which of the cells, which do not fit `kind`, would fit a wider type that loses nothing, each taken alone."""
    if kind.name not in {"integer", "decimal"}:
        return pl.repeat(value=False, n=cells.len(), dtype=pl.Boolean, eager=True)
    styled, _ = _numbers(kind, cells)
    whole, scale = _digits(styled.fill_null("x"))
    if kind.name == "decimal":
        digits = whole.clip(kind.precision - kind.scale) + scale.clip(kind.scale)
        return (digits <= DIGITS_MAX).fill_null(value=False)
    return (whole + scale <= _FLOAT_DIGITS).fill_null(value=False)


def widened(kind: ColumnType, cells: pl.Series) -> ColumnType | None:
    """The narrowest type that takes the values of `kind` and all of `cells`, if it loses nothing of them; else None.

    An integer becomes a number, as long as the cells have no more digits than a float keeps, and a decimal gets more
    digits.

    >>> widened(ColumnType("decimal", 5, 2), pl.Series(["1234.5", "0.125"])).written
    'decimal(7,3)'
    """
    if not cells.len() or not fits_wider(kind, cells).all():
        return None
    if kind.name == "integer":
        return replace(kind, name="number")
    whole, scale = _digits(_numbers(kind, cells)[0])
    before = max(kind.precision - kind.scale, _most(whole))
    behind = max(kind.scale, _most(scale))
    return replace(kind, precision=before + behind, scale=behind) if before + behind <= DIGITS_MAX else None
