"""Which types hold all values of which others."""

from __future__ import annotations

import re
from typing import Final

from processors.schemas.model import UNKNOWN

_TEXT: Final = {"string", "category"}
_DECIMAL = re.compile(r"decimal\(\s*(\d+)\s*,\s*(\d+)\s*\)")
#: A 64-bit integer has up to 19 digits, and each number of 18 digits is one.
_INTEGER_DIGITS = 19


def takes(wide: str, narrow: str) -> bool:
    """Whether each value of a column of type `narrow` is one of type `wide`, as a config writes types.

    An integer is taken for a number, as elsewhere, though a large one loses digits. A decimal is not: it is exact.

    >>> takes("decimal(14,2)", "decimal(12,2)"), takes("decimal(14,4)", "decimal(12,2)")
    (True, True)
    >>> takes("decimal(12,4)", "decimal(12,2)"), takes("number", "integer"), takes("integer", "number")
    (False, True, False)
    """
    if wide == narrow or narrow == UNKNOWN or wide in _TEXT:
        return True
    if (narrow, wide) in {("integer", "number"), ("date", "timestamp")}:
        return True
    low, high = _digits(narrow), _digits(wide)
    if high is None or low is None:
        return False
    if wide == "integer":
        return low[1] == 0 and low[0] < _INTEGER_DIGITS
    return high[0] >= low[0] and high[1] >= low[1]


def _digits(name: str) -> tuple[int, int] | None:
    """How many digits an exact number has before the point, and behind it."""
    if name == "integer":
        return _INTEGER_DIGITS, 0
    match = _DECIMAL.fullmatch(name)
    return (int(match[1]) - int(match[2]), int(match[2])) if match else None
