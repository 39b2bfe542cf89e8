"""Numbers as people read them."""

from __future__ import annotations

import os
from pathlib import Path

_PAGE_MEGABYTES = os.sysconf("SC_PAGE_SIZE") / 1e6


def count(number: float) -> str:
    """A whole number with separators.

    >>> count(541909)
    '541,909'
    """
    return f"{number:,.0f}"


def milliseconds(value: float | None) -> str:
    """A duration in milliseconds, without the unit; a dash where there is none.

    >>> milliseconds(4.26), milliseconds(1234.5), milliseconds(None)
    ('4.3', '1,234', '-')
    """
    return "-" if value is None else f"{value:,.1f}" if value < 100 else f"{value:,.0f}"


def seconds(value: float) -> str:
    """A duration in the two largest units that it has.

    >>> seconds(0), seconds(75), seconds(7380), seconds(187200)
    ('0 s', '1 min 15 s', '2 h 3 min', '2 d 4 h')
    """
    whole = int(value)
    for size, name, smaller, smaller_name in ((86400, "d", 3600, "h"), (3600, "h", 60, "min"), (60, "min", 1, "s")):
        if whole >= size:
            return f"{whole // size} {name} {whole % size // smaller} {smaller_name}"
    return f"{whole} s"


def rss_megabytes() -> float:
    """The memory that this process has resident now, in MB; 0 where the system does not say."""
    try:
        pages = int(Path("/proc/self/statm").read_text("ascii").split()[1])
    except OSError:
        return 0.0
    return pages * _PAGE_MEGABYTES
