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
        lines += [_line(folder, each) for each in found[:_SHOWN]]
        if found[_SHOWN:]:
            lines.append(f"{parent}: {count(len(found) - _SHOWN)} more files")
    return "\n".join(lines) + "\n"


def _line(folder: Path, written: Written) -> str:
    rows = "1 row" if written.rows == 1 else f"{count(written.rows)} rows"
    return f"{folder / written.export.path}  {rows}"
