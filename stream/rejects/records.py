"""The record of a reject as cells: what its file's columns held, or the text of one that has no columns."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

#: Cells that hold a letter of it are put in quotes.
_LINE_END = "\r\n"


@dataclass(frozen=True, slots=True)
class Record:
    """`cells`: by the header's names. `text`: of a record that could not be split into columns; it has no cells."""

    cells: Mapping[str, str]
    text: str = ""


def record(raw: str, header: Sequence[str], columns: Mapping[str, str]) -> Record:
    """The record that `rejects.raw` holds.

    `columns`: by a column's name in the header, its name in the staged table. Of a duplicate of a dataset that keeps no
    raw layer only the typed row is kept, which has those.
    """
    content = json.loads(raw)
    if isinstance(content, list):
        return Record({}, content[2])
    return Record({name: _text(content.get(name, content.get(columns.get(name, name)))) for name in header})


def line(raw: str) -> str:
    """The record that `raw` holds, as a line of CSV; the text itself where it could not be split.

    >>> line('{"city":"Oslo, NO","n":"1"}'), line('["field_count","…","a;b","utf-8"]')
    ('"Oslo, NO",1', 'a;b')
    """
    content = json.loads(raw)
    if isinstance(content, list):
        return str(content[2])
    written = io.StringIO()
    csv.writer(written, lineterminator=_LINE_END).writerow([_text(value) for value in content.values()])
    return written.getvalue().removesuffix(_LINE_END)


def _text(value: Any) -> str:
    return "" if value is None else str(value)
