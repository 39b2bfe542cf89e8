"""What is in the landing folder and not, or not all, in the ledger: asked by those who do not load it."""

from __future__ import annotations

import os
from collections.abc import Collection, Mapping
from pathlib import Path

from sinks.database.connection import Connection
from sinks.live import KnownFile, known_files
from stream.config import Dataset
from stream.landing.listing import Found, listing
from stream.landing.names import printable

_PAGE = 5_000
#: Something of them is to be read, if only their last line.
UNREAD = frozenset({"processing", "ready"})
UNFINISHED = UNREAD | {"settling"}


def pending(
    connection: Connection, landing: Path, datasets: Mapping[str, Dataset], states: Collection[str]
) -> dict[str, list[Found]]:
    """Of each dataset the files that the ledger does not know as they are, or knows in one of some states."""
    known = {(each.dataset, each.path): each for each in known_files(connection, _PAGE)}
    root = os.fsencode(landing)
    return {
        name: [
            file
            for file in listing(root, dataset, lambda *_: False)
            if not file.is_folder and _is_pending(file, known.get((name, printable(file.path))), states)
        ]
        for name, dataset in datasets.items()
    }


def _is_pending(file: Found, known: KnownFile | None, states: Collection[str]) -> bool:
    if known is None or (known.size, known.mtime_ns) != (file.stat.size, file.stat.mtime_ns):
        return True
    return known.state in states
