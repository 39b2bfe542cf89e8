"""Feature views as people read them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

from rich.table import Table

from sinks.feature_views.reading import RegisteredView
from stream.features.getting import Vector
from stream.features.joining import Joined
from stream.screens.figures import count
from stream.screens.output import printing, shown

_TITLES = ("view", "version", "status", "dataset", "rows", "from", "to")
_FIGURES = {"version", "rows"}


def views_list(versions: Sequence[RegisteredView]) -> None:
    """Print a row for each version of each view."""
    table = Table(box=None, pad_edge=False, header_style="bold underline")
    for title in _TITLES:
        table.add_column(title, justify="right" if title in _FIGURES else "left", overflow="fold")
    for each in versions:
        named = each.view, str(each.version), each.status, each.dataset
        table.add_row(*named, count(each.rows), each.first_date or "-", each.last_date or "-")
    with printing() as console:
        nothing = "No feature view is registered yet; write one into the folder sql of the configs."
        console.print(table if versions else nothing)


def told(versions: Sequence[RegisteredView]) -> str:
    """The versions of a view, and what the last of them that is active, or was, is made of."""
    now = max(versions, key=lambda each: (each.status == "active", each.version))
    lines = [f"{now.view}: of {now.dataset}", *(_version(each) for each in versions)]
    width = max(len(feature.name) for feature in now.features)
    kinds = max(len(feature.type) for feature in now.features)
    lines.append(f"features of version {now.version}")
    for feature in now.features:
        sources = f"of {', '.join(feature.sources)}" if feature.sources else "of the rows alone"
        lines.append(f"  {feature.name:<{width}}  {feature.type:<{kinds}}  {sources}")
    return "\n".join([*lines, "sql", *(f"  {line}".rstrip() for line in now.sql.strip().splitlines())]) + "\n"


def _version(each: RegisteredView) -> str:
    parent = f", after version {each.parent_version}" if each.parent_version is not None else ""
    rows = f"{count(each.rows)} rows"
    dates = f" from {each.first_date} to {each.last_date}" if each.first_date else ""
    return f"version {each.version}: {each.status}{parent}; {rows}{dates}; registered {_moment(each.registered_at)}"


def told_vector(vector: Vector) -> str:
    """A vector, a line for each feature."""
    named = ", ".join(f"{name} {shown(value)}" for name, value in vector.entity.items())
    of = "asked for" if vector.row_id is None else f"row {vector.row_id}"
    width = max(len(name) for name in vector.features)
    lines = [f"{vector.view} version {vector.version}: {named} at {_moment(vector.at)} ({of})"]
    lines += [f"  {name:<{width}}  {_value(value)}" for name, value in vector.features.items()]
    return "\n".join(lines) + "\n"


def _value(value: object) -> str:
    if value is None:
        return "-"
    return _moment(value) if isinstance(value, datetime) else shown(value)


def _moment(at: datetime) -> str:
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z")


def told_join(joined: Joined) -> str:
    """What was joined to how many rows, and which of them have nothing."""
    return "\n".join(_join_lines(joined)) + "\n"


def _join_lines(joined: Joined) -> Iterator[str]:
    of = f"{len(joined.features)} features of {joined.view} version {joined.version}"
    known = ", as known at the instant" if joined.as_known else ""
    yield f"{shown(joined.output)}: {count(joined.rows)} rows of {shown(joined.spine)} with {of}{known}"
    if joined.nameless:
        yield f"  nulls     where no entity is named: {count(joined.nameless)}"
    if joined.unread:
        yield f"  nulls     where the entity or the instant cannot be read: {count(joined.unread)}"
