"""`trace`: one record's way through the steps, cell by cell."""

from __future__ import annotations

from typing import Annotated

import typer

from stream.cli.options import CONFIGS, LANDING, WAREHOUSE, Configs, Json, Landing, WarehousePath


def trace(
    dataset: Annotated[str, typer.Argument(metavar="DATASET", help="Which dataset.")],
    row: Annotated[str, typer.Argument(metavar="ROW", help="A row id, or path:line.")],
    configs: Configs = CONFIGS,
    landing: Landing = LANDING,
    warehouse: WarehousePath = WAREHOUSE,
    *,
    json: Json = False,
) -> None:
    """Tell a record's way step by step: as it came, each cell that changed, the rules it met, and what is stored of it.

    Reads only. The steps are those of today's config; it says where what is stored is something else.

    Example: ade-stream trace orders orders/orders_2026-11-18.csv:4
    """
    from stream.screens.output import write
    from stream.screens.tables import to_json
    from stream.screens.traces import told
    from stream.tracing.trace import trace

    found = trace(configs, landing, warehouse, dataset, row)
    write(to_json(found) if json else told(found))
