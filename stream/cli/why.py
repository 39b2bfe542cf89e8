"""`why`: one file's state, the reason, and its balance."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from stream.cli.options import CONFIGS, LANDING, WAREHOUSE, Configs, Json, Landing, WarehousePath

_File = Annotated[Path, typer.Argument(metavar="FILE", help="A path in the landing folder, or relative to it.")]


def why(
    file: _File,
    configs: Configs = CONFIGS,
    landing: Landing = LANDING,
    warehouse: WarehousePath = WAREHOUSE,
    *,
    json: Json = False,
) -> None:
    """Say why a file is in the warehouse or not: its state, the reason, its balance, and what its rejects broke.

    Reads only. Exit 1 where the file is not loaded as a whole.

    Example: ade-stream why landing/orders/orders_2026-11-18.csv
    """
    from stream.screens.output import write
    from stream.screens.tables import explained, to_json
    from stream.why import explain

    explanation = explain(configs, landing, warehouse, file)
    write(to_json(explanation) if json else explained(explanation))
    if not explanation.is_loaded:
        raise typer.Exit(1)
