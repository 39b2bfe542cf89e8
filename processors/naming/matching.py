"""Which of the declared columns the names in a header are.

A name that the config gives a column, to the letter, is that column. A column that no name in the header is so is found
under one that means the same (see `identifiers`): as one of those that the config gives it, else as its own name. What
would mean several columns means none of them: there only names to the letter count.

>>> from processors.columns import ColumnType
>>> text = ColumnType("string")
>>> columns = (Column("total", "Total Earnings", text, aliases=("TOTAL_GROSS",)), Column("zip", "POSTAL", text))
>>> {name: column.name for name, column in declared(["TOTAL_ GROSS", "Zip", "Notes"], columns).items()}
{'TOTAL_ GROSS': 'total', 'Zip': 'zip'}
>>> {name: column.name for name, column in declared(["Zip", "POSTAL"], columns).items()}
{'POSTAL': 'zip'}
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from processors.columns import Column
from processors.naming.identifiers import folded


def declared(header: Sequence[str], columns: Sequence[Column]) -> dict[str, Column]:
    """The declared column of each name in a header that is one; the others are not declared.

    In a sound header a column has one name at the most. Where it has several, equally good, the first in here counts.
    """
    there = set(header)
    found = {name: column for column in columns for name in column.names if name in there}
    named = _meanings((name, column) for column in columns for name in column.names)
    for meanings in (named, _meanings((column.name, column) for column in columns) | named):
        settled = {column.name for column in found.values()}
        if len(found) == len(there) or len(settled) == len(columns):
            return found
        for name in header:
            column = meanings.get(folded(name))
            if column is not None and column.name not in settled:
                found.setdefault(name, column)
    return found


def _meanings(names: Iterable[tuple[str, Column]]) -> dict[str, Column | None]:
    """The column of each folded name; None where it would be several."""
    meanings: dict[str, Column | None] = {"": None}
    for name, column in names:
        known = meanings.setdefault(folded(name), column)
        if known is not column:
            meanings[folded(name)] = None
    return meanings
