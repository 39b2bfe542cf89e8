"""Which landing file a person means, who may write its name as it is or as the ledger prints it."""

from __future__ import annotations

import os
from pathlib import Path

from sinks.reading import WarehouseReader
from stream.landing.names import original, printable


def within(landing: Path, file: Path) -> Path:
    """`file` relative to the landing folder; as it is where it does not lie in it."""
    for base, whole in ((landing, file), (landing.absolute(), file.absolute()), (landing.resolve(), file.resolve())):
        if whole.is_relative_to(base):
            return whole.relative_to(base)
    return file


def meant(recorded: WarehouseReader, landing: Path, file: Path) -> Path:
    """`file` within the landing folder: by that name where one is recorded or there, else by the name that is printed
    so, where one is recorded or there."""
    path = within(landing, file)
    printed = _printed_as(str(path))
    ways = [path] if printed is None else [path, printed]
    return next((way for way in ways if _is_known(recorded, landing, way)), path)


def recorded_path(recorded: WarehouseReader, landing: Path, file: Path) -> str:
    """The path of the file that is meant as the ledger writes it."""
    return printable(os.fsencode(meant(recorded, landing, file)))


def _printed_as(text: str) -> Path | None:
    """The path that is printed as `text`, where that has escapes in it."""
    if "\\" not in text or not text.isprintable():
        return None
    path = original(text)
    return Path(os.fsdecode(path)) if printable(path) == text else None


def _is_known(recorded: WarehouseReader, landing: Path, path: Path) -> bool:
    name = printable(os.fsencode(path))
    return any(recorded.files("path = ?", name)) or os.path.lexists(landing / path)
