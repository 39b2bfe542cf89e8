"""The type and the formats of a column of dates or times, by all its cells.

Whether `3/4/2020` is in March or in April, no cell of the kind can tell; one such as `3/22/2020` tells it for all.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from processors.casting.date_formats import FIRST_YEAR, ISO
from processors.profiling.time_evidence import COMPACT, ISO_DATE, TimeEvidence

Order = Literal["month", "day"]

_ISO_DATE_WRITTEN = "%Y-%m-%d"
#: Years of two digits below this one are taken for those of the century that runs.
_LATE = 30
_GAP_MIN = 20
#: So many times, all of them midnight, are dates that a program wrote with a time.
_MIDNIGHTS_MIN = 20


@dataclass(frozen=True, slots=True)
class Times:
    """A type, the formats in the order in which they are tried, the first year that two digits may mean, the first and
    the last day where they are known, and what a person should know."""

    type: Literal["date", "timestamp"]
    formats: tuple[str, ...]
    first_year: int
    days: tuple[str, str] | None
    why: tuple[str, ...]


def order_in(found: TimeEvidence) -> Order | None:
    """Whether the cells show that the month comes first, or the day; None where they show neither, or both."""
    shown = {order for forms in found.readings for order in _shown(forms)}
    return shown.pop() if len(shown) == 1 else None


def _shown(forms: tuple[str, ...]) -> set[Order]:
    """What the formats that read a cell have in common."""
    orders = {_order(form) for form in forms}
    return {order for order in orders if order is not None} if len(orders) == 1 else set()


def _order(form: str) -> Order | None:
    letters = [letter for letter in re.findall("%([a-zA-Z])", form) if letter in "mdYy"]
    if letters[:2] == ["m", "d"]:
        return "month"
    return "day" if letters[:2] == ["d", "m"] else None


def times(found: TimeEvidence, usual: Order | None) -> Times | None:
    """The dates or times of a column; None where no formats read them. `usual`: what comes first in other columns."""
    compact = found.compact and not found.count
    chosen = {COMPACT: found.compact} if compact else _chosen(found, order_in(found), usual)
    if not chosen:
        return None
    clocks = [form for form in chosen if form == ISO or "%H" in form or "%I" in form]
    is_timestamp = any(form == ISO or form in found.timed for form in clocks) or (
        clocks == list(chosen) and found.count < _MIDNIGHTS_MIN
    )
    formats = _formats(list(chosen), is_timestamp=is_timestamp)
    first_year = _first_year(found.years) if any("%y" in form for form in chosen) else FIRST_YEAR
    why = [f"{count:,} as {ISO_NAMES.get(form, form)}" for form, count in chosen.items()]
    return Times(
        "timestamp" if is_timestamp else "date",
        formats,
        first_year,
        _days(found, chosen) if first_year == FIRST_YEAR else None,
        (*why, *_doubts(found, chosen, usual)),
    )


ISO_NAMES: Mapping[str, str] = {ISO: "ISO 8601", ISO_DATE: "an ISO date"}


def _chosen(found: TimeEvidence, shown: Order | None, usual: Order | None) -> dict[str, int]:
    """The fewest formats that read all cells, each with the number of cells that it reads and none before it."""
    left = {forms: count for forms, count in found.readings.items() if forms}
    preferred = shown or usual or "month"
    chosen: dict[str, int] = {}
    while left:
        forms = dict.fromkeys(form for reading in left for form in reading)
        read = {form: sum(count for reading, count in left.items() if form in reading) for form in forms}
        best = min(read, key=lambda form: (-read[form], _rank(form, preferred), len(form), form))
        chosen[best] = read[best]
        left = {reading: count for reading, count in left.items() if best not in reading}
    return chosen


def _rank(form: str, preferred: Order) -> int:
    """Of formats that read as many cells, ISO 8601 is taken, or the one that has the preferred order."""
    return 0 if form in ISO_NAMES else 2 if _order(form) not in {None, preferred} else 1


def _formats(chosen: list[str], *, is_timestamp: bool) -> tuple[str, ...]:
    """As the config writes them; none where all is ISO 8601."""
    own = ISO if is_timestamp else ISO_DATE
    if chosen == [own]:
        return ()
    return tuple(ISO if form == own else _ISO_DATE_WRITTEN if form == ISO_DATE else form for form in chosen)


def _first_year(years: int) -> int:
    """The first of a hundred years in which those that were seen lie, where they wrap around; else as usual."""
    seen = [year for year in range(100) if years >> year & 1]
    gaps = [(later - year, later) for year, later in zip(seen, [*seen[1:], seen[0] + 100], strict=True)]
    gap, start = max(gaps, default=(0, 0))
    start %= 100
    unlike = any(start <= year < FIRST_YEAR % 100 for year in seen)
    return 1900 + start // 10 * 10 if gap >= _GAP_MIN and start >= _LATE and unlike else FIRST_YEAR


def _days(found: TimeEvidence, chosen: Mapping[str, int]) -> tuple[str, str]:
    spans = [(first, last) for form, first, last in found.days if form in chosen]
    return min(first for first, _ in spans), max(last for _, last in spans)


def _doubts(found: TimeEvidence, chosen: Mapping[str, int], usual: Order | None) -> list[str]:
    orders = {order for form in chosen if (order := _order(form))}
    shown = {order for forms in found.readings for order in _shown(forms)}
    if len(shown) > 1:
        return [
            "LOOK: some cells have the day first and some the month; what could be either is read by the first format"
        ]
    if orders and not shown:
        hint = ", as other columns have it" if usual in orders else ""
        return [f"LOOK: no cell tells whether the day or the month comes first; the {orders.pop()} is taken{hint}"]
    return []
