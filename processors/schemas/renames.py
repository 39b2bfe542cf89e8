"""Which column is perhaps another under a new name: by name, content and place. A guess, for a person to judge."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from statistics import median

from processors.schemas.model import UNKNOWN, SchemaColumn
from processors.schemas.widening import takes

#: What is less likely, between 0 and 1, is no suggestion. The renames in the drops of Boston and JHU have 0.62 or more;
#: of their other columns only those that share most of their words come near, where one takes the place of the other.
SCORE_MIN = 0.6

_NAME, _CONTENT, _PLACE = 0.55, 0.25, 0.2
#: Two words are alike when they share a run of so many letters, which is this much of both.
_RUN_MIN, _SHARE_MIN = 4, 0.6
_ABBREVIATED = 0.9
#: Words of headers that mean the same and look different.
_SYNONYMS = (
    {"zip", "zipcode", "postal", "postcode", "plz"},
    {"id", "identifier", "key", "code", "no", "nr", "number", "num"},
    {"amount", "sum", "total", "gross"},
    {"rate", "ratio", "share", "percent"},
    {"tel", "phone", "telephone", "mobile"},
    {"sex", "gender"},
    {"dob", "birthday", "birthdate"},
    {"surname", "lastname"},
)


@dataclass(frozen=True, slots=True)
class Rename:
    """A column that is gone, and the new one that it may be. `score` is between SCORE_MIN and 1."""

    dropped: SchemaColumn
    added: SchemaColumn
    score: float


def suggest_renames(
    dropped: Sequence[SchemaColumn],
    added: Sequence[SchemaColumn],
    old: Sequence[SchemaColumn] = (),
    new: Sequence[SchemaColumn] = (),
) -> tuple[Rename, ...]:
    """The likely renames, best first; no column is in two of them.

    `old` and `new` are all columns of the two schemas, in which places are compared; without them, `dropped` and
    `added` themselves are. Two columns that the contract declares apart are never one.

    >>> gone, come = SchemaColumn("Last Update", "timestamp"), SchemaColumn("Last_Update", "timestamp")
    >>> [(rename.added.name, round(rename.score, 2)) for rename in suggest_renames([gone], [come])]
    [('Last_Update', 0.95)]
    """
    before, after = _Header.of(old or dropped), _Header.of(new or added)
    scored = [
        (-_score(one, before, other, after), here, there)
        for here, one in enumerate(dropped)
        for there, other in enumerate(added)
        if one.column is None or other.column is None
    ]
    free_here, free_there = set(range(len(dropped))), set(range(len(added)))
    renames: list[Rename] = []
    for negative, here, there in sorted(scored):
        if -negative >= SCORE_MIN and here in free_here and there in free_there:
            renames.append(Rename(dropped[here], added[there], -negative))
            free_here.remove(here)
            free_there.remove(there)
    return tuple(renames)


@dataclass(frozen=True, slots=True)
class _Header:
    """All names of a schema in their order, and how many of them have each word."""

    names: tuple[str, ...]
    counts: Counter[str]

    @classmethod
    def of(cls, columns: Sequence[SchemaColumn]) -> _Header:
        names = tuple(column.name for column in columns)
        return cls(names, Counter(word for name in names for word in set(_words(name))))

    def weighted(self, name: str) -> list[tuple[str, float]]:
        """The words of a name. One that many columns have tells little of each."""
        return [(word, 1 / max(1, self.counts[word])) for word in _words(name)]


def _score(dropped: SchemaColumn, before: _Header, added: SchemaColumn, after: _Header) -> float:
    name = _name_likeness(before.weighted(dropped.name), after.weighted(added.name))
    place = _place(dropped.name, before.names, added.name, after.names)
    return _NAME * name + _CONTENT * _content(dropped, added) + _PLACE * place


def _name_likeness(here: Sequence[tuple[str, float]], there: Sequence[tuple[str, float]]) -> float:
    """Between 0 and 1: 1 for names that differ in case, blanks and punctuation only; else what they share."""
    if "".join(word for word, _ in here) == "".join(word for word, _ in there):
        return 1.0
    pairs = sorted(
        (-word_likeness(one, other), at, place)
        for at, (one, _) in enumerate(here)
        for place, (other, _) in enumerate(there)
    )
    shared, seen_here, seen_there = 0.0, set[int](), set[int]()
    for negative, at, place in pairs:
        if at not in seen_here and place not in seen_there:
            shared -= negative * (here[at][1] + there[place][1])
            seen_here.add(at)
            seen_there.add(place)
    return shared / max(1e-9, sum(weight for _, weight in (*here, *there)))


def _words(name: str) -> list[str]:
    apart = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name)
    return re.findall(r"[^\W_]+", apart.casefold())


def word_likeness(one: str, other: str) -> float:
    """Between 0 and 1, for the same word, an abbreviation, a synonym, a word with the same stem.

    >>> word_likeness("long", "longitude"), word_likeness("zip", "postal"), word_likeness("total", "postal")
    (0.9, 0.9, 0.0)
    >>> word_likeness("tested", "testing")
    0.6
    """
    if one == other:
        return 1.0
    short, long = sorted((one, other), key=len)
    if any({one, other} <= words for words in _SYNONYMS) or (len(short) >= 3 and long.startswith(short)):
        return _ABBREVIATED
    run = SequenceMatcher(None, one, other, autojunk=False).find_longest_match().size
    share = 2 * run / (len(one) + len(other))
    return share if run >= _RUN_MIN and share >= _SHARE_MIN else 0.0


def _place(one: str, before: Sequence[str], other: str, after: Sequence[str]) -> float:
    """1 where both stand as far from the beginning, or from the end; less, the farther they moved."""
    here, there = before.index(one), after.index(other)
    moved = min(abs(here - there), abs((len(before) - here) - (len(after) - there)))
    return 1 / (1 + moved)


def _content(one: SchemaColumn, other: SchemaColumn) -> float:
    """Between 0 and 1: half from the types, half from the values; where there are none to compare, from the types."""
    types = _type_likeness(one.type, other.type)
    here, there = _values(one), _values(other)
    if not here or not there:
        return types
    return (types + max(len(here & there) / min(len(here), len(there)), _magnitude(here, there))) / 2


def _type_likeness(one: str, other: str) -> float:
    if one == other != UNKNOWN:
        return 0.8
    return 0.5 if takes(one, other) or takes(other, one) else 0.0


def _values(column: SchemaColumn) -> set[str]:
    return {value.strip() for value in (*column.values, *(column.categories or ()))}


def _magnitude(here: set[str], there: set[str]) -> float:
    """How near the numbers are: their medians within a factor of ten count, by its logarithm."""
    one, other = _numbers(here), _numbers(there)
    if 2 * len(one) < len(here) or 2 * len(other) < len(there):
        return 0.0
    apart = abs(math.log10(1 + median(one)) - math.log10(1 + median(other)))
    return max(0.0, 1 - apart)


def _numbers(values: set[str]) -> list[float]:
    """The values that are numbers, without their signs and marks."""
    bare = (re.sub(r"[^0-9.eE]", "", value) for value in values)
    return [abs(float(text)) for text in bare if re.fullmatch(r"[0-9]+\.?[0-9]*|\.[0-9]+", text)]
