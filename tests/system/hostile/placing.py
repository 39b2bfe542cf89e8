"""Putting hostile files into a landing folder, and what is no file at all beside them."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from tests.system.drops import write
from tests.system.hostile.case import HEADER, Hostile

LONG_AGO_NS = 1_700_000_000 * 10**9


def place_at_once(case: Hostile, landing: Path) -> None:
    """The whole file, as if it had not changed for long."""
    with _opened(case, landing) as file:
        file.write(case.content)
        file.truncate(file.tell() + case.hole)
    os.utime(_whole(case, landing), ns=(LONG_AGO_NS, LONG_AGO_NS))


def place_in_halves(case: Hostile, landing: Path) -> Iterator[None]:
    """The file in two steps; it is open in between."""
    with _opened(case, landing) as file:
        first, second = case.halves
        file.write(first)
        file.flush()
        yield
        file.write(second)
        file.truncate(file.tell() + case.hole)


def place_what_is_no_file(folder: Path) -> None:
    """Pipes, folders, links that lead nowhere or elsewhere, and files that are to be left alone."""
    os.mkfifo(folder / "pipe.csv")
    (folder / "folder.csv").mkdir()
    (folder / "link.csv").symlink_to(write(folder.parent.parent / "elsewhere.csv", HEADER + b"elsewhere,1\n"))
    (folder / "dangling.csv").symlink_to(folder / "nowhere.csv")
    (folder / "itself.csv").symlink_to("itself.csv")
    (folder / "loop").symlink_to(folder)
    (folder / "device.csv").symlink_to("/dev/zero")
    for name in (".hidden.csv", "unfinished.csv.tmp", "download.csv.part", "~$open.csv", "editor.csv.swp"):
        write(folder / name, HEADER + b"left alone,1\n")


@contextmanager
def _opened(case: Hostile, landing: Path) -> Iterator[BinaryIO]:
    whole = _whole(case, landing)
    os.makedirs(os.path.dirname(whole), exist_ok=True)  # noqa: PTH103, PTH120 - names that are no UTF-8
    with open(whole, "wb", buffering=0) as file:  # noqa: PTH123
        yield file


def _whole(case: Hostile, landing: Path) -> bytes:
    return os.path.join(os.fsencode(landing), case.path)  # noqa: PTH118
