"""What is otherwise between two definitions of a part of a config."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

_Path: TypeAlias = tuple[str, ...]
_ABSENT: Any = object()
#: Steps and figures which say what is made of rows before.
_FITTED = frozenset({"impute", "outliers", "parameters"})


@dataclass(frozen=True, slots=True)
class Change:
    """A setting that is another. `path`: where it stands, with dots between; rules, by their names. `before`, `after`:
    as JSON; None where it is not said."""

    path: str
    before: str | None
    after: str | None

    @property
    def is_of_figures(self) -> bool:
        """Whether it changes which figures are made of rows before, or what is done with them."""
        return not _FITTED.isdisjoint(self.path.split("."))


def changes(before: str, after: str) -> tuple[Change, ...]:
    """What is otherwise in a part, both as JSON.

    >>> for each in changes('{"n":{"type":"integer"},"gone":1}', '{"n":{"type":"number"}}'):
    ...     print(each.path, each.before, each.after)
    gone 1 None
    n.type "integer" "number"
    """
    return tuple(_changes((), json.loads(before), json.loads(after)))


def _changes(path: _Path, before: Any, after: Any) -> Iterator[Change]:
    if _json(before) == _json(after):
        return
    one, other = _named(before), _named(after)
    if one is None or other is None:
        yield Change(".".join(path), _json(before), _json(after))
        return
    names = sorted({*one, *other})
    within = [each for n in names for each in _changes((*path, n), one.get(n, _ABSENT), other.get(n, _ABSENT))]
    yield from within or [Change(".".join(path), _json(list(one)), _json(list(other)))]  # their order is another


def _named(said: Any) -> Mapping[str, Any] | None:
    """What stands in it, by name; None where it is one value as a whole."""
    if isinstance(said, dict):
        return said
    if isinstance(said, list) and said and all(isinstance(each, dict) for each in said):
        return dict(zip(_names(said), said, strict=True))
    return None


def _names(said: Sequence[Mapping[str, Any]]) -> list[str]:
    """Rules have names; of others, and where two have the same, the place is told."""
    places = [str(place) for place, _ in enumerate(said, 1)]
    names = [str(each.get("name", place)) for place, each in zip(places, said, strict=True)]
    return names if len(set(names)) == len(names) else places


def _json(said: Any) -> str | None:
    return None if said is _ABSENT else json.dumps(said, ensure_ascii=False)
