"""The execution date of a file, read from its path and never from its content or a clock."""

from __future__ import annotations

import re
from datetime import date
from functools import lru_cache

_DEFAULTS = tuple(
    re.compile(pattern)
    for pattern in (
        r"(?:^|/)dt=(?P<year>\d{4})-(?P<month>\d{2})-(?P<day>\d{2})(?=/|$)",
        r"(?<!\d)(?P<year>\d{4})-(?P<month>\d{2})-(?P<day>\d{2})(?!\d)",
        r"(?<!\d)(?P<year>\d{4})(?P<month>\d{2})(?P<day>\d{2})(?!\d)",
    )
)


@lru_cache(maxsize=1024)
def execution_date(path: str, pattern: str | None = None) -> str | None:
    """The date in `path` as YYYY-MM-DD, the last one where there are several; None where there is none.

    `pattern` has the group year, and month and day where the path tells them (else it is the first); without a pattern
    `dt=2026-11-21`, `2026-11-21` and `20261121` are tried.

    >>> execution_date("orders/dt=2026-11-21/part.csv"), execution_date("orders/orders_20261121.csv")
    ('2026-11-21', '2026-11-21')
    >>> execution_date("covid/03-13-2020.csv", r"(?P<month>\\d\\d)-(?P<day>\\d\\d)-(?P<year>\\d{4})")
    '2020-03-13'
    >>> execution_date("salaries/FY2019.csv", r"FY(?P<year>\\d{4})")
    '2019-01-01'
    >>> execution_date("orders/99999999.csv") is None
    True
    """
    for candidate in (re.compile(pattern),) if pattern else _DEFAULTS:
        for match in reversed(list(candidate.finditer(path))):
            try:
                told = match.groupdict()
                found = date(int(told["year"]), int(told.get("month", 1)), int(told.get("day", 1)))
            except (TypeError, ValueError):  # a group that took no part, or no such day
                continue
            return found.isoformat()
    return None
