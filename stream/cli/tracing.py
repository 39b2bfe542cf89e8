"""`trace`: one record's way through the steps, cell by cell."""

from __future__ import annotations

from typing import Annotated

import typer

from stream.cli.options import CONFIGS, LANDING, WAREHOUSE, Configs, Json, Landing, WarehousePath


def trace(
    dataset: Annotated[str, typer.Argument(metavar="DATASET", help="Which dataset.")],
    row: Annotated[str, typer.Argument(metavar="ROW", help="A row id, path:line, a key, or column=value,…")],
    configs: Configs = CONFIGS,
    landing: Landing = LANDING,
    warehouse: WarehousePath = WAREHOUSE,
    *,
    json: Json = False,
) -> None:
    """Tell a record's whole story: as it came, each cell that changed and by which figures, the rules it met, what is
    stored of it, who lost to it, its features with the rows behind them, who learned it, and replays.

    Reads only. The steps are those of today's config; it says where what is stored is something else.

    Example: ade-stream trace orders orders/orders_2026-11-18.csv:4
    """
    from stream.screens.output import write
    from stream.screens.tables import to_json
    from stream.screens.traces import tell
    from stream.tracing.trace import trace

    found = trace(configs, landing, warehouse, dataset, row)
    if json:
        write(to_json(found))
    else:
        tell(found)
