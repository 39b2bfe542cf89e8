"""What `export` wrote, for people."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from pathlib import Path

from sinks.exports.records import Written
from stream.screens.figures import count

_SHOWN = 10


def told(written: Sequence[Written], folder: Path) -> str:
    """Each file with its rows; of many in one folder only the first ones."""
    files = [each for each in written if each.content_hash is not None]
    if not files:
        return "There is nothing to write: no rows of these datasets, kinds and dates.\n"
    lines = list[str]()
    for parent, group in groupby(files, lambda each: (folder / each.export.path).parent):
        found = list(group)
        lines += [f"{folder / each.export.path}  {_rows(each.rows)}" for each in found[:_SHOWN]]
        if found[_SHOWN:]:
            rows = sum(each.rows for each in found[_SHOWN:])
            lines.append(f"{parent}: {count(len(found) - _SHOWN)} more files, {_rows(rows)}")
    return "\n".join(lines) + "\n"


def _rows(number: int) -> str:
    return f"{count(number)} row{'' if number == 1 else 's'}"
