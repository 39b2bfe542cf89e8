"""Execution dates of which a dataset has no file, between its first and its last, by the rhythm that its dates have."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby
from typing import Literal, TypeAlias

Rhythm: TypeAlias = Literal["day", "month", "year"]
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
#: A weekday of which there never is a file is one only if there could have been so many.
_WEEKS_MIN = 2


@dataclass(frozen=True, slots=True)
class Gap:
    """Dates that are missing one after the other: the first, the last, how many."""

    first: str
    last: str
    dates: int


@dataclass(frozen=True, slots=True)
class Coverage:
    """`dates`: how many there are, from `first` to `last`. `rhythm`: a file is expected each day, or, where all dates
    are the first of a month or of a year, as often. `never`: the weekdays of which there never is a file, so none is
    expected. `missing`: dates without a file, in `gaps`."""

    dataset: str
    first: str
    last: str
    dates: int
    rhythm: Rhythm
    never: tuple[str, ...]
    missing: int
    gaps: tuple[Gap, ...]


def coverage(dataset: str, dates: Sequence[str]) -> Coverage:
    """Of the dates that a dataset has, at least one, in order.

    >>> coverage("orders", ["2026-11-02", "2026-11-03", "2026-11-06"]).gaps
    (Gap(first='2026-11-04', last='2026-11-05', dates=2),)
    """
    known = [date.fromisoformat(each) for each in dates]
    rhythm = _rhythm(known)
    expected = list(_expected(known[0], known[-1], rhythm))
    never = _never(expected, known) if rhythm == "day" else ()
    expected = [each for each in expected if each.weekday() not in never]
    gaps = tuple(_gaps(expected, set(known)))
    missing = sum(gap.dates for gap in gaps)
    weekdays = tuple(WEEKDAYS[each] for each in never)
    return Coverage(dataset, dates[0], dates[-1], len(dates), rhythm, weekdays, missing, gaps)


def _rhythm(known: Sequence[date]) -> Rhythm:
    """As a path tells dates: its year alone, its year and month, or all of it."""
    if len(known) < _WEEKS_MIN or any(each.day != 1 for each in known):
        return "day"
    return "year" if all(each.month == 1 for each in known) else "month"


def _expected(first: date, last: date, rhythm: Rhythm) -> Iterator[date]:
    each = first
    while each <= last:
        yield each
        each = _next(each, rhythm)


def _next(each: date, rhythm: Rhythm) -> date:
    if rhythm == "day":
        return each + timedelta(days=1)
    months = 12 if rhythm == "year" else 1
    return date(each.year + (each.month - 1 + months) // 12, (each.month - 1 + months) % 12 + 1, 1)


def _never(expected: Sequence[date], known: Sequence[date]) -> tuple[int, ...]:
    """The weekdays that are there often enough, and never with a file."""
    with_files = {each.weekday() for each in known}
    often = [sum(each.weekday() == weekday for each in expected) >= _WEEKS_MIN for weekday in range(len(WEEKDAYS))]
    return tuple(weekday for weekday, enough in enumerate(often) if enough and weekday not in with_files)


def _gaps(expected: Sequence[date], known: Collection[date]) -> Iterator[Gap]:
    """Runs of expected dates that are not known."""
    for is_known, run in groupby(expected, key=known.__contains__):
        if not is_known:
            missing = list(run)
            yield Gap(missing[0].isoformat(), missing[-1].isoformat(), len(missing))
