"""In which of the ways that a column allows its values are written: currency or none, which format of a date.

Each cell gives bits of evidence, and a file has those of all its cells.
"""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
import polars as pl

from processors.casting.casting import cast
from processors.columns import ColumnType

Evidence: TypeAlias = npt.NDArray[np.uint64]

_CURRENCY, _NO_CURRENCY, _THOUSANDS, _NO_THOUSANDS, _PARENTHESES, _MINUS, _DASH = (1 << place for place in range(7))
#: More formats of one column are not told apart.
_FORMATS_MAX = 64


def has_formats(kind: ColumnType) -> bool:
    """Whether values may be written in several ways."""
    return (
        len(kind.formats) > 1
        or kind.style.thousands_mark is not None
        or kind.style.currency is not None
        or kind.style.accounting
    )


def evidence(cells: pl.Series, kind: ColumnType, null_tokens: tuple[str, ...]) -> Evidence:
    """The bits of each cell; none of one that is no value."""
    return _of_times(cells, kind, null_tokens) if kind.formats else _of_numbers(cells, kind, null_tokens)


def _of_times(cells: pl.Series, kind: ColumnType, null_tokens: tuple[str, ...]) -> Evidence:
    """The first format that a cell fits."""
    found, left = np.zeros(cells.len(), np.uint64), np.arange(cells.len())
    for place, form in enumerate(kind.formats[:_FORMATS_MAX]):
        if not len(left):
            break
        values, _ = cast(cells.gather(left), replace(kind, formats=(form,)), null_tokens)
        fits = values.is_not_null().to_numpy()
        found[left[fits]] = 1 << place
        left = left[~fits]
    return found


def _of_numbers(cells: pl.Series, kind: ColumnType, null_tokens: tuple[str, ...]) -> Evidence:
    values, _ = cast(cells, kind, null_tokens)
    style, cell, value = kind.style, pl.col("cell"), pl.col("value")
    told, dash = value.is_not_null(), cell.str.strip_chars() == "-"
    bits: list[pl.Expr] = [pl.lit(0, pl.UInt64)]

    def bit(number: int, mask: pl.Expr) -> None:
        bits.append((told & mask).fill_null(value=False).cast(pl.UInt64) * number)

    if style.currency is not None:
        has = cell.str.contains(style.currency, literal=True)
        bit(_CURRENCY, has)
        bit(_NO_CURRENCY, ~has & ~dash)
    if style.thousands_mark is not None:
        has = cell.str.contains(style.thousands_mark, literal=True)
        bit(_THOUSANDS, has)
        bit(_NO_THOUSANDS, ~has & (value.abs() >= 1000))
    if style.accounting:
        bit(_PARENTHESES, cell.str.contains("(", literal=True))
        bit(_MINUS, (value < 0) & ~cell.str.contains("(", literal=True))
        bit(_DASH, dash)
    frame = pl.DataFrame({"cell": cells, "value": values})
    found: Evidence = frame.select_seq(pl.sum_horizontal(bits)).to_series().to_numpy()
    return found


def possible(kind: ColumnType) -> tuple[str, ...]:
    """All that may be told of the numbers of a column, sorted."""
    style = kind.style
    bits = (_CURRENCY | _NO_CURRENCY) * (style.currency is not None)
    bits |= (_THOUSANDS | _NO_THOUSANDS) * (style.thousands_mark is not None)
    bits |= (_PARENTHESES | _MINUS | _DASH) * style.accounting
    return labels(kind, bits)


@lru_cache(maxsize=1024)
def labels(kind: ColumnType, bits: int) -> tuple[str, ...]:
    """What bits of evidence say, sorted."""
    if kind.formats:
        return tuple(sorted({form for place, form in enumerate(kind.formats[:_FORMATS_MAX]) if bits >> place & 1}))
    told = {
        _CURRENCY: kind.style.currency or "",
        _NO_CURRENCY: "plain",
        _THOUSANDS: f"1{kind.style.thousands_mark}234",
        _NO_THOUSANDS: "1234",
        _PARENTHESES: "(1)",
        _MINUS: "-1",
        _DASH: "-",
    }
    return tuple(sorted(label for bit, label in told.items() if bits & bit))
