"""Schema versions and drifts as people read them."""

from __future__ import annotations

from collections.abc import Iterator

from rich.table import Table
from rich.text import Text

from processors.schemas.comparing import Comparison
from processors.schemas.model import SchemaColumn
from sinks.schemas.history import SchemaDrift, SchemaVersion
from stream.schemas.versions import History
from stream.screens.changes import words
from stream.screens.figures import count
from stream.screens.output import printing, shown

_VALUES_SHOWN = 8


def told_history(history: History) -> str:
    """A paragraph for each version, the newest last, and a line for each drift."""
    lines = [_headline(history), *(line for version in history.versions for line in _version(version))]
    if history.drifts:
        lines += ["drifts", *(line for drift in history.drifts for line in _drift(drift))]
    return "\n".join(lines) + "\n"


def _headline(history: History) -> str:
    current = f"the last file has version {history.current}" if history.current else "no file has any now"
    return f"{history.dataset}: {_plural(len(history.versions), 'schema version')}, \
{_plural(len(history.drifts), 'drift')}; {current}"


def _version(version: SchemaVersion) -> Iterator[str]:
    yield f"version {version.version}: {version.status}, {_plural(version.files, 'file')}"
    yield from _files(version)
    against = f"version {version.compared_with}" if version.compared_with else "the contract"
    yield from _compared(version.comparison, against)


def _files(version: SchemaVersion) -> Iterator[str]:
    for name, file in (("first", version.first), ("last", version.last)):
        if file is not None:
            yield f"  {name:<9} {file.date} {file.path}"


def _compared(comparison: Comparison, against: str) -> Iterator[str]:
    if not comparison.changes:
        yield f"  changes   none against {against}"
        return
    yield f"  changes   {comparison.compatibility}, against {against}"
    yield from (f"    {change.kind}: {change.message}" for change in comparison.changes)


def _drift(drift: SchemaDrift) -> Iterator[str]:
    before = f"version {drift.from_version}" if drift.from_version else "the contract"
    yield f"  {drift.file.date} {drift.file.path}: {before} to {drift.to_version}, {drift.comparison.compatibility}"
    yield f"    {words(drift.comparison)}"


def show_version(version: SchemaVersion) -> None:
    """Print a version: its files, and a row for each column."""
    table = Table(box=None, pad_edge=False, header_style="bold underline")
    for title in ("", "header", "column", "type", "null", "written as, or values"):
        table.add_column(title, overflow="fold")
    for place, column in enumerate(version.schema.columns, 1):
        table.add_row(str(place), *map(Text, _cells(column)))
    with printing() as console:
        title = f"{version.dataset} version {version.version}: {version.status}, {_plural(version.files, 'file')}"
        for line in (title, *_files(version)):
            console.print(line, markup=False, highlight=False, soft_wrap=True)
        console.print(table)


def _cells(column: SchemaColumn) -> list[str]:
    seen = column.formats or column.categories or column.values
    more = " …" if len(seen) > _VALUES_SHOWN else ""
    told = ", ".join(seen[:_VALUES_SHOWN]) + more
    return [shown(column.name), column.column or "-", column.type, "yes" if column.nullable else "no", shown(told)]


def _plural(number: int, noun: str) -> str:
    return f"{count(number)} {noun}" + ("" if number == 1 else "s")
