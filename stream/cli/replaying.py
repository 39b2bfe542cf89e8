"""`replay`: recorded dates once more, with today's rules."""

from __future__ import annotations

import sys
import threading
from typing import Annotated

import typer

from processors.errors import ConfigError
from stream.cli.options import CONFIGS, LANDING, WAREHOUSE, Configs, DatasetName, Json, Landing, WarehousePath, day

_Date = Annotated[str | None, typer.Option("--date", help="The execution date.", metavar="YYYY-MM-DD")]
_From = Annotated[str | None, typer.Option("--from", help="The first of several dates.", metavar="YYYY-MM-DD")]
_To = Annotated[str | None, typer.Option("--to", help="The last of several dates.", metavar="YYYY-MM-DD")]


def replay(
    date: _Date = None,
    first: _From = None,
    last: _To = None,
    dataset: DatasetName = None,
    configs: Configs = CONFIGS,
    landing: Landing = LANDING,
    warehouse: WarehousePath = WAREHOUSE,
    *,
    json: Json = False,
) -> None:
    """Recompute recorded dates from the raw layer and replace them, each in one transaction.

    With the same files and configs nothing changes, and it says so.

    Example: ade-stream replay --date 2026-11-18 --dataset orders
    """
    from stream.background import beside_main_thread, stopping
    from stream.replay import replay_dates
    from stream.screens.output import write
    from stream.screens.tables import replayed_table, to_json

    del landing  # the raw layer is read, not the landing folder
    begin, end = _range(date, first, last)
    stop = threading.Event()
    with stopping(stop):
        results, passed_over = beside_main_thread(lambda: replay_dates(configs, warehouse, begin, end, dataset, stop))
    for sentence in passed_over:
        sys.stderr.write(f"ade-stream: {sentence}\n")
    if json:
        write(to_json(results))
    elif results or not passed_over:
        replayed_table(results, begin, end)


def _range(date: str | None, first: str | None, last: str | None) -> tuple[str, str]:
    """The first and last date. Raises ConfigError where they are not given as they should be."""
    if (date is None) == (first is None and last is None):
        raise ConfigError("replay needs --date D, or --from D and --to D.")
    if date is not None:
        return (on := day(date, "--date")), on
    begin, end = day(first, "--from"), day(last, "--to")
    if end < begin:
        raise ConfigError(f"--from {begin} is later than --to {end}.")
    return begin, end
