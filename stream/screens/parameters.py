"""Versions of parameters as people read them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from stream.parameters.versions import Figure, Version
from stream.screens.figures import count
from stream.screens.output import shown

_GROUPS_SHOWN = 5


def told(versions: Sequence[Version]) -> str:
    """A paragraph for each version; the groups of figures where there is only one."""
    return "\n".join(line for each in versions for line in _told(each, groups=len(versions) == 1)) + "\n"


def _told(each: Version, *, groups: bool) -> Iterator[str]:
    made = f"of rows through {each.through}" if each.through else "of the first records of the first file"
    yield f"{each.dataset} version {each.version}: made {made}; {_dates(each)}"
    for figure in each.figures:
        yield f"  {_name(figure)}: {' and '.join(map(shown, figure.values)) or 'none'}, of {count(figure.rows)} values"
        if groups:
            yield from _groups(figure)
        elif figure.groups:
            yield f"    and of {count(len(figure.groups))} groups"


def _dates(each: Version) -> str:
    if not each.dates:
        return "of no date now"
    if each.dates == 1:
        return f"in force for {each.first_date}"
    return f"in force for {count(each.dates)} dates from {each.first_date} to {each.last_date}"


def _name(figure: Figure) -> str:
    by = f" by {', '.join(figure.by)}" if figure.by else ""
    return f"{figure.kind} of {figure.column}{by}"


def _groups(figure: Figure) -> Iterator[str]:
    for cells, values in figure.groups[:_GROUPS_SHOWN]:
        key = ", ".join("null" if cell is None else shown(cell) for cell in cells)
        yield f"    {key}: {' and '.join(map(shown, values))}"
    if len(figure.groups) > _GROUPS_SHOWN:
        yield f"    and {count(len(figure.groups) - _GROUPS_SHOWN)} more groups; --json has all"
