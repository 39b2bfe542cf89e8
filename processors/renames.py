"""Which column is perhaps another under a new name: by name, content and place. A guess, for a person to judge."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from statistics import median

from processors.schemas import UNKNOWN, SchemaColumn
from processors.widening import takes

#: What is less likely, between 0 and 1, is not suggested.
SCORE_MIN = 0.55

_NAME, _CONTENT, _PLACE = 0.55, 0.25, 0.2
#: Words less alike than this are other words.
_WORD_MIN = 0.6
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
    before, after = [column.name for column in old or dropped], [column.name for column in new or added]
    scored = [
        (-_score(one, other, _place(one.name, before, other.name, after)), here, there)
        for here, one in enumerate(dropped)
        for there, other in enumerate(added)
        if one.column is None or other.column is None
    ]
    taken_here: set[int] = set()
    taken_there: set[int] = set()
    renames: list[Rename] = []
    for negative, here, there in sorted(scored):
        if -negative >= SCORE_MIN and here not in taken_here and there not in taken_there:
            renames.append(Rename(dropped[here], added[there], -negative))
            taken_here.add(here)
            taken_there.add(there)
    return tuple(renames)


def _score(dropped: SchemaColumn, added: SchemaColumn, place: float) -> float:
    return _NAME * name_likeness(dropped.name, added.name) + _CONTENT * _content(dropped, added) + _PLACE * place


def name_likeness(one: str, other: str) -> float:
    """Between 0 and 1: 1 for names that differ in case, blanks and punctuation only; else how many words they share.

    >>> name_likeness("QUINN / EDUCATION INCENTIVE", "QUINN_EDUCATION_INCENTIVE")
    1.0
    >>> name_likeness("Longitude", "Long_"), name_likeness("Deaths", "Recovered")
    (0.9, 0.0)
    """
    here, there = _words(one), _words(other)
    if "".join(here) == "".join(there):
        return 1.0
    pairs = sorted(
        (
            (_word_likeness(word, second), at, place)
            for at, word in enumerate(here)
            for place, second in enumerate(there)
        ),
        key=lambda pair: (-pair[0], pair[1], pair[2]),
    )
    shared, seen_here, seen_there = 0.0, set[int](), set[int]()
    for likeness, at, place in pairs:
        if at not in seen_here and place not in seen_there:
            shared += likeness
            seen_here.add(at)
            seen_there.add(place)
    return 2 * shared / max(1, len(here) + len(there))


def _words(name: str) -> list[str]:
    apart = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name)
    return re.findall(r"[^\W_]+", apart.casefold())


def _word_likeness(one: str, other: str) -> float:
    if one == other:
        return 1.0
    if any({one, other} <= words for words in _SYNONYMS):
        return _ABBREVIATED
    short, long = sorted((one, other), key=len)
    if len(short) >= 3 and long.startswith(short):
        return _ABBREVIATED
    likeness = SequenceMatcher(None, one, other, autojunk=False).ratio()
    return likeness if likeness >= _WORD_MIN else 0.0


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
