"""Files of the landing folder that are not loaded yet, by what the listing and the ledger say: none is opened."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from sinks.ledger.files import FileEntry
from sinks.reading import WarehouseReader
from stream.config import Dataset
from stream.landing.listing import Found, listing
from stream.landing.names import original

#: In these a file is not loaded as a whole, and nobody has to be asked.
_UNFINISHED = frozenset({"discovered", "settling", "ready", "processing"})


@dataclass(frozen=True, slots=True)
class Waiting:
    """Files that are new, or have grown, and their `bytes` that no span has. `held`: why nothing of the dataset is
    loaded for now."""

    files: int
    bytes: int
    held: str | None = None


def waiting(landing: Path, dataset: Dataset, recorded: WarehouseReader | None) -> Waiting:
    """What of a dataset is not loaded yet. A file whose bytes changed in their place is only found by opening it."""
    entries = {} if recorded is None else _known(recorded.files("dataset = ?", dataset.name))
    sizes = list(_sizes(os.fsencode(landing), dataset, recorded, entries))
    states = [] if recorded is None else recorded.dataset_states()
    held = next((each.reason for each in states if each.dataset == dataset.name and each.is_held), None)
    return Waiting(len(sizes), sum(sizes), held)


def _known(entries: Iterable[FileEntry]) -> dict[bytes, FileEntry]:
    return {original(entry.file.path): entry for entry in entries if entry.state != "superseded"}


def _sizes(
    root: bytes, dataset: Dataset, recorded: WarehouseReader | None, entries: Mapping[bytes, FileEntry]
) -> Iterator[int]:
    for found in listing(root, dataset, lambda *_: False):
        if found.is_folder:
            continue
        entry = entries.get(found.path)
        if entry is None or recorded is None or (entry.state == "archived" and entry.stat != found.stat):
            yield found.stat.size
        elif entry.state in _UNFINISHED or found.stat.size != entry.stat.size:
            yield _rest(found, entry, recorded)


def _rest(found: Found, entry: FileEntry, recorded: WarehouseReader) -> int:
    """What stands behind the committed records; of a file that became smaller, or is compressed, all of it."""
    committed = recorded.position(entry.file.file_id).offset
    compressed = entry.file.dialect is not None and entry.file.dialect.compression is not None
    return found.stat.size if compressed or committed > found.stat.size else found.stat.size - committed
