"""Why a file that is to be read is not met yet: the parameters of its date hang on others, which come first.

`landing/turns` lets such a file wait before anything is recorded of it. What it waits for is recorded.
"""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path

from sinks.ledger.files import FileEntry
from sinks.reading import WarehouseReader
from stream.config import Dataset
from stream.landing.dates import execution_date
from stream.landing.names import original, printable

_UNFINISHED = "dataset = ? AND date <= ? AND state IN ('settling', 'processing')"


def awaited_turn(recorded: WarehouseReader, landing: Path, dataset: Dataset, path: Path) -> str:
    """A sentence on the first file that one which was not seen yet waits for; empty where there is none."""
    if not dataset.wanted:
        return ""
    name = printable(os.fsencode(path))
    date = execution_date(name, dataset.files.date) or datetime.now(UTC).date().isoformat()
    before = [each for each in recorded.files(_UNFINISHED, dataset.name, date) if _is_awaited(each, landing, dataset)]
    if recorded.parameters.of_date(dataset.name, date) is not None:
        before = [each for each in before if each.file.date < date]
    if not before:
        return ""
    first = min(before, key=lambda each: (each.file.date, each.file.path))
    return (
        f"It waits for its turn: the parameters of {date} are made when what comes before it is loaded, and "
        f"{first.file.path} of {first.file.date} is {first.state}. {first.reason}"
    )


def _is_awaited(entry: FileEntry, landing: Path, dataset: Dataset) -> bool:
    """Whether the file is still there, and will be read on when some time has passed."""
    is_timed = entry.state == "processing" or "quiet" in dataset.files.ready
    return is_timed and os.path.lexists(landing / os.fsdecode(original(entry.file.path)))
