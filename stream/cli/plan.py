"""`plan`: what is to be done so that all is as the configs have it."""

from __future__ import annotations

import typer

from stream.cli.options import CONFIGS, LANDING, WAREHOUSE, Configs, DatasetName, Json, Landing, WarehousePath


def plan(
    dataset: DatasetName = None,
    configs: Configs = CONFIGS,
    landing: Landing = LANDING,
    warehouse: WarehousePath = WAREHOUSE,
    *,
    json: Json = False,
) -> None:
    """Show what of each config is another than the one by which rows were judged, what that touches, and what to do.

    Reads only, and may be called beside a running watch. Tells parts of the config that are as they were, dates that
    were judged by others, files that are not loaded, what is brought up to date by itself, and the commands for the
    rest, with rows to be read and written and, by the pace of the last runs, about how long that takes. Exits with 0
    where there is nothing to do, with 1 where there is.

    Example: ade-stream plan --dataset orders
    """
    from stream.planning.plan import plan
    from stream.screens.output import write
    from stream.screens.plans import told
    from stream.screens.tables import to_json

    found = plan(configs, landing, warehouse, dataset)
    write(to_json(found) if json else told(found))
    if not found.nothing_to_do:
        raise typer.Exit(1)
