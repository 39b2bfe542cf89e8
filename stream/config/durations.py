"""Spans of time as people write them: 90 minutes, 36 hours, 2 days, 1 week."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Annotated, TypeAlias

from pydantic import BeforeValidator

#: So long a span may be: more microseconds do not always fit into 64 bits.
_DAYS_MAX = 36_500
_DURATION = re.compile(r"([0-9]+(?:\.[0-9]+)?) *(minute|hour|day|week)s?")


def is_duration(text: object) -> object:
    """What is one, as it is. Raises ValueError for other things."""
    if not isinstance(text, str) or not _DURATION.fullmatch(text):
        raise ValueError("must be a number and a unit, such as 90 minutes, 36 hours, 2 days or 1 week")
    if _days(text) > _DAYS_MAX:
        raise ValueError(f"must be at most {_DAYS_MAX} days")
    return text


def _days(text: str) -> float:
    number, unit = _DURATION.findall(text)[0]
    return float(number) * (timedelta(**{f"{unit}s": 1}) / timedelta(days=1))


#: A duration in words, of a config.
Duration: TypeAlias = Annotated[str, BeforeValidator(is_duration)]


def timespan(duration: Duration) -> timedelta:
    """How long it is.

    >>> timespan("36 hours")
    datetime.timedelta(days=1, seconds=43200)
    """
    number, unit = _DURATION.findall(duration)[0]
    return timedelta(**{f"{unit}s": float(number)})
