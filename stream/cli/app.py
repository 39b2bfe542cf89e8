"""The `ade-stream` command: its sub-commands, what they share, and how errors become exit codes."""

from __future__ import annotations

import io
import os
import sys

import typer

from processors.errors import AdeStreamError
from stream.cli import (
    backing_up,
    checking,
    doctor,
    drafting,
    exporting,
    features,
    kpi,
    loading,
    models,
    predict,
    quality,
    rejects,
    replaying,
    reporting,
    resuming,
    retrying,
    schema,
    splits,
    status,
    tracing,
    train,
    verifying,
    why,
)

app = typer.Typer(
    name="ade-stream",
    help="A landing folder of CSV files becomes a trusted SQLite warehouse: continuously, exactly once.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    epilog="Exit codes: 0 done, 1 data did not pass, 2 wrong usage or config, 3 warehouse or I/O failure.",
)
app.command()(loading.watch)
app.command()(loading.run)
app.command()(replaying.replay)
app.command()(verifying.verify)
app.command()(backing_up.backup)
app.command()(backing_up.restore)
app.command(name="status")(status.status)
app.command(name="why")(why.why)
app.command()(tracing.trace)
app.command()(retrying.retry)
app.command()(resuming.resume)
app.add_typer(rejects.app, name="rejects")
app.add_typer(schema.app, name="schema")
app.add_typer(quality.app, name="quality")
app.command()(exporting.export)
app.command()(reporting.report)
app.add_typer(features.app, name="features")
app.add_typer(splits.app, name="splits")
app.command(name="train")(train.train)
app.add_typer(models.app, name="models")
app.command(name="predict")(predict.predict)
app.command(name="kpi")(kpi.kpi)
app.command()(drafting.init)
app.command()(checking.check)
app.command()(doctor.doctor)


def main() -> None:
    """Entry point: run the command; an error is one message on stderr and its exit code."""
    # numpy's linear algebra, which nothing here uses, would start a thread a core, each with memory of its own.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    # Arrow's own pools keep a fifth of the process' memory for later, and are no faster here than the C library's.
    os.environ.setdefault("ARROW_DEFAULT_MEMORY_POOL", "system")
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
