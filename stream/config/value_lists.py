"""Lists of values in CSV files beside the configs, such as the codes of countries."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path

#: A larger set is a dataset of its own.
VALUES_MAX = 100_000


def read_list(path: Path, field: str | None) -> tuple[str, ...]:
    """The different values of a field (None: the first), in the order of the file, without blanks around.

    Raises ValueError, saying why, where there are none.
    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            found = _distinct(path, csv.reader(file, strict=True), field)
    except OSError as error:
        told = f"there is no list {path}" if isinstance(error, FileNotFoundError) else f"{path}: {error.strerror}"
        raise ValueError(f"{told}; its path begins where the config is") from error
    except (UnicodeDecodeError, csv.Error) as error:
        raise ValueError(f"{path} is no CSV in UTF-8: {error}") from error
    if not found:
        raise ValueError(f"{path} has no value, so that no row could pass")
    return tuple(found)


def _distinct(path: Path, lines: Iterator[list[str]], field: str | None) -> dict[str, None]:
    header = [name.strip() for name in next(lines, [])]
    if field not in {None, *header}:
        raise ValueError(f"{path} has no field {field!r}; its fields are {', '.join(header) or 'none'}")
    place = 0 if field is None else header.index(field)
    found: dict[str, None] = {}
    for line in lines:
        value = line[place].strip() if place < len(line) else ""
        if value:
            found[value] = None
        if len(found) > VALUES_MAX:
            raise ValueError(f"{path} has more than {VALUES_MAX:,} different values; load it as a dataset")
    return found
