"""Events as lines of JSON at the end of a file, each of them once, whenever we are killed."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from sinks.lineage.outbox import Delivered


@dataclass(frozen=True, slots=True)
class EventFile:
    """The file. Others may take it away (logrotate); then the next events begin a new one."""

    path: Path

    @property
    def name(self) -> str:
        """By which the warehouse knows it."""
        return str(self.path)

    def take(self, events: Sequence[tuple[int, str]], before: Delivered | None) -> Delivered:
        """Append them durably. Raises OSError.

        Where we were killed between the append and the note of it, the file ends with a piece of just what is to be
        appended; only the rest is.
        """
        lines = b"".join(f"{event}\n".encode() for _, event in events)
        with self.path.open("a+b") as file:
            size = file.seek(0, os.SEEK_END)
            known = min(before.bytes if before else 0, size)
            file.write(lines[_there(file, known, lines) :])
            file.flush()
            os.fsync(file.fileno())
            return Delivered(events[-1][0], file.seek(0, os.SEEK_END))


def _there(file: BinaryIO, known: int, lines: bytes) -> int:
    """How many bytes of `lines` stand at the end of the file already, behind those that are known."""
    file.seek(known)
    surplus = file.read(len(lines) + 1)
    return len(surplus) if lines.startswith(surplus) else 0
