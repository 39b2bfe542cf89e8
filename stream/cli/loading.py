"""`watch` and `run`: the landing folder into the warehouse."""

from __future__ import annotations

import typer

from stream.cli.options import CONFIGS, LANDING, WAREHOUSE, Configs, Landing, WarehousePath


def watch(configs: Configs = CONFIGS, landing: Landing = LANDING, warehouse: WarehousePath = WAREHOUSE) -> None:
    """Load what is in the landing folder and whatever comes, until stopped.

    A live dashboard on a terminal, one line an event otherwise. Ctrl-C or SIGTERM finishes the commit in hand.

    Example: ade-stream watch --landing /srv/drops
    """
    from stream.running.service import serve

    raise typer.Exit(serve(configs, landing, warehouse, ongoing=True))


def run(configs: Configs = CONFIGS, landing: Landing = LANDING, warehouse: WarehousePath = WAREHOUSE) -> None:
    """Load everything that is in the landing folder now, then exit; 1 if a file was set aside, or a dataset is held.

    Example: ade-stream run --warehouse /srv/ade.db
    """
    from stream.running.service import serve

    raise typer.Exit(serve(configs, landing, warehouse, ongoing=False))
