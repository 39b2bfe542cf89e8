"""Files of orders, and the ways in which they come into a landing folder."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

from tests.samples import write_samples

COLUMNS = ("order_id", "customer_id", "order_ts", "quantity", "country", "channel", "amount")
HEADER = ",".join(COLUMNS) + "\n"


def order(number: int, amount: str = "12.50") -> str:
    """One good line; the amount comes last, so that a torn line may look like a whole one."""
    return f"O-{number:06d},C-{number % 50:04d},2026-11-21 10:00:{number % 60:02d},{number % 7 + 1},NO,web,{amount}\n"


def orders(numbers: Iterable[int]) -> str:
    """A header and a good line for each number."""
    return HEADER + "".join(map(order, numbers))


def write(path: Path, text: str | bytes) -> Path:
    """A new file, written in its place; its folders are made."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return path


def append(path: Path, text: str | bytes) -> None:
    """More bytes at the end of a file, at once."""
    with path.open("ab", buffering=0) as file:
        file.write(text.encode() if isinstance(text, str) else text)


def rename_into(path: Path, text: str | bytes) -> Path:
    """A new file that is complete when its name appears."""
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = write(path.with_name(f".{path.name}.tmp"), text)
    unfinished.rename(path)
    return path


def damage(path: Path, text: str) -> None:
    """Other content of the same length; the time of the last change moves on."""
    assert len(text.encode()) == path.stat().st_size
    before = path.stat().st_mtime_ns
    path.write_text(text, "utf-8")
    if path.stat().st_mtime_ns == before:
        os.utime(path, ns=(before + 1, before + 1))


def settled_samples(landing: Path) -> None:
    """The sample drops as they are an hour after they were written: no last line has to settle any more."""
    for path in write_samples(landing):
        written = path.stat().st_mtime_ns - 3600 * 10**9
        os.utime(path, ns=(written, written))
