"""One column under all the names that samples have for it.

Names that mean the same are one column. So are a name that is gone and one that came, where their likeness suggests a
rename, and no sample has both; that is a guess, and the config says so.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from processors.naming.identifiers import LENGTH_MAX, folded, identifier, told_apart
from processors.profiling.profile import ColumnProfile
from processors.schemas.model import UNKNOWN, SchemaColumn
from processors.schemas.renames import suggest_renames
from stream.drafting.kinds import decide
from stream.drafting.samples import Group, Survey


@dataclass(slots=True)
class Aligned:
    """A column of all samples. `sources`: its names in headers. `places`: where it stands in which of the groups of a
    survey. `guessed`: the names that are a guess."""

    sources: list[str]
    profile: ColumnProfile
    places: dict[int, int]
    guessed: list[str] = field(default_factory=list)

    def take(self, name: str, profile: ColumnProfile, group: int, place: int) -> None:
        """Another header's column is this one."""
        if name not in self.sources:
            self.sources.append(name)
        self.profile += profile
        self.places[group] = place


def align(survey: Survey) -> list[Aligned]:
    """The columns of all samples, in the order in which they were met."""
    groups = list(survey.groups.values())
    apart = _told_apart(groups)
    columns: list[Aligned] = []
    for number, group in enumerate(groups):
        known = _same(columns, group, apart)
        known |= _renamed(columns, groups, number, known)
        for place, name in enumerate(group.names):
            if place in known:
                known[place].take(name, group.profiles[place], number, place)
            else:
                columns.append(Aligned([name], group.profiles[place], {number: place}))
    return columns


def names_of(columns: Sequence[Aligned]) -> list[str]:
    """A name for each column that SQL and the config can have, after its first name in a header; where that is a guess
    for others too, without the number in front that they do not share."""
    return told_apart([_name(column) for column in columns], (), LENGTH_MAX)


def _name(column: Aligned) -> str:
    """`AnnualSalary` is annual_salary, and `2016 Overtime Pay` that became `2017 Overtime Pay` is overtime_pay."""
    name = re.sub("(?<=[a-z0-9])(?=[A-Z])", " ", column.sources[0])
    bare = re.sub(r"^[\d\W_]+", "", name)
    return identifier(bare if column.guessed and bare else name)


def _told_apart(groups: Sequence[Group]) -> set[str]:
    """The meanings that several columns of one header have, which only names to the letter tell apart."""
    counted = (Counter(folded(name) for name in group.names) for group in groups)
    return {"", *(meaning for counts in counted for meaning, count in counts.items() if count > 1)}


def _same(columns: Sequence[Aligned], group: Group, apart: set[str]) -> dict[int, Aligned]:
    """The known column of each place in a header whose name is, or means, one of its names."""
    exact = {name: column for column in columns for name in column.sources}
    alike = {folded(name): column for name, column in exact.items() if folded(name) not in apart}
    found = {place: exact.get(name, alike.get(folded(name))) for place, name in enumerate(group.names)}
    return {place: column for place, column in found.items() if column is not None}


def _renamed(
    columns: Sequence[Aligned], groups: Sequence[Group], number: int, known: dict[int, Aligned]
) -> dict[int, Aligned]:
    """The known column of each place in a header whose name is probably a new one for it."""
    group = groups[number]
    gone = [column for column in columns if not any(column is other for other in known.values())]
    come = [place for place in range(len(group.names)) if place not in known]
    if not gone or not come:
        return {}
    last = groups[max(max(column.places) for column in gone)]
    old = [_described(name, profile) for name, profile in zip(last.names, last.profiles, strict=True)]
    new = [_described(name, profile) for name, profile in zip(group.names, group.profiles, strict=True)]
    by_name = {_last_name(column, groups): column for column in gone}
    dropped = [_described(name, column.profile) for name, column in by_name.items()]
    old += [each for each in dropped if each.name not in last.names]
    found: dict[int, Aligned] = {}
    for rename in suggest_renames(dropped, [new[place] for place in come], old, new):
        column, place = by_name[rename.dropped.name], group.names.index(rename.added.name)
        if not _meet(column, group.names[place], groups):
            found[place] = column
            column.guessed.append(rename.added.name)
    return found


def _last_name(column: Aligned, groups: Sequence[Group]) -> str:
    group = max(column.places)
    return groups[group].names[column.places[group]]


def _meet(column: Aligned, name: str, groups: Sequence[Group]) -> bool:
    """Whether a header has both, so that they are two columns."""
    meanings = {folded(source) for source in column.sources}
    return any(
        any(folded(other) == folded(name) for other in group.names)
        and any(folded(other) in meanings for other in group.names)
        for group in groups
    )


def _described(name: str, profile: ColumnProfile) -> SchemaColumn:
    kind = decide(name, profile).type if profile.told else UNKNOWN
    return SchemaColumn(name, kind, values=tuple(value for _, value in profile.some))
