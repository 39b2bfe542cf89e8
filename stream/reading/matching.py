"""The names in a file's header against the columns that the config declares."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from processors.columns import Column
from processors.errors import SourceError
from processors.naming.matching import declared

_NAMES_SHOWN = 10


def check_declared(written: Sequence[str], names: Sequence[str], columns: Sequence[Column]) -> None:
    """Raises SourceError where a column is there under two of its names.

    `written`: the names as the header has them; `names`: the same, told apart.
    """
    found = declared(names, columns)
    _check_repeated(written, names, found)
    there = Counter(column.name for column in found.values())
    for column in columns if len(there) < len(found) else ():
        if there[column.name] > 1:
            raise SourceError(_collision(column, [name for name, each in found.items() if each is column]))


def _check_repeated(written: Sequence[str], names: Sequence[str], found: dict[str, Column]) -> None:
    """A repeated name that is a declared column's tells nothing, unless a config names the others by their numbers."""
    for name, numbered in zip(written, names, strict=True):
        column = found.get(name)
        if name != numbered and column is not None and numbered not in found:
            raise SourceError(
                f"its header names {name!r} more than once, and the config reads {column.name} from it; which one is "
                f"meant? Another than the first is {numbered!r} here: make it the source of a column, of its own or "
                "of this one, or rename it in the file"
            )


def _collision(column: Column, same: Sequence[str]) -> str:
    those = f"its header has {listed(same)}, and the config reads {column.name} from either; which one is meant? "
    if set(same) <= set(column.names):
        return f"{those}Leave one of them in the column's source"
    return (
        f"{those}Case, blanks, marks and signs do not tell names apart: make the one, as it is written here, the "
        "column's source, and the others are left alone"
    )


def listed(names: Sequence[str]) -> str:
    """The first ten names, shortened, and how many there are more."""
    return _first_of([repr(name[:60]) for name in names])


def named(columns: Sequence[Column]) -> str:
    """Each column with all of its names."""
    return _first_of([" or ".join(repr(name[:60]) for name in column.names) for column in columns])


def _first_of(texts: Sequence[str]) -> str:
    shown = ", ".join(texts[:_NAMES_SHOWN])
    return shown + (f" and {len(texts) - _NAMES_SHOWN} more" if len(texts) > _NAMES_SHOWN else "")
