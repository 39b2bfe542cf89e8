"""Rejects as a CSV file that people may open in a spreadsheet, edit, and give back to `rejects retry --from`."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from processors.errors import ConfigError
from processors.naming.matching import declared
from sinks.ledger.files import FileEntry
from sinks.reading import WarehouseReader
from sinks.rows.rejects import Choice
from stream.config import Dataset
from stream.rejects.choosing import files_of
from stream.rejects.records import record
from stream.rejects.spreadsheet import bare, guarded

#: The columns that say which record it is and what is wrong with it; the record's own stand between them and `_raw`.
LEADING = ("_id", "_path", "_line", "_rules", "_messages")
RAW = "_raw"
_OURS = {*LEADING, RAW}


@dataclass(frozen=True, slots=True)
class Export:
    """What is to be exported: the rejects of `choice` in `files`, all of one dataset (None where no config has it any
    more), and all names in their headers."""

    files: Sequence[FileEntry]
    choice: Choice
    columns: Sequence[str]
    dataset: Dataset | None


def prepare(recorded: WarehouseReader, choice: Choice, datasets: Mapping[str, Dataset]) -> Export:
    """Raises ConfigError where the rejects of several datasets are meant."""
    files = files_of(recorded, choice)
    names = sorted({entry.file.dataset for entry in files})
    if len(names) > 1:
        raise ConfigError(f"there are rejects of {', '.join(names)}; export those of one, with --dataset.")
    columns = tuple(dict.fromkeys(name for entry in files for name in entry.file.header))
    return Export(files, choice, columns, datasets.get(names[0]) if names else None)


def renamed(header: Sequence[str], dataset: Dataset | None) -> dict[str, str]:
    """By each name in a header that is a declared column, its name in the staged table."""
    if dataset is None:
        return {}
    return {name: column.name for name, column in declared(header, dataset.columns).items()}


def as_csv(recorded: WarehouseReader, export: Export) -> Iterator[str]:
    """The file in pieces, in bounded memory; the lines end as RFC 4180 has it."""
    yield _written([[*LEADING, *map(column_title, export.columns), RAW]])
    for entry in export.files:
        columns = renamed(entry.file.header, export.dataset)
        for page in recorded.rejects.chosen(entry.file.file_id, export.choice):
            yield _written(_row(reject, entry, export.columns, columns) for reject in page.to_pylist())


def _row(reject: Mapping[str, str], entry: FileEntry, titles: Sequence[str], columns: Mapping[str, str]) -> list[str]:
    reasons = json.loads(reject["reasons"])
    rules, messages = (
        sep.join(reason[what] for reason in reasons) for what, sep in (("rule", ", "), ("message", "; "))
    )
    held = record(reject["raw"], entry.file.header, columns)
    cells = [held.cells.get(name, "") for name in titles]
    return [
        str(reject["_id"]),
        *map(guarded, (reject["path"], str(reject["line"]), rules, messages, *cells, held.text)),
    ]


def _written(rows: Iterable[Sequence[str]]) -> str:
    text = io.StringIO(newline="")
    csv.writer(text).writerows(rows)
    return text.getvalue()


def column_title(name: str) -> str:
    """How a column of the record is headed: one that is named like ours gets an apostrophe.

    >>> column_title("amount"), column_title("_line"), column_name("'_line")
    ('amount', "'_line", '_line')
    """
    return f"'{name}" if name.lstrip("'") in _OURS else guarded(name)


def column_name(title: str) -> str:
    """The name that `column_title` was given."""
    return title[1:] if title.startswith("'") and title.lstrip("'") in _OURS else bare(title)
