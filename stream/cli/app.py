"""The `ade-stream` command: its sub-commands, what they share, and how errors become exit codes."""

from __future__ import annotations

import atexit
import gc
import io
import os
import sys

import typer

from processors.errors import AdeStreamError
from stream.cli.commands import Group

#: We make next to no cycles, and looking for them among what is known of 100,000 files takes longer than loading one.
_GC_THRESHOLDS = (50_000, 20, 50)

app = typer.Typer(
    name="ade-stream",
    cls=Group,
    help="A landing folder of CSV files becomes a trusted SQLite warehouse: continuously, exactly once.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    epilog="Exit codes: 0 done, 1 data did not pass, 2 wrong usage or config, 3 warehouse or I/O failure, "
    "4 not in time (wait).",
)


@app.callback()
def program() -> None:
    """The options of the program itself: there are none but those of help and completion."""


def main() -> None:
    """Entry point: run the command; an error is one message on stderr and its exit code."""
    # numpy's linear algebra, which nothing here uses, would start a thread a core, each with memory of its own.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    # Arrow's own pools keep a fifth of the process' memory for later, and are no faster here than the C library's.
    os.environ.setdefault("ARROW_DEFAULT_MEMORY_POOL", "system")
    gc.set_threshold(*_GC_THRESHOLDS)
    atexit.register(gc.freeze)  # a process that ends need not look through all that it ever imported once more
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")  # file names hold letters that a terminal may not have
    try:
        app()
    except AdeStreamError as error:
        sys.stderr.write(f"ade-stream: {error}\n")
        sys.exit(error.exit_code)
    except OSError as error:
        sys.stderr.write(f"ade-stream: {error}\n")
        sys.exit(3)
