"""`lineage`: from files to predictions."""

from __future__ import annotations

from typing import Annotated

import typer

from stream.cli.options import CONFIGS, LANDING, WAREHOUSE, Configs, Json, Landing, WarehousePath

_Name = Annotated[
    str | None, typer.Argument(metavar="[NAME]", help="A dataset, a view or a model: only the way to it.")
]
_Columns = Annotated[bool, typer.Option("--columns", help="Of which columns each column is made.")]


def lineage(
    name: _Name = None,
    configs: Configs = CONFIGS,
    landing: Landing = LANDING,
    warehouse: WarehousePath = WAREHOUSE,
    *,
    columns: _Columns = False,
    json: Json = False,
) -> None:
    """Draw from what what is made: files, dataset, views, models with their versions and learners, predictions, KPIs
    and exports, with counts and the time of the last change.

    Reads only. What there is comes from the configs, how much of it from the warehouse. To tell other programs of
    runs, `watch`, `run`, `replay` and `train` have --lineage-file and --lineage-url.

    Example: ade-stream lineage next_order_amount --columns
    """
    from stream.lineage.graph import graph
    from stream.screens.lineage import draw
    from stream.screens.output import write
    from stream.screens.tables import to_json

    del landing
    found = graph(configs, warehouse, name)
    if json:
        write(to_json(found))
    else:
        draw(found, columns=columns)
