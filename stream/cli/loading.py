"""`watch` and `run`: the landing folder into the warehouse."""

from __future__ import annotations

import typer

from stream.cli.lineage_options import FILE, NAMESPACE, URL, LineageFile, LineageNamespace, LineageUrl, telling
from stream.cli.options import CONFIGS, LANDING, WAREHOUSE, Configs, Landing, WarehousePath


def watch(
    configs: Configs = CONFIGS,
    landing: Landing = LANDING,
    warehouse: WarehousePath = WAREHOUSE,
    lineage_file: LineageFile = FILE,
    lineage_url: LineageUrl = URL,
    lineage_namespace: LineageNamespace = NAMESPACE,
) -> None:
    """Load what is in the landing folder and whatever comes, until stopped.

    A live dashboard on a terminal, one line an event otherwise. Ctrl-C or SIGTERM finishes the commit in hand.

    Example: ade-stream watch --landing /srv/drops
    """
    from stream.running.service import serve

    lineage = telling(lineage_file, lineage_url, lineage_namespace)
    raise typer.Exit(serve(configs, landing, warehouse, ongoing=True, telling=lineage))


def run(
    configs: Configs = CONFIGS,
    landing: Landing = LANDING,
    warehouse: WarehousePath = WAREHOUSE,
    lineage_file: LineageFile = FILE,
    lineage_url: LineageUrl = URL,
    lineage_namespace: LineageNamespace = NAMESPACE,
) -> None:
    """Load everything that is in the landing folder now, then exit; 1 if a file was set aside, or a dataset is held.

    Example: ade-stream run --warehouse /srv/ade.db
    """
    from stream.running.service import serve

    lineage = telling(lineage_file, lineage_url, lineage_namespace)
    raise typer.Exit(serve(configs, landing, warehouse, ongoing=False, telling=lineage))
