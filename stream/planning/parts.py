"""Which parts of a config are as they were, and what was judged by another.

Some parts decide what becomes of rows, so the rows that are there have to be judged anew. Others are brought up to date
with the warehouse itself, whatever rows were judged by. The rest holds for files that come.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

from sinks.configs.model import ConfigVersion
from sinks.configs.reading import JudgedDate, StoredConfig
from stream.planning.changes import Change, changes

#: unknown: what rows were judged by is not recorded. gone: the config says nothing of it any more.
State: TypeAlias = Literal["same", "changed", "unknown", "gone"]
#: By what a change takes hold of what is there. files: it does not; it holds for files that come.
TakesHold: TypeAlias = Literal["replay", "itself", "training", "files"]

_TAKES_HOLD: Mapping[str, TakesHold] = {
    **dict.fromkeys(("columns", "schema", "steps", "relations", "dates"), "replay"),
    **dict.fromkeys(("kpis", "views", "exports"), "itself"),
    "models": "training",
}


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a config. `spans`, `rows`, `dates`: what was judged by another, the dates from `first` to `last`.
    `changes`: what is otherwise against the one of them by which spans were judged last."""

    name: str
    state: State
    takes_hold: TakesHold
    spans: int = 0
    rows: int = 0
    dates: int = 0
    first: str | None = None
    last: str | None = None
    changes: tuple[Change, ...] = ()


@dataclass(frozen=True, slots=True)
class Outdated:
    """Dates to be replayed, each with the names of the parts for which it is; and those of them whose figures of rows
    before are made or used otherwise."""

    dates: Mapping[str, tuple[str, ...]]
    refit: Collection[str]

    def without(self, dates: Collection[str]) -> Outdated:
        """The others."""
        return Outdated({date: parts for date, parts in self.dates.items() if date not in dates}, self.refit)


def takes_hold(part: str) -> TakesHold:
    """By what a change of a part takes hold of what is there.

    >>> takes_hold("views.customer_features"), takes_hold("budget")
    ('itself', 'files')
    """
    return _TAKES_HOLD.get(part.partition(".")[0], "files")


@dataclass(frozen=True, slots=True)
class Comparison:
    """Today's config of a dataset, and all by which its spans were judged."""

    today: ConfigVersion
    stored: Mapping[int, StoredConfig]
    judged: Sequence[JudgedDate]

    def parts(self) -> Iterator[Part]:
        """Those of today's config, in their order; then those that others had."""
        gone = {name for each in self._by_another() for name in self._parts_of(each)} - self.today.parts.keys()
        for name in (*self.today.parts, *sorted(gone)):
            yield self._part(name)

    def outdated(self) -> Outdated:
        """What is to be replayed for this config to hold for all rows."""
        asked = [name for name in self.today.parts if takes_hold(name) == "replay"]
        found = {name: {each.date for each in self._differing(name)} for name in asked}
        dates = sorted(set[str]().union(*found.values()))
        reasons = {date: tuple(name for name in asked if date in found[name]) for date in dates}
        refit = {each.date for each in self._differing("steps") if any(c.is_of_figures for c in self._changes(each))}
        return Outdated(reasons, refit)

    def _part(self, name: str) -> Part:
        differing = list(self._differing(name))
        if not differing:
            return Part(name, "same" if name in self.today.parts else "gone", takes_hold(name))
        known = [each for each in differing if each.config_id]
        last = max(known, key=lambda each: (each.run_id, each.config_id), default=None)
        return Part(
            name,
            _state(name in self.today.parts, is_known=last is not None),
            takes_hold(name),
            sum(each.spans for each in differing),
            sum(each.rows for each in differing),
            len({each.date for each in differing}),
            differing[0].date,
            differing[-1].date,
            () if last is None else self._changes(last, name),
        )

    def _changes(self, judged: JudgedDate, name: str = "steps") -> tuple[Change, ...]:
        return changes(self._parts_of(judged).get(name, "{}"), self.today.parts.get(name, "{}"))

    def _differing(self, name: str) -> Iterator[JudgedDate]:
        """Spans that were judged by another part of this name. What is asked of a date as a whole is asked when it is
        closed, behind the last of its runs."""
        judged = _last_of_dates(self.judged) if name == "dates" else self.judged
        wanted = self.today.parts.get(name)
        return (each for each in judged if not each.config_id or self._parts_of(each).get(name) != wanted)

    def _by_another(self) -> Iterator[JudgedDate]:
        return (each for each in self.judged if each.config_id)

    def _parts_of(self, judged: JudgedDate) -> Mapping[str, str]:
        stored = self.stored.get(judged.config_id)
        return {} if stored is None else stored.version.parts


def _state(is_today: bool, *, is_known: bool) -> State:
    if not is_today:
        return "gone"
    return "changed" if is_known else "unknown"


def _last_of_dates(judged: Iterable[JudgedDate]) -> list[JudgedDate]:
    last = dict[str, JudgedDate]()
    for each in judged:
        if each.date not in last or (each.run_id, each.config_id) > (last[each.date].run_id, last[each.date].config_id):
            last[each.date] = each
    return [last[date] for date in sorted(last)]
