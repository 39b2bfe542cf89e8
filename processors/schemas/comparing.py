"""What changed from one schema to another, and who can still read what."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

from processors.schemas.model import UNKNOWN, Schema, SchemaColumn
from processors.schemas.renames import Rename, suggest_renames
from processors.schemas.widening import takes

Kind: TypeAlias = Literal[
    "added",
    "dropped",
    "renamed",
    "reordered",
    "widened",
    "narrowed",
    "retyped",
    "format_changed",
    "categories_changed",
    "nullable",
    "required",
    "key_changed",
]
#: As schema registries use the words, of tables whose columns are found by name. backward: a reader of the new schema
#: can read data of the old one. forward: one of the old can read data of the new. full: both. breaking: neither.
Compatibility: TypeAlias = Literal["full", "backward", "forward", "breaking"]


@dataclass(frozen=True, slots=True)
class Change:
    """One difference. `column`: its new name; of a dropped one the old, of a key its columns. `suggested`: a guess."""

    kind: Kind
    column: str
    before: str | None
    after: str | None
    message: str
    compatibility: Compatibility
    suggested: bool = False


@dataclass(frozen=True, slots=True)
class Comparison:
    """All differences; compatible is what each of them is."""

    changes: tuple[Change, ...]
    compatibility: Compatibility


@dataclass(frozen=True, slots=True)
class _Pair:
    """A column of both schemas, and its places."""

    old: SchemaColumn
    new: SchemaColumn
    places: tuple[int, int]
    suggested: bool = False


def compare(old: Schema, new: Schema) -> Comparison:
    """The changes from `old` to `new`. Columns are the same by the contract's column, else by name, else by suggestion.

    >>> integers = Schema((SchemaColumn("n", "integer"),))
    >>> numbers = Schema((SchemaColumn("n", "number"), SchemaColumn("note", "string")))
    >>> comparison = compare(integers, numbers)
    >>> [change.kind for change in comparison.changes], comparison.compatibility
    (['added', 'widened'], 'backward')
    """
    pairs = _pairs(old.columns, new.columns)
    changes = (
        *_dropped(old.columns, pairs),
        *_added(new.columns, pairs),
        *(change for pair in pairs for change in _of_pair(pair)),
        *_reordered(pairs),
        *_key(old, new, pairs),
    )
    return Comparison(changes, conjunction(change.compatibility for change in changes))


def conjunction(parts: Iterable[Compatibility]) -> Compatibility:
    """What all parts are.

    >>> conjunction(["full", "backward"]), conjunction(["forward", "backward"]), conjunction([])
    ('backward', 'breaking', 'full')
    """
    found = set(parts) - {"full"}
    if not found:
        return "full"
    return found.pop() if len(found) == 1 else "breaking"


def _directed(backward: bool, forward: bool) -> Compatibility:
    if backward:
        return "full" if forward else "backward"
    return "forward" if forward else "breaking"


def _pairs(old: Sequence[SchemaColumn], new: Sequence[SchemaColumn]) -> list[_Pair]:
    """In the order of the new schema."""
    here, there = dict(enumerate(old)), dict(enumerate(new))
    certain = [*_met(here, there, by="column"), *_met(here, there, by="name")]
    suggested = [
        _Pair(rename.dropped, rename.added, (_at(here, rename.dropped), _at(there, rename.added)), suggested=True)
        for rename in suggest_renames(tuple(here.values()), tuple(there.values()), old, new)
    ]
    return sorted([*certain, *suggested], key=lambda pair: pair.places[1])


def _met(here: dict[int, SchemaColumn], there: dict[int, SchemaColumn], by: Literal["column", "name"]) -> list[_Pair]:
    """The columns that agree in an attribute; they leave both mappings."""
    known = {getattr(column, by): place for place, column in here.items() if getattr(column, by) is not None}
    pairs: list[_Pair] = []
    for place, column in tuple(there.items()):
        before = known.pop(getattr(column, by), None)
        if before is not None:
            pairs.append(_Pair(here.pop(before), there.pop(place), (before, place)))
    return pairs


def _at(columns: dict[int, SchemaColumn], wanted: SchemaColumn) -> int:
    return next(place for place, column in columns.items() if column is wanted)


def _dropped(columns: Sequence[SchemaColumn], pairs: Sequence[_Pair]) -> Iterator[Change]:
    kept = {pair.places[0] for pair in pairs}
    for column in (column for place, column in enumerate(columns) if place not in kept):
        told, compatibility = f"{column.name!r} is gone", _directed(backward=True, forward=column.nullable)
        yield Change("dropped", column.name, _described(column), None, told, compatibility)


def _added(columns: Sequence[SchemaColumn], pairs: Sequence[_Pair]) -> Iterator[Change]:
    known = {pair.places[1] for pair in pairs}
    for column in (column for place, column in enumerate(columns) if place not in known):
        told, compatibility = f"{column.name!r} is new", _directed(backward=column.nullable, forward=True)
        yield Change("added", column.name, None, _described(column), told, compatibility)


def _described(column: SchemaColumn) -> str:
    return column.type if column.nullable else f"{column.type}, required"


def _of_pair(pair: _Pair) -> Iterator[Change]:
    yield from _renamed(pair)
    yield from _retyped(pair)
    if _kind(pair.old.type) == _kind(pair.new.type):
        yield from _formats(pair)
    yield from _categories(pair)
    yield from _nullability(pair)


def _renamed(pair: _Pair) -> Iterator[Change]:
    old, new = pair.old, pair.new
    if old.name == new.name:
        return
    same = new.column is not None and old.column == new.column
    seems = "seems to be called" if pair.suggested else "is called"
    told = f"{old.name!r} {seems} {new.name!r}" + (f"; both are the column {new.column}" if same else "")
    yield Change("renamed", new.name, old.name, new.name, told, "full" if same else "breaking", pair.suggested)


def _retyped(pair: _Pair) -> Iterator[Change]:
    old, new = pair.old.type, pair.new.type
    if old == new or UNKNOWN in {old, new}:  # a column without values is of any type
        return
    compatibility = _directed(backward=takes(new, old), forward=takes(old, new))
    kind: Kind = "retyped"
    if compatibility in {"backward", "forward"}:
        kind = "widened" if compatibility == "backward" else "narrowed"
    yield Change(kind, pair.new.name, old, new, f"{pair.new.name!r} was {old} and is {new}", compatibility)


def _kind(name: str) -> str:
    """Formats of these types can be compared: all numbers are written alike."""
    return "number" if name in {"integer", "number"} or name.startswith("decimal") else name


def _formats(pair: _Pair) -> Iterator[Change]:
    old, new = set(pair.old.formats), set(pair.new.formats)
    if old == new or UNKNOWN in {pair.old.type, pair.new.type}:
        return
    yield Change(
        "format_changed",
        pair.new.name,
        ", ".join(pair.old.formats) or None,
        ", ".join(pair.new.formats) or None,
        f"{pair.new.name!r} is written otherwise: {_difference(old, new)}",
        _directed(backward=new >= old, forward=old >= new),
    )


def _categories(pair: _Pair) -> Iterator[Change]:
    """No list means that any value may come."""
    old, new = pair.old.categories, pair.new.categories
    before, after = set(old or ()), set(new or ())
    if (old is None) == (new is None) and before == after:
        return
    difference = "any value, now a list" if old is None else "a list, now any value"
    yield Change(
        "categories_changed",
        pair.new.name,
        None if old is None else ", ".join(old),
        None if new is None else ", ".join(new),
        f"{pair.new.name!r} has other values: {difference if None in (old, new) else _difference(before, after)}",
        _directed(
            backward=new is None or (old is not None and after >= before),
            forward=old is None or (new is not None and before >= after),
        ),
    )


def _difference(old: set[str], new: set[str]) -> str:
    come, gone = (", ".join(repr(text) for text in sorted(texts)) for texts in (new - old, old - new))
    return "; ".join([f"{come} came"] * bool(come) + [f"{gone} went"] * bool(gone))


def _nullability(pair: _Pair) -> Iterator[Change]:
    name = pair.new.name
    if pair.new.nullable and not pair.old.nullable:
        yield Change("nullable", name, "required", "nullable", f"{name!r} may be null now", "backward")
    if pair.old.nullable and not pair.new.nullable:
        yield Change("required", name, "nullable", "required", f"{name!r} must have a value now", "forward")


def _reordered(pairs: Sequence[_Pair]) -> Iterator[Change]:
    """The fewest columns of both schemas whose moving explains the new order."""
    for pair in _moved(pairs):
        before, after = (place + 1 for place in pair.places)
        told = f"{pair.new.name!r} stood in place {before} and stands in {after}"
        yield Change("reordered", pair.new.name, str(before), str(after), told, "full")


def _moved(pairs: Sequence[_Pair]) -> list[_Pair]:
    """What is not in a longest increasing run of old places: by patience sorting."""
    tails: list[int] = []
    runs: list[list[int]] = []
    for at, pair in enumerate(pairs):
        length = bisect_left([pairs[tail].places[0] for tail in tails], pair.places[0])
        runs.append([*(runs[tails[length - 1]] if length else ()), at])
        tails[length:] = [at, *tails[length + 1 :]]
    kept = set(runs[tails[-1]]) if tails else set()
    return [pair for at, pair in enumerate(pairs) if at not in kept]


def _key(old: Schema, new: Schema, pairs: Sequence[_Pair]) -> Iterator[Change]:
    """A key is the same when its columns are, whatever they are called."""
    called = {pair.old.name: pair.new.name for pair in pairs}
    if tuple(called.get(name, name) for name in old.key) == new.key:
        return
    before, after = ", ".join(old.key), ", ".join(new.key)
    told = f"the key was {before or 'not given'} and is {after or 'not given'}"
    yield Change("key_changed", after or before, before or None, after or None, told, "breaking")


__all__ = ["Change", "Comparison", "Compatibility", "Kind", "Rename", "compare", "conjunction", "suggest_renames"]
