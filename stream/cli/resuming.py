"""`resume`: a dataset that is held goes on."""

from __future__ import annotations

from typing import Annotated

import typer

from stream.cli.options import CONFIGS, LANDING, WAREHOUSE, Configs, Landing, WarehousePath

_Dataset = Annotated[str, typer.Argument(metavar="DATASET", help="The name of a dataset that is held.")]


def resume(
    dataset: _Dataset,
    configs: Configs = CONFIGS,
    landing: Landing = LANDING,
    warehouse: WarehousePath = WAREHOUSE,
) -> None:
    """Let a dataset go on that is held because too many of its records were rejected.

    The file for which it is held is taken as it is, then the others. May be called beside a running watch, which goes
    on within a second; else the next run does. Exit 1 where the dataset is not held.

    Example: ade-stream resume orders
    """
    from sinks.ledger import decisions
    from sinks.reading import WarehouseReader
    from stream.screens.output import write

    del configs, landing  # all commands take them; the ledger answers without
    with WarehouseReader(warehouse) as reader:
        held = [each.dataset for each in reader.dataset_states() if each.is_held]
    if dataset in held and decisions.resume(warehouse, dataset):
        write(f"{dataset}: resumed. A running watch goes on within a second; else the next run does.\n")
        return
    write(f"{dataset}: not held. Held are: {', '.join(held) or 'none'}. `ade-stream status` says more.\n")
    raise typer.Exit(1)
