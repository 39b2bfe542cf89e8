"""Formats of dates as Java's DateTimeFormatter has them, which ODCS uses, and as configs have them: as strftime."""

from __future__ import annotations

import re
from itertools import groupby
from typing import Final

_STRFTIME: Final = {
    "yyyy": "%Y",
    "uuuu": "%Y",
    "yy": "%y",
    "uu": "%y",
    "M": "%m",
    "MM": "%m",
    "MMM": "%b",
    "MMMM": "%B",
    "d": "%d",
    "dd": "%d",
    "DDD": "%j",
    "H": "%H",
    "HH": "%H",
    "h": "%I",
    "hh": "%I",
    "mm": "%M",
    "ss": "%S",
    "SSS": "%3f",
    "SSSSSS": "%6f",
    "SSSSSSSSS": "%9f",
    "a": "%p",
    "EEE": "%a",
    "EEEE": "%A",
    "xx": "%z",
    "Z": "%z",
    "xxx": "%:z",
    "XXX": "%#z",
}
_JAVA: Final = {letters: pattern for pattern, letters in reversed(_STRFTIME.items())}
#: What is read as ISO 8601 without being told.
ISO: Final = {
    "yyyy-MM-dd",
    "yyyy-MM-dd HH:mm:ss",
    "yyyy-MM-dd'T'HH:mm:ss",
    "yyyy-MM-dd'T'HH:mm:ssXXX",
    "yyyy-MM-dd'T'HH:mm:ss'Z'",
    "yyyy-MM-dd'T'HH:mm:ss.SSSXXX",
}
_TOKEN = re.compile(r"'((?:[^']|'')*)'|([A-Za-z]+)|([^A-Za-z']+)")
_LETTER = re.compile(r"(%[-_.:#]?[0-9]?[A-Za-z%])|([^%]+)")


def strftime_format(pattern: str) -> str:
    """A pattern of Java as a format. Raises ValueError where it has a letter that has no counterpart.

    >>> strftime_format("dd.MM.yyyy 'at' HH:mm")
    '%d.%m.%Y at %H:%M'
    """
    return "".join(_format(token) for token in _TOKEN.finditer(pattern))


def _format(token: re.Match[str]) -> str:
    quoted, letters, text = token.groups()
    if letters is not None:
        return "".join(_counterpart("".join(run)) for _, run in groupby(letters))
    literal = text if quoted is None else quoted.replace("''", "'") or "'"
    return str(literal).replace("%", "%%")


def _counterpart(letters: str) -> str:
    if letters not in _STRFTIME:
        raise ValueError(f"{letters!r} is not taken in the format of a date; known are {' '.join(_STRFTIME)}")
    return _STRFTIME[letters]


def java_pattern(form: str) -> str | None:
    """A format as a pattern of Java; None where it has none.

    >>> java_pattern("%m/%d/%Y"), java_pattern("%Y%m%d"), java_pattern("%s")
    ('M/d/yyyy', 'yyyyMMdd', None)
    """
    tokens = [(letter, text) for letter, text in _LETTER.findall(form)]
    if any(letter and letter not in _JAVA for letter, _ in tokens):
        return None
    written = ""
    for place, (letter, text) in enumerate(tokens):
        alone = not any(beside for beside, _ in tokens[max(0, place - 1) : place] + tokens[place + 1 : place + 2])
        written += (_JAVA[letter] if alone else _wide(_JAVA[letter])) if letter else _quoted(text)
    return written


def _wide(letters: str) -> str:
    """Beside another number, one of two digits has both."""
    return letters * 2 if letters in {"M", "d", "H", "h"} else letters


def _quoted(text: str) -> str:
    return re.sub("[A-Za-z]+", lambda found: f"'{found[0]}'", text.replace("'", "''"))
