"""The changes between two versions of a schema as people read them."""

from __future__ import annotations

from rich.table import Table
from rich.text import Text

from processors.schemas.comparing import Change
from stream.schemas.differences import Difference
from stream.screens.output import printing, shown


def difference_table(difference: Difference) -> None:
    """Print a row for each change, and what they come to."""
    table = Table(box=None, pad_edge=False, header_style="bold underline")
    for title in ("change", "column", "before", "after", "compatible"):
        table.add_column(title, overflow="fold")
    for change in difference.comparison.changes:
        table.add_row(*map(Text, _cells(change)))  # a name may hold what rich takes for markup
    with printing() as console:
        between = f"{_named(difference.before)} to {_named(difference.after)}"
        told = difference.comparison.compatibility if difference.comparison.changes else "nothing changed"
        console.print(f"{difference.dataset}: {between}: {told}", markup=False, highlight=False, soft_wrap=True)
        if difference.comparison.changes:
            console.print(table)


def _named(version: str) -> str:
    return f"version {version}" if version.isdecimal() else f"the {version}"


def _cells(change: Change) -> list[str]:
    kind = change.kind.replace("_", " ") + (" (suggested)" if change.suggested else "")
    return [kind, *map(shown, (change.column, change.before or "-", change.after or "-")), change.compatibility]
