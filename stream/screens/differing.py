"""What a replay would change, as people read it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sinks.rows.rejects import Place
from stream.differing import ColumnDifference, Difference, FigureChange
from stream.screens.figures import count
from stream.screens.output import shown

_VALUE_SHOWN = 40


def told(differences: Sequence[Difference], first: str, last: str) -> str:
    """A paragraph for each date; nothing of it was kept."""
    if not differences:
        return (
            f"Nothing is recorded from {first} to {last}.\n" if first != last else f"Nothing is recorded for {first}.\n"
        )
    lines = [line for each in differences for line in _told(each)]
    return "\n".join([*lines, "Nothing of this was kept."]) + "\n"


def _told(each: Difference) -> Iterator[str]:
    yield f"{each.dataset} {each.date}: {_what(each)}"
    if each.parameters != each.parameters_before:
        yield f"  parameters  {each.parameters_before or 'none'} to {each.parameters or 'none'}"
    yield from (f"    {_figure(change)}" for change in each.figure_changes)
    if each.figures > len(each.figure_changes):
        yield f"    and {count(each.figures - len(each.figure_changes))} more figures"
    for column in each.columns:
        yield from _column(column)
    yield from _places("added", each.added, each.added_examples)
    yield from _places("gone", each.gone, each.gone_examples)
    if each.elsewhere:
        yield "  elsewhere   rows of other dates, which have a key in common with these, change sides"


def _what(each: Difference) -> str:
    if each.is_none:
        return f"no row changes of {count(each.accepted)}"
    balance = f"{count(each.accepted_before)} accepted to {count(each.accepted)}, of {count(each.records)} records"
    return f"{count(each.changed)} rows change, {count(each.added)} come, {count(each.gone)} go ({balance})"


def _figure(change: FigureChange) -> str:
    cells = ", ".join(
        f"{name}={'null' if cell is None else cell}" for name, cell in zip(change.by, change.group, strict=False)
    )
    of = f", {cells}" if change.group else ""
    return shown(f"{change.kind} of {change.column}{of}: {_values(change.before)} to {_values(change.after)}")


def _values(values: Sequence[str]) -> str:
    return " and ".join(values) or "none"


def _column(column: ColumnDifference) -> Iterator[str]:
    yield f"  {column.column:<11} {count(column.rows)} cells"
    for example in column.examples:
        yield f"    {shown(example.path)}:{example.line}  {_cell(example.before)} to {_cell(example.after)}"


def _cell(value: str | None) -> str:
    if value is None:
        return "null"
    return shown(value if len(value) <= _VALUE_SHOWN else f"{value[:_VALUE_SHOWN]}…")


def _places(name: str, rows: int, examples: Sequence[Place]) -> Iterator[str]:
    if rows:
        yield f"  {name:<11} {count(rows)} rows"
        yield from (f"    {shown(place.path)}:{place.line}" for place in examples)
