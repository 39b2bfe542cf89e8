"""The type and the style of a column of numbers, by all its cells."""

from __future__ import annotations

import re
from dataclasses import dataclass

from processors.casting.numerals import NumberStyle
from processors.profiling.number_evidence import MARKS, Extent, NumberEvidence

_MONEY = re.compile(
    r"(?:^|_)(?:amounts?|price|cost|costs|fee|fees|pay|paid|salary|wages?|earnings|revenue|balance|budget|payment|"
    r"charge|charges|tax|income|money|usd|eur|gbp|discount|refund|gross|net)(?:_|$)"
)
_MONEY_DIGITS_MAX = 4
_INT64_DIGITS = 18
_DECIMAL_DIGITS_MAX = 38
_PRECISION_MIN = 12
_EXACT_DIGITS = 15


@dataclass(frozen=True, slots=True)
class Numbers:
    """A type, or why it is text after all; the style; and what a person should know."""

    type: str
    style: NumberStyle
    extent: Extent
    why: tuple[str, ...]


def numbers(name: str, found: NumberEvidence, *, dashes: int) -> Numbers | None:
    """The numbers of a column called `name`; None where no style reads all of them. `dashes`: cells that are a lone
    dash."""
    best = max(range(len(MARKS)), key=lambda place: (found.read_by(place), -place))
    if found.read_by(best) < found.count or len(found.currencies) > 1:
        return None
    currency = next(iter(found.currencies), None)
    decimal, thousands = MARKS[best]
    extent = found.extent(best)
    money = currency is not None or found.accounting > 0 or _is_money(name, extent)
    accounting = found.accounting > 0 or (dashes > 0 and money)
    kind = _type(extent, exponents=found.exponents, money=money)
    if kind is None:
        return None
    style = NumberStyle(decimal, thousands, currency, accounting)
    return Numbers(kind, style, extent, tuple(_why(found, best, extent, kind, dashes if accounting else 0)))


def _is_money(name: str, extent: Extent) -> bool:
    """Whether all have two digits behind the mark, as only money has, or the name says it and none has many."""
    digits = max(extent.fractions, default=0)
    return set(extent.fractions) == {2} or (0 < digits <= _MONEY_DIGITS_MAX and bool(_MONEY.search(name.lower())))


def _type(extent: Extent, *, exponents: int, money: bool) -> str | None:
    digits = max(extent.fractions, default=0)
    if money and not exponents and digits <= _MONEY_DIGITS_MAX:
        scale = max(2, digits)
        precision = max(_PRECISION_MIN, extent.digits + 2 + scale)
        return f"decimal({precision},{scale})" if precision <= _DECIMAL_DIGITS_MAX else None
    if digits:
        return "number"
    if exponents or extent.digits > _INT64_DIGITS:
        return None
    return "integer"


def _why(found: NumberEvidence, best: int, extent: Extent, kind: str, dashes: int) -> list[str]:
    decimal, thousands = MARKS[best]
    why = [f"{count:,} with {currency}" for currency, count in found.currencies.items()]
    if thousands:
        marked = found.count - found.read_by(MARKS.index((decimal, None)))
        why.append(f"{marked:,} with {_named(thousands)} before three digits")
    if decimal == ",":
        why.append("a comma before the fraction")
    if found.accounting:
        why.append(f"{found.accounting:,} in parentheses, which are negative")
    if dashes:
        why.append(f"{dashes:,} a lone dash, read as zero")
    if _is_ambiguous(found, best):
        why.append(
            f"LOOK: {_named(thousands or decimal)} may as well be the other mark, of thousands or of the fraction"
        )
    if kind == "number" and extent.digits > _EXACT_DIGITS:
        why.append("LOOK: more digits than a number holds exactly")
    return why


def _is_ambiguous(found: NumberEvidence, best: int) -> bool:
    """Whether every number with a mark would be read with the other meaning of that mark as well."""
    decimal = MARKS[best][0]
    others = [place for place, (other, _) in enumerate(MARKS) if other != decimal]
    marked = any(bits != (1 << len(MARKS)) - 1 for bits in found.marks)
    return marked and any(found.read_by(place) == found.count for place in others)


def _named(mark: str) -> str:
    return {",": "a comma", ".": "a point", "'": "an apostrophe", " ": "a blank"}.get(mark, "a no-break blank")
