"""`schema`: the versions that the schema of a dataset's files has had, and where it drifted."""

from __future__ import annotations

from typing import Annotated, TypeAlias

import typer

from stream.cli.options import CONFIGS, LANDING, WAREHOUSE, Configs, Json, Landing, WarehousePath

app = typer.Typer(no_args_is_help=True, rich_markup_mode=None, help="The schemas of files: versions and drift.")

_Dataset: TypeAlias = Annotated[
    str | None, typer.Argument(metavar="[DATASET]", help="Which dataset; may be left out where there is only one.")
]
_Version: TypeAlias = Annotated[
    int | None, typer.Option("--version", min=1, help="This one instead of that of the last file.", metavar="N")
]


@app.command()
def history(
    dataset: _Dataset = None,
    configs: Configs = CONFIGS,
    landing: Landing = LANDING,
    warehouse: WarehousePath = WAREHOUSE,
    *,
    json: Json = False,
) -> None:
    """List the versions of a dataset's schema, what changed with each, and the files at which it did.

    Reads only, and may be called beside a running watch.

    Example: ade-stream schema history orders
    """
    from sinks.reading import WarehouseReader
    from stream.schema_versions import history_of
    from stream.screens.output import write
    from stream.screens.schemas import told_history
    from stream.screens.tables import to_json

    del configs, landing  # all commands take them; the warehouse answers without
    with WarehouseReader(warehouse) as recorded:
        found = history_of(recorded, dataset)
    write(to_json(found) if json else told_history(found))


@app.command()
def show(
    dataset: _Dataset = None,
    version: _Version = None,
    configs: Configs = CONFIGS,
    landing: Landing = LANDING,
    warehouse: WarehousePath = WAREHOUSE,
    *,
    json: Json = False,
) -> None:
    """Show a version of a dataset's schema: its columns in order, their types, and how their cells are.

    Example: ade-stream schema show orders --version 1
    """
    from sinks.reading import WarehouseReader
    from stream.schema_versions import version_of
    from stream.screens.output import write
    from stream.screens.schemas import show_version
    from stream.screens.tables import to_json

    del configs, landing
    with WarehouseReader(warehouse) as recorded:
        found = version_of(recorded, dataset, version)
    if json:
        write(to_json(found))
    else:
        show_version(found)
