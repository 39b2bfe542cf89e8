"""`retry`: files that were set aside, once more."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from stream.cli.options import CONFIGS, LANDING, WAREHOUSE, Configs, Landing, WarehousePath

_Files = Annotated[
    list[Path], typer.Argument(metavar="FILE...", help="Paths in the landing folder, or relative to it.")
]


def retry(
    files: _Files,
    configs: Configs = CONFIGS,
    landing: Landing = LANDING,
    warehouse: WarehousePath = WAREHOUSE,
) -> None:
    """Put files back that are failed or held; of a rewritten file, let the new content take the place of the old.

    May be called beside a running watch, which takes them up within a second; else the next run does. Exit 1 where one
    of them is not set aside.

    Example: ade-stream retry orders/orders_2026-11-18.csv
    """
    from sinks.ledger.decisions import put_back
    from stream.screens.output import write
    from stream.why import explain

    refused = False
    for file in files:
        explanation = explain(configs, landing, warehouse, file)
        if explanation.generations and put_back(warehouse, explanation.generations[-1].entry.file.file_id):
            taken = "A running watch takes it up within a second; else the next run does."
            waits = [f"It waits for `ade-stream resume {dataset}`." for dataset in explanation.held]
            write(f"{explanation.path}: put back. {' '.join(waits) or taken}\n")
            continue
        refused = True
        what = f"{explanation.generations[-1].entry.state}, not set aside" if explanation.generations else "unknown"
        write(f"{explanation.path}: {what}. `ade-stream why {explanation.path}` says more.\n")
    if refused:
        raise typer.Exit(1)
