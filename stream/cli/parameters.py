"""`quality parameters`: the figures with which rows were judged."""

from __future__ import annotations

from typing import Annotated, TypeAlias

import typer

from stream.cli.options import CONFIGS, LANDING, WAREHOUSE, Configs, Json, Landing, WarehousePath

_Name: TypeAlias = Annotated[str, typer.Argument(metavar="DATASET", help="Which dataset.")]
_Version: TypeAlias = Annotated[
    int | None, typer.Option("--version", min=1, help="Only this version, with its groups.", metavar="N")
]


def parameters(
    dataset: _Name,
    version: _Version = None,
    configs: Configs = CONFIGS,
    landing: Landing = LANDING,
    warehouse: WarehousePath = WAREHOUSE,
    *,
    json: Json = False,
) -> None:
    """List the versions of a dataset's parameters: the figures, the rows they are made of, and the dates they hold for.

    Reads only, and may be called beside a running watch.

    Example: ade-stream quality parameters orders --version 1
    """
    from sinks.reading import WarehouseReader
    from stream.parameters.versions import versions_of
    from stream.screens.output import write
    from stream.screens.parameters import told
    from stream.screens.tables import to_json

    del configs, landing  # all commands take them; the warehouse answers without
    with WarehouseReader(warehouse) as recorded:
        found = versions_of(recorded, dataset, version)
    write(to_json(found) if json else told(found))
