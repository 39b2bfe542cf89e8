"""How the numbers of a column are written: which marks read them, how large they are, what stands around them.

What is known is counted, so the evidence of two parts of a column adds up to that of both, and its size does not depend
on how many cells there are.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TypeAlias

import polars as pl

from processors.casting.numerals import DecimalMark, NumberStyle, ThousandsMark, plain

#: A decimal mark and a thousands mark, the likelier first: where several read all cells, the first of them is meant.
Marks: TypeAlias = tuple[DecimalMark, ThousandsMark | None]
MARKS: tuple[Marks, ...] = (
    (".", None),
    (".", ","),
    (",", None),
    (",", "."),
    (".", " "),
    (",", " "),
    (".", "'"),
    (".", "\u00a0"),
    (",", "\u00a0"),
    (".", "\u202f"),
    (",", "\u202f"),
)
_ALL = (1 << len(MARKS)) - 1
_BY_POINT = sum(1 << place for place, (decimal, _) in enumerate(MARKS) if decimal == ".")
_BY_COMMA = _ALL ^ _BY_POINT
_CODES = "USD EUR GBP JPY CHF CAD AUD NZD SEK NOK DKK PLN CZK HUF RON TRY ILS INR CNY HKD SGD KRW BRL MXN ZAR kr"
_CURRENCY = rf"(?:\p{{Sc}}|{'|'.join(_CODES.split())})"
_BODY = r"[.,]?[0-9][0-9., '\u00a0\u202f]*(?:[eE][+-]?[0-9]+)?"
#: Everything that is a number in any style, and more.
_NUMBER = rf"^[-+(]?\s*{_CURRENCY}?\s*[-+(]?\s*(?:{_BODY})\s*\)?\s*{_CURRENCY}?\s*\)?$|^{_CURRENCY}\s*-$"
_PLAIN = r"^[+-]?[0-9]+(?:\.[0-9]*)?$"
#: What a mark in front of three digits makes of a plain number.
_AMBIGUOUS = r"^[+-]?[1-9][0-9]{0,2}\.[0-9]{3}$"
#: Numbers of these shapes, and what reads them.
_KNOWN = (
    (r"^[+-]?[0-9]+$", _ALL),
    (_PLAIN, _BY_POINT),
    (r"^[+-]?[1-9][0-9]{0,2}(?:,[0-9]{3})+\.[0-9]+$", 1 << MARKS.index((".", ","))),
    (r"^[+-]?[1-9][0-9]{0,2}(?:\.[0-9]{3})+,[0-9]+$", 1 << MARKS.index((",", "."))),
)
_LENGTH_MAX = 60


@dataclass(frozen=True, slots=True)
class Extent:
    """The numbers as one decimal mark reads them: the least, the greatest, the most digits before the mark, and how
    many cells have so and so many digits behind it."""

    low: float = float("inf")
    high: float = float("-inf")
    digits: int = 0
    fractions: Counter[int] = field(default_factory=Counter)

    def __add__(self, other: Extent) -> Extent:
        low, high = min(self.low, other.low), max(self.high, other.high)
        return Extent(low, high, max(self.digits, other.digits), self.fractions + other.fractions)


@dataclass(frozen=True, slots=True)
class NumberEvidence:
    """What is known of the `count` cells that are numbers in some style.

    `marks`: how many cells are read by which of MARKS, a bit each. `currencies`: how many cells have which.
    `accounting`: how many have parentheses, or a dash behind a currency. Further, how many have zeros in front, or an
    exponent; and the numbers by decimal mark.
    """

    count: int = 0
    marks: Counter[int] = field(default_factory=Counter)
    currencies: Counter[str] = field(default_factory=Counter)
    accounting: int = 0
    zeros: int = 0
    exponents: int = 0
    by_point: Extent = field(default_factory=Extent)
    by_comma: Extent = field(default_factory=Extent)

    def __add__(self, other: NumberEvidence) -> NumberEvidence:
        return NumberEvidence(
            self.count + other.count,
            self.marks + other.marks,
            self.currencies + other.currencies,
            self.accounting + other.accounting,
            self.zeros + other.zeros,
            self.exponents + other.exponents,
            self.by_point + other.by_point,
            self.by_comma + other.by_comma,
        )

    def read_by(self, place: int) -> int:
        """How many of the cells are read by the marks at `place` of MARKS."""
        return sum(count for bits, count in self.marks.items() if bits >> place & 1)

    def extent(self, place: int) -> Extent:
        """The numbers, read by the marks at `place` of MARKS."""
        return self.by_point if MARKS[place][0] == "." else self.by_comma


def numbers_in(cells: pl.DataFrame) -> tuple[NumberEvidence, pl.Series]:
    """The evidence of distinct cells, `text` without blanks around and `n` times each, and which of them it is of."""
    text = pl.col("text")
    likely = cells.select((text.str.len_bytes() <= _LENGTH_MAX) & text.str.contains(_NUMBER)).to_series()
    if not likely.any():
        return NumberEvidence(), likely
    found = _read(cells.filter(likely))
    read = found["bits"] > 0
    return _evidence(found.filter(read)), likely.scatter(likely.arg_true(), read)


def _read(cells: pl.DataFrame) -> pl.DataFrame:
    """The cells with their currency, the number without it, and a bit for each of MARKS that reads that."""
    bare = pl.col("text").str.replace_all(_CURRENCY, "").str.strip_chars()
    cells = cells.with_columns(
        currency=pl.col("text").str.extract(f"({_CURRENCY})"),
        number=pl.when(pl.col("text").str.contains(_PLAIN))
        .then(pl.col("text"))
        .otherwise(bare.str.replace(r"^([-+(])\s+", "$1")),
    )
    return cells.with_columns(bits=_bits(cells["number"]))


def _bits(number: pl.Series) -> pl.Series:
    """A bit for each of MARKS that reads a number; only of a few shapes is that known without asking all of them."""
    cells = pl.DataFrame({"number": number})
    bits = cells.select(_known_bits(pl.col("number"))).to_series()
    asked = bits.is_null().arg_true()
    return bits.scatter(asked, cells[asked].select(_asked_bits(pl.col("number"))).to_series()) if len(asked) else bits


def _known_bits(number: pl.Expr) -> pl.Expr:
    known = pl.coalesce(pl.when(number.str.contains(shape)).then(pl.lit(bits, pl.Int32)) for shape, bits in _KNOWN)
    return pl.when(~number.str.contains(_AMBIGUOUS)).then(known)


def _asked_bits(number: pl.Expr) -> pl.Expr:
    styles = (NumberStyle(decimal, thousands, None, accounting=True) for decimal, thousands in MARKS)
    return pl.sum_horizontal(
        plain(number, style).is_not_null().cast(pl.Int32) * (1 << place) for place, style in enumerate(styles)
    ).cast(pl.Int32)


def _evidence(found: pl.DataFrame) -> NumberEvidence:
    number = pl.col("number")
    sums = found.select(
        count=pl.col("n").sum(),
        accounting=pl.col("n").filter(number.str.starts_with("(") | (number == "-")).sum(),
        zeros=pl.col("n").filter(number.str.contains(r"^[+-]?0[0-9]")).sum(),
        exponents=pl.col("n").filter(number.str.contains("[eE]")).sum(),
    ).row(0, named=True)
    return NumberEvidence(
        marks=_counted(found, "bits"),
        currencies=_counted(found.filter(pl.col("currency").is_not_null()), "currency"),
        by_point=_extent(found.filter(pl.col("bits") & _BY_POINT > 0), number.str.replace_all(r"[(),'\s]", "")),
        by_comma=_extent(
            found.filter(pl.col("bits") & _BY_COMMA > 0),
            number.str.replace_all(r"[().'\s]", "").str.replace(",", ".", literal=True),
        ),
        **sums,
    )


def _extent(found: pl.DataFrame, digits: pl.Expr) -> Extent:
    """`digits`: the numbers with a point, without any other mark."""
    if found.is_empty():
        return Extent()
    value = digits.cast(pl.Float64, strict=False)
    signed = pl.when(pl.col("number").str.starts_with("(")).then(-value).otherwise(value)
    read = found.select(
        "n",
        value=signed,
        fraction=digits.str.extract(r"\.([0-9]*)").fill_null("").str.len_bytes().cast(pl.Int32),
        whole=digits.str.extract(r"^[+-]?0*([0-9]*)").str.len_bytes().cast(pl.Int32),
    )
    finite = read.filter(pl.col("value").is_finite())["value"]
    low, high = (float(finite.min()), float(finite.max())) if len(finite) else (float("inf"), float("-inf"))  # type: ignore[arg-type]
    return Extent(low, high, int(read["whole"].max()), _counted(read, "fraction"))  # type: ignore[arg-type]


def _counted(cells: pl.DataFrame, column: str) -> Counter:  # type: ignore[type-arg]
    return Counter(dict(cells.group_by(column).agg(pl.col("n").sum()).sort(column).iter_rows()))
