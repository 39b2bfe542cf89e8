"""How a number of a style is read, letter by letter in plain Python: slow, and written from the description alone."""

from __future__ import annotations

from decimal import Decimal

from processors.casting.numerals import NumberStyle

DIGITS = frozenset("0123456789")


def read(cell: str, style: NumberStyle) -> Decimal | None:
    """The number that `cell` is in `style`, None where it is none."""
    text = cell.strip()
    if style.accounting and _without_currency(text, style) in {"-", *_bare("-", style)}:
        return Decimal(0)
    if style.accounting and (inner := _in_parentheses(text, style)) is not None:
        value = _unsigned(inner, style)
        return None if value is None else -value
    return _signed(text, style)


def _bare(text: str, style: NumberStyle) -> list[str]:
    """`text`, and `text` without the currency before or behind it and the blanks in between."""
    currency = style.currency
    found = [text]
    if currency and text.startswith(currency):
        found.append(text[len(currency) :].lstrip())
    if currency and text.endswith(currency):
        found.append(text[: -len(currency)].rstrip())
    return found


def _without_currency(text: str, style: NumberStyle) -> str:
    return next((bare for bare in _bare(text, style) if bare == "-"), text)


def _in_parentheses(text: str, style: NumberStyle) -> str | None:
    """What stands in parentheses, with the currency in there or out of them but not both."""
    for place, bare in enumerate(_bare(text, style)):
        if len(bare) >= 2 and bare[0] == "(" and bare[-1] == ")":
            inner = bare[1:-1].strip()
            has_currency = len(_bare(inner, style)) > 1
            return None if place and has_currency else inner
    return None


def _signed(text: str, style: NumberStyle) -> Decimal | None:
    for bare in _bare(text, style):
        for sign, factor in (("", 1), ("-", -1), ("+", 1)):
            if not bare.startswith(sign):
                continue
            rest = bare[len(sign) :]
            leading = style.currency is not None and bare == text and sign and rest.startswith(style.currency)
            value = _body(rest[len(style.currency or "") :].lstrip() if leading else rest, style)
            if value is not None:
                return factor * value
    return None


def _unsigned(text: str, style: NumberStyle) -> Decimal | None:
    values = [_body(bare, style) for bare in _bare(text, style)]
    return next((value for value in values if value is not None), None)


def _body(text: str, style: NumberStyle) -> Decimal | None:
    """Digits in their groups, a fraction, an exponent."""
    places = [place for place in (text.find("e"), text.find("E")) if place >= 0]
    mantissa, exponent = (text[: min(places)], text[min(places) + 1 :]) if places else (text, "0")
    whole, _, fraction = mantissa.partition(style.decimal_mark)
    digits = _digits(whole, style)
    power = exponent[1:] if exponent[:1] in {"+", "-"} else exponent
    if digits is None or not set(fraction) <= DIGITS or not power or not set(power) <= DIGITS:
        return None
    if not digits and not fraction:
        return None
    return Decimal(f"{digits or '0'}.{fraction or '0'}E{exponent}")


def _digits(whole: str, style: NumberStyle) -> str | None:
    """The digits without their marks; None where a mark stands where it may not."""
    groups = whole.split(style.thousands_mark) if style.thousands_mark else [whole]
    if not all(set(group) <= DIGITS for group in groups):
        return None
    if len(groups) > 1:
        first, *others = groups
        if not 1 <= len(first) <= 3 or first[0] == "0" or any(len(group) != 3 for group in others):
            return None
    return "".join(groups)
