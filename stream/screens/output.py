"""Standard output, whose reader may go away (`ade-stream run | head -1`): the work goes on without it."""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.console import Console


def write(text: str) -> None:
    """Write at once. Once the reader has gone, this and all that follows is thrown away."""
    if sys.stdout is None:  # closed by whoever started us
        return
    try:
        sys.stdout.write(text)
        sys.stdout.flush()
    except BrokenPipeError:
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, sys.stdout.fileno())
        os.close(nowhere)


def shown(text: object) -> str:
    """`text` in one line that is safe on a terminal.

    >>> shown("a\\x1b[31m\\tb")
    'a\\\\x1b[31m\\\\tb'
    """
    return "".join(
        letter if letter.isprintable() else letter.encode("unicode_escape").decode("ascii") for letter in str(text)
    )


def write_exactly(pieces: Iterable[str]) -> None:
    """Write in UTF-8, without touching a line end: what a file would hold."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(encoding="utf-8", newline="")
    for piece in pieces:
        write(piece)


@contextmanager
def printing() -> Iterator[Console]:
    """A console; what is printed on it is written behind the block."""
    from rich.console import Console

    console = Console()
    with console.capture() as printed:
        yield console
    write(printed.get())
