"""What changed in a schema, in a few words."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

from processors.schemas.comparing import Change, Comparison
from stream.screens.output import shown

_NAMES_SHOWN = 6


def words(comparison: Comparison) -> str:
    """The columns of each kind of change; no more than six are named.

    >>> from processors.schemas.comparing import compare
    >>> from processors.schemas.model import Schema, SchemaColumn
    >>> old = Schema((SchemaColumn("n", "integer", "n"), SchemaColumn("b", "date")))
    >>> words(compare(old, Schema((SchemaColumn("N", "number", "n"),))))
    'dropped b; renamed n to N; widened N from integer to number'
    >>> words(compare(old, old))
    'nothing'
    """
    kinds = groupby(sorted(comparison.changes, key=_kind), key=_kind)
    return shown("; ".join(_of_kind(kind, list(changes)) for kind, changes in kinds)) or "nothing"


def _kind(change: Change) -> str:
    return f"perhaps {change.kind}" if change.suggested else change.kind.replace("_", " ")


def _of_kind(kind: str, changes: Sequence[Change]) -> str:
    more = f" and {len(changes) - _NAMES_SHOWN} more" if len(changes) > _NAMES_SHOWN else ""
    return f"{kind} " + ", ".join(_column(change) for change in changes[:_NAMES_SHOWN]) + more


def _column(change: Change) -> str:
    if change.kind == "renamed":
        return f"{change.before} to {change.after}"
    if change.kind in {"widened", "narrowed", "retyped"}:
        return f"{change.column} from {change.before} to {change.after}"
    return change.column
