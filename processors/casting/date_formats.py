"""Formats of dates and times, to the letter.

The parser behind polars is lenient: `%Y` takes 20 for the year 0020, `%B` takes Jan, and a number may have blanks
and a sign before it. Here each letter of a format stands for one shape, and text of another shape is not read:

* `%Y` is four digits and `%y` two; `%M`, `%S` two; `%j` three.
* `%m`, `%d`, `%H`, `%I` are one or two digits, and two where a digit stands beside them, as in `%Y%m%d`.
* `%b` is Jan and `%B` January, in upper or lower case; likewise `%a` and `%A`; `%p` is AM or PM.
* `%.f` is a fraction with its point, or nothing; `%3f` exactly three digits.
* A blank is one blank, and every other character is itself.
"""

from __future__ import annotations

import calendar
import re
from collections.abc import Iterator

import polars as pl

#: The name under which ISO 8601 stands beside other formats.
ISO = "iso"
#: POSIX reads 69 as 1969 and 68 as 2068.
FIRST_YEAR = 1969

_WRITTEN_OUT = {"D": "%m/%d/%y", "F": "%Y-%m-%d", "T": "%H:%M:%S", "R": "%H:%M", "r": "%I:%M:%S %p", "h": "%b"}
_NUMBERS = dict.fromkeys("yMV", "[0-9]{2}") | dict.fromkeys("YG", "[0-9]{4}")
_NUMBERS |= {"S": "[0-5][0-9]", "j": "[0-9]{3}", "u": "[1-7]", "s": "-?[0-9]+"}
_NUMBERS |= {f"{count}f": f"[0-9]{{{count}}}" for count in (3, 6, 9)}
_PADDED = dict.fromkeys(("e", "k", "l", "_d", "_m", "_H", "_I"), "(?: [0-9]|[0-9]{2})")
_ONE_OR_TWO = ("m", "d", "H", "I", "-m", "-d", "-H", "-I")
_DAY = "[0-9]{4}-[0-9]{2}-[0-9]{2}"
_CLOCK = r"[0-9]{2}:[0-9]{2}:[0-5][0-9](?:\.[0-9]{1,9})?"
_OTHERS = {
    "p": "(?i:am|pm)",
    "P": "(?i:am|pm)",
    "z": "[+-][0-9]{2}:?[0-9]{2}",
    ":z": "[+-][0-9]{2}:[0-9]{2}",
    "#z": "(?:[Zz]|[+-][0-9]{2}(?::?[0-9]{2})?)",
    "+": rf"{_DAY}[Tt ]{_CLOCK}(?:[Zz]|[+-][0-9]{{2}}:[0-9]{{2}})",
    ".f": r"(?:\.[0-9]{1,9})?",
    "%": "%",
} | {f".{count}f": rf"\.[0-9]{{{count}}}" for count in (3, 6, 9)}
_TOKEN = re.compile("%([-_.:#]?[0-9]?[A-Za-z+%]|)|([^%])")


def _either(names: Iterator[str]) -> str:
    return f"(?i:{'|'.join(names)})"


_WORDS = {
    "b": _either(calendar.month_abbr[month] for month in range(1, 13)),
    "B": _either(calendar.month_name[month] for month in range(1, 13)),
    "a": _either(calendar.day_abbr[day] for day in range(7)),
    "A": _either(calendar.day_name[day] for day in range(7)),
}
_SHAPES = _NUMBERS | _PADDED | _OTHERS | _WORDS


def to_the_letter(text: pl.Expr, form: str, first_year: int = FIRST_YEAR) -> tuple[pl.Expr, str]:
    """`text`, null where it is not written as `form` says, and the format that reads what is left.

    Years of two digits are written out, as one of the hundred years from `first_year` on. Raises ValueError where a
    letter of `form` has no shape.
    """
    form = _written_out(form)
    head, year, tail = _shape(form).partition("%y")
    if not year:
        return pl.when(text.str.contains(f"^{head}$")).then(text), form
    shape = f"^({head})([0-9]{{2}}{tail})$"
    century, turn = divmod(first_year, 100)
    rest = text.str.extract(shape, 2)
    full = (
        pl.when(rest >= f"{turn:02}")
        .then(text.str.replace(shape, f"${{1}}{century:02}${{2}}"))
        .when(rest.is_not_null())
        .then(text.str.replace(shape, f"${{1}}{century + 1:02}${{2}}"))
    )
    return full, form.replace("%y", "%Y")


def _written_out(form: str) -> str:
    return re.sub("%(.)", lambda found: _WRITTEN_OUT.get(found[1], found[0]), form)


def _shape(form: str) -> str:
    """A regular expression of the texts that `form` describes, in which `%y` stands for itself."""
    tokens = [(found[1], found[2]) for found in _TOKEN.finditer(form)]
    shapes = []
    for place, (letter, character) in enumerate(tokens):
        beside = tokens[max(place - 1, 0) : place] + tokens[place + 1 : place + 2]
        if character is not None:
            shapes.append(re.escape(character))
        elif letter == "y":
            shapes.append("%y")
        elif letter in _ONE_OR_TWO:
            shapes.append("[0-9]{2}" if any(map(_is_digit, beside)) else "[0-9]{1,2}")
        else:
            shapes.append(_of(letter))
    return "".join(shapes)


def _of(letter: str) -> str:
    if letter not in _SHAPES:
        known = " ".join(f"%{each}" for each in (*_WRITTEN_OUT, *_ONE_OR_TWO, *_SHAPES))
        hint = ", a fraction with its point is %.f" if letter == "f" else ""
        raise ValueError(f"%{letter} is not taken{hint}; known are {known}")
    return _SHAPES[letter]


def _is_digit(token: tuple[str | None, str | None]) -> bool:
    letter, character = token
    return letter in _NUMBERS or letter in _ONE_OR_TWO or letter in _PADDED or (character or "").isdigit()
