"""Numbers as people and spreadsheets write them, to the plain form that the casts read.

Nothing is guessed: a style says which marks may stand in a number, and a number that is written otherwise is none. So
where the thousands mark is a comma, `1,234.50` and `1234.50` are numbers and `1,2`, `0,123` and `12,34.5` are not.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal, TypeAlias

import polars as pl

DecimalMark: TypeAlias = Literal[".", ","]
#: A blank, and those that do not break a line, are marks like the others.
ThousandsMark: TypeAlias = Literal[",", ".", "'", " ", "\u00a0", "\u202f"]


@dataclass(frozen=True, slots=True)
class NumberStyle:
    """How numbers are written: a decimal mark, a mark behind each third digit, a currency, negatives in parentheses.

    The marks differ. The currency may stand before or behind the number, with or without blanks in between, and may be
    missing. `accounting`: a number in parentheses is negative, and a lone dash is zero.
    """

    decimal_mark: DecimalMark = "."
    thousands_mark: ThousandsMark | None = None
    currency: str | None = None
    accounting: bool = False


PLAIN = NumberStyle()


def plain(text: pl.Expr, style: NumberStyle) -> pl.Expr:
    """The numbers with a point and a minus at the most; null where `text` is not written in `style`.

    >>> cells = pl.DataFrame({"text": ["$1,234.50", " ($2.00) ", "-", "1,2"]})
    >>> written = NumberStyle(thousands_mark=",", currency="$", accounting=True)
    >>> cells.select(plain(pl.col("text"), written)).to_series().to_list()
    ['1234.50', '-2.00', '0', None]
    """
    bare = text.str.strip_chars()
    number: pl.Expr = pl.when(bare.str.contains(_shape(style))).then(bare)
    for mark in (style.currency, style.thousands_mark):
        if mark:
            number = number.str.replace_all(mark, "", literal=True)
    if style.decimal_mark != ".":
        number = number.str.replace(style.decimal_mark, ".", literal=True)
    if style.currency or style.accounting:
        number = number.str.replace_all(r"\s", "")
    if style.accounting:
        number = number.str.replace("(", "-", literal=True).str.replace(")", "", literal=True)
        number = pl.when(number == "-").then(pl.lit("0")).otherwise(number)
    return number


def example(style: NumberStyle, *, fraction: bool) -> str:
    """How numbers of a style look, for a message.

    >>> example(NumberStyle(thousands_mark=",", currency="$", accounting=True), fraction=True)
    '$1,234.50 or ($1,234.50), with - for zero'
    """
    number = f"{style.currency or ''}1{style.thousands_mark or ''}234"
    number += f"{style.decimal_mark}50" if fraction else ""
    return f"{number} or ({number}), with - for zero" if style.accounting else number


def _shape(style: NumberStyle) -> str:
    """A regular expression of all texts that are a number in `style`."""
    digits, mark = "[0-9]+", re.escape(style.decimal_mark)
    if style.thousands_mark:
        digits = rf"(?:[1-9][0-9]{{0,2}}(?:{re.escape(style.thousands_mark)}[0-9]{{3}})+|[0-9]+)"
    body = rf"(?:{digits}(?:{mark}[0-9]*)?|{mark}[0-9]+)(?:[eE][+-]?[0-9]+)?"
    shapes = [f"[+-]?{body}"]
    if style.accounting:
        shapes += [rf"\(\s*{body}\s*\)", "-"]
    if style.currency:
        money = re.escape(style.currency)
        shapes += [rf"{money}\s*(?:{'|'.join(shapes)})", rf"(?:{'|'.join(shapes)})\s*{money}", rf"[+-]{money}\s*{body}"]
        shapes += [rf"\(\s*(?:{money}\s*{body}|{body}\s*{money})\s*\)"] if style.accounting else []
    return f"^(?:{'|'.join(shapes)})$"
