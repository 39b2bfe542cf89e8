"""What changed in a schema, in a few words."""

from __future__ import annotations

from collections.abc import Container, Sequence
from itertools import groupby

from processors.schemas.comparing import Change, Comparison
from stream.screens.output import shown

_NAMES_SHOWN = 6


def words(comparison: Comparison, declared: Container[str] | None = None) -> str:
    """The columns of each kind of change; no more than six are named. Of others than those `declared`, where these are
    given, there is only that they are there.

    >>> from processors.schemas.comparing import compare
    >>> from processors.schemas.model import Schema, SchemaColumn
    >>> old = Schema((SchemaColumn("n", "integer", "n"), SchemaColumn("b", "date")))
    >>> words(compare(old, Schema((SchemaColumn("N", "number", "n"),))))
    'dropped b; renamed n to N; widened N from integer to number'
    >>> words(compare(old, old))
    'nothing'
    >>> words(compare(old, Schema((SchemaColumn("N", "number", "n"),))), {"n"})
    'dropped …; renamed n to …; widened … from integer to number'
    """
    kinds = groupby(sorted(comparison.changes, key=_kind), key=_kind)
    return shown("; ".join(_of_kind(kind, list(changes), declared) for kind, changes in kinds)) or "nothing"


def _kind(change: Change) -> str:
    return f"perhaps {change.kind}" if change.suggested else change.kind.replace("_", " ")


def _of_kind(kind: str, changes: Sequence[Change], declared: Container[str] | None) -> str:
    more = f" and {len(changes) - _NAMES_SHOWN} more" if len(changes) > _NAMES_SHOWN else ""
    return f"{kind} " + ", ".join(_column(change, declared) for change in changes[:_NAMES_SHOWN]) + more


def _column(change: Change, declared: Container[str] | None) -> str:
    if change.kind == "renamed":
        return f"{_name(change.before, declared)} to {_name(change.after, declared)}"
    if change.kind in {"widened", "narrowed", "retyped"}:
        return f"{_name(change.column, declared)} from {change.before} to {change.after}"
    return _name(change.column, declared)


def _name(name: str | None, declared: Container[str] | None) -> str:
    return str(name) if declared is None or name in declared else "…"
