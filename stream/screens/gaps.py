"""Dates without files, as people read them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from stream.gaps import Coverage
from stream.screens.figures import count
from stream.screens.output import shown


def told(warehouse: Path, found: Sequence[Coverage]) -> str:
    """A line for each dataset, and one for each of its gaps."""
    if not found:
        return f"{shown(warehouse)}: no file was loaded yet.\n"
    return "\n".join(line for each in found for line in _told(each)) + "\n"


def _told(each: Coverage) -> Iterator[str]:
    missing = f"{count(each.missing)} missing" if each.missing else "none is missing"
    yield f"{each.dataset}: {each.first} to {each.last}, a file each {_rhythm(each)}: {_dates(each.dates)}, {missing}"
    for gap in each.gaps:
        yield f"  {gap.first}" if gap.dates == 1 else f"  {gap.first} to {gap.last}, {_dates(gap.dates)}"


def _rhythm(each: Coverage) -> str:
    return f"{each.rhythm}, never on {' or '.join(each.never)}" if each.never else each.rhythm


def _dates(dates: int) -> str:
    return "1 date" if dates == 1 else f"{count(dates)} dates"
