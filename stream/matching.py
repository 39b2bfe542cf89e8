"""The names in a file's header against the columns that the config declares."""

from __future__ import annotations

from collections.abc import Sequence

from processors.columns import Column
from processors.errors import SourceError
from stream.quoting import DELIMITERS

_NAMES_SHOWN = 10


def check_declared(names: Sequence[str], columns: Sequence[Column]) -> None:
    """Raises SourceError where a column that must be there is not, or is there under two of its names."""
    for column in columns:
        found = column.names_in(names)
        if len(found) > 1:
            raise SourceError(
                f"its header has {listed(found)}, and the config reads {column.name} from either; which one is meant? "
                "Leave one of them in the column's source"
            )
    missing = [column for column in columns if not column.optional and not column.names_in(names)]
    if missing:
        raise SourceError(f"its header lacks {_lacked(missing)}; it has {listed(names)}. {_advice(names, missing)}")


def _advice(names: Sequence[str], missing: Sequence[Column]) -> str:
    """What to do about a header that lacks columns: nearly always, one that is a single name has other delimiters."""
    for sign in DELIMITERS:
        apart = [name.strip() for name in names[0].split(sign)] if len(names) == 1 else []
        if any(column.names_in(apart) for column in missing):
            return f"Its fields are separated by {sign!r}: write dialect.delimiter: {sign!r} (or auto) in the config"
    return (
        "Mark a column optional in the config where files may lack it, or add the name that it has here to its source"
    )


def listed(names: Sequence[str]) -> str:
    """The first ten names, shortened, and how many there are more."""
    return _first_of([repr(name[:60]) for name in names])


def _lacked(columns: Sequence[Column]) -> str:
    """Each column with all of its names."""
    return _first_of([" or ".join(repr(name[:60]) for name in (column.source, *column.aliases)) for column in columns])


def _first_of(texts: Sequence[str]) -> str:
    shown = ", ".join(texts[:_NAMES_SHOWN])
    return shown + (f" and {len(texts) - _NAMES_SHOWN} more" if len(texts) > _NAMES_SHOWN else "")
