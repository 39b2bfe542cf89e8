"""Values as they stand in a page: in one line, without a letter that could do harm, and not too long."""

from __future__ import annotations

from stream.screens.output import shown

#: A cell may have a megabyte; a reader wants to see which one it is.
_LETTERS_MAX = 160
_SHORT_MAX = 24


def plain(value: object) -> str:
    """One line of printable letters, cut where it is long. Marks of HTML are escaped by the template.

    >>> plain("a" * 200)[-15:], plain("tab\\there"), plain(None)
    ('… (200 letters)', 'tab\\\\there', '')
    """
    text = "" if value is None else shown(value)
    return text if len(text) <= _LETTERS_MAX else f"{text[:_LETTERS_MAX]}… ({len(str(value)):,} letters)"


def short(value: object) -> str:
    """A value on an axis: numbers with six digits, times without the T, text cut.

    >>> short(1234567.25), short("2026-11-17T10:00:00.000000Z"), short(None), short("")
    ('1.23457e+06', '2026-11-17 10:00:00', 'null', 'empty')
    """
    if value is None:
        return "null"
    if isinstance(value, float):
        return f"{value:.6g}"
    text = shown(value) or "empty"
    if len(text) > 19 and text[10:11] == "T" and text[4] == text[7] == "-":
        return text[:19].replace("T", " ")
    return text if len(text) <= _SHORT_MAX else f"{text[: _SHORT_MAX - 1]}…"


def figure(value: float | None) -> str:
    """A number with as many digits as tell it apart.

    >>> figure(98.5214), figure(1234567.8), figure(0.03456), figure(None), figure(12.0)
    ('98.52', '1,234,568', '0.03456', '-', '12')
    """
    if value is None:
        return "-"
    size = abs(value)
    if not size < 1e15:
        return f"{value:.6g}"
    if value == int(value) or size >= 10_000:
        return f"{value:,.0f}"
    return f"{value:,.2f}" if size >= 10 else f"{value:.4g}"


def percent(part: float, whole: float) -> str:
    """A share of a whole that may be nothing.

    >>> percent(1, 3), percent(0, 9), percent(0, 0), percent(1, 100000), percent(99999, 100000)
    ('33.33 %', '0 %', '-', '0.001 %', '99.999 %')
    """
    if not whole:
        return "-"
    share = 100 * part / whole
    if part < whole and share >= 99.995:
        return f"{100 - float(f'{100 - share:.1g}'):.10g} %"
    return f"{share:.2f} %" if share >= 0.01 else f"{share:.1g} %"
