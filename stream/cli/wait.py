"""`wait`: for scripts that go on when something is loaded."""

from __future__ import annotations

import sys
import threading
from pathlib import Path
from typing import Annotated

import typer

from processors.errors import ConfigError
from stream.cli.options import CONFIGS, LANDING, WAREHOUSE, Configs, Landing, WarehousePath

#: Beside those that all commands have: what was waited for did not come in time.
NOT_IN_TIME = 4

_File = Annotated[Path | None, typer.Option("--file", metavar="FILE", help="Until this file is loaded as a whole.")]
_CaughtUp = Annotated[
    bool, typer.Option("--until-caught-up", help="Until all that has landed is loaded, and its dates are summed up.")
]
_Timeout = Annotated[
    float | None, typer.Option("--timeout", min=0, metavar="SECONDS", help="No longer than this; else for ever.")
]


def wait(
    configs: Configs = CONFIGS,
    landing: Landing = LANDING,
    warehouse: WarehousePath = WAREHOUSE,
    file: _File = None,
    *,
    until_caught_up: _CaughtUp = False,
    timeout: _Timeout = None,
) -> None:
    """Wait until a file is loaded, or all files are, by a watch or a run in another process.

    Exit 0 when that is so; 1 where the file is set aside, or what is left waits for a person; 4 where it was not so in
    time. The file may still be to come, and the warehouse too. Reads only.

    Example: ade-stream wait --file orders/orders_2026-11-18.csv --timeout 60
    """
    from stream.awaiting import caught_up, file_verdict, wait_until
    from stream.running.background import stopping
    from stream.screens.output import write

    if (file is None) == (not until_caught_up):
        raise ConfigError("say what to wait for: --file FILE, or --until-caught-up.")
    stop = threading.Event()
    with stopping(stop):
        if file is not None:
            verdict = wait_until(lambda: file_verdict(warehouse, landing, file), timeout, stop)
        else:
            from stream.config import load_configs

            datasets = load_configs(configs)
            verdict = wait_until(lambda: caught_up(warehouse, landing, datasets), timeout, stop)
    if verdict is None:
        sys.stderr.write(f"ade-stream: {_late(warehouse, file)}\n")
        raise typer.Exit(NOT_IN_TIME)
    write(f"{verdict.told}\n")
    if not verdict.is_loaded:
        raise typer.Exit(1)


def _late(warehouse: Path, file: Path | None) -> str:
    """What did not come in time, and the likeliest reason."""
    from sinks.database.lock import owner

    what = f"{file} is not loaded yet" if file is not None else "not all that has landed is loaded yet"
    if owner(warehouse) is None:
        return f"{what}, and no process loads into {warehouse}. `ade-stream watch` does, or `ade-stream run`."
    return f"{what}. `ade-stream {'why' if file is not None else 'top'}` shows more."
