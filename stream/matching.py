"""The names in a file's header against the columns that the config declares."""

from __future__ import annotations

from collections.abc import Sequence

from processors.columns import Column
from processors.errors import SourceError

_NAMES_SHOWN = 10


def check_declared(names: Sequence[str], columns: Sequence[Column]) -> None:
    """Raises SourceError where a column is there under two of its names."""
    for column in columns:
        found = column.names_in(names)
        if len(found) > 1:
            raise SourceError(
                f"its header has {listed(found)}, and the config reads {column.name} from either; which one is meant? "
                "Leave one of them in the column's source"
            )


def listed(names: Sequence[str]) -> str:
    """The first ten names, shortened, and how many there are more."""
    return _first_of([repr(name[:60]) for name in names])


def named(columns: Sequence[Column]) -> str:
    """Each column with all of its names."""
    return _first_of([" or ".join(repr(name[:60]) for name in (column.source, *column.aliases)) for column in columns])


def _first_of(texts: Sequence[str]) -> str:
    shown = ", ".join(texts[:_NAMES_SHOWN])
    return shown + (f" and {len(texts) - _NAMES_SHOWN} more" if len(texts) > _NAMES_SHOWN else "")
