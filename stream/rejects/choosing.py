"""Which rejects are meant: by dataset, date, rule, file and status, or one by its name."""

from __future__ import annotations

from pathlib import Path

from processors.errors import ConfigError
from sinks.ledger.files import FileEntry
from sinks.reading import WarehouseReader
from sinks.rows.rejects import Choice
from stream.landing.naming import recorded_path


def files_of(recorded: WarehouseReader, choice: Choice) -> list[FileEntry]:
    """The files with rejects that are meant. Raises ConfigError where the dataset or the file is not recorded."""
    if choice.dataset is not None:
        known = [each.dataset for each in recorded.status()]
        if choice.dataset not in known:
            raise ConfigError(
                f"no file of a dataset {choice.dataset!r} is recorded; recorded are {', '.join(known) or 'none'}."
            )
    if choice.path is not None and next(recorded.files("path = ?", choice.path), None) is None:
        raise ConfigError(f"{choice.path}: no such file is recorded. `ade-stream why FILE` says why.")
    return recorded.rejects.files(choice)


def row_named(recorded: WarehouseReader, landing: Path, name: str) -> int:
    """The id of the reject that `name` means: a row id, or `path:line`. Raises ConfigError where there is none."""
    named = row_or_place(name, "reject")
    if isinstance(named, int):
        if named >> 63 or not recorded.rejects.named([named]).num_rows:
            raise ConfigError(
                f"row {name} is not rejected, or not any more. `ade-stream rejects list` shows those that are."
            )
        return named
    path, line = recorded_path(recorded, landing, named[0]), named[1]
    row_at = recorded.rejects.at(path, line)
    if row_at is None:
        raise ConfigError(
            f"no rejected record begins in {path} line {line}. `rejects list --file {path}` shows its rejects."
        )
    return row_at


def row_or_place(name: str, what: str) -> int | tuple[Path, int]:
    """The row id, or path and line, that `name` is. Raises ConfigError where it is neither; `what` it should name."""
    if name.isascii() and name.isdigit():
        return int(name[:30])
    path, _, line = name.rpartition(":")
    if not path or not (line.isascii() and line.isdigit()) or len(line) > 18:
        raise ConfigError(f"{name!r} names no {what}; write a row id, or path:line, such as orders/orders_1.csv:12.")
    return Path(path), int(line)
