"""Profiles of dates as people read them."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from typing import TYPE_CHECKING, Any

from rich.table import Table
from rich.text import Text

from sinks.closing.history import DateProfile
from stream.screens.figures import count
from stream.screens.output import printing, shown, write

if TYPE_CHECKING:
    from stream.referencing import Renewed

_WIDTH = 26


def profile_table(profiles: Sequence[DateProfile]) -> None:
    """Print a table for each dataset, a row for each column."""
    if not profiles:
        write("Nothing is profiled here: a dataset is whose config has `profile:`, once a date of it is closed.\n")
        return
    with printing() as console:
        for (dataset, date), columns in groupby(profiles, key=lambda each: (each.dataset, each.date)):
            rows = list(columns)
            console.print(f"{dataset} {date}: {count(rows[0].profile['rows'])} accepted rows", highlight=False)
            console.print(_table(rows))


def _table(profiles: Sequence[DateProfile]) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold underline")
    for title in ("column", "null %", "distinct", "values", "mean", "psi", "js", "state"):
        right = title in {"null %", "distinct", "mean", "psi", "js"}
        table.add_column(title, justify="right" if right else "left", overflow="fold")
    for each in profiles:
        table.add_row(*map(Text, _cells(each)))
    return table


def _cells(each: DateProfile) -> list[str]:
    told = each.profile
    nulls = f"{100 * told['nulls'] / told['rows']:.1f}" if told["rows"] else "-"
    distinct = f"{'' if told['exact'] else '~'}{count(told['distinct'])}"
    return [
        each.column,
        nulls,
        distinct,
        _values(told),
        _short(told["mean"]),
        _far(each.psi),
        _far(each.js),
        each.state,
    ]


def _values(told: dict[str, Any] | Any) -> str:
    """From the least to the greatest; of text the most frequent."""
    if told["min"] is not None:
        return f"{_short(told['min'])} to {_short(told['max'])}"
    text = ", ".join(shown(value) for value, _ in told["top"])
    return text if len(text) <= _WIDTH else f"{text[: _WIDTH - 2]} …"


def _short(value: object) -> str:
    if value is None:
        return "-"
    return f"{value:.6g}" if isinstance(value, float) else str(value)[:16].replace("T", " ")


def _far(distance: float | None) -> str:
    return "-" if distance is None else f"{distance:.3f}"


def told_reference(made: Renewed) -> str:
    """What was frozen."""
    first, last = made.dates[0], made.dates[-1]
    of = f"the accepted rows of {first}" + (f" to {last}" if len(made.dates) > 1 else "")
    return f"{made.dataset}: version {made.version} of the reference is frozen, made of {of}.\n"
