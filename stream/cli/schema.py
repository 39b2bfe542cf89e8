"""`schema`: the versions that the schema of a dataset's files has had, and where it drifted."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, TypeAlias

import typer

from stream.cli import accepting
from stream.cli.options import CONFIGS, LANDING, WAREHOUSE, Configs, Json, Landing, WarehousePath

app = typer.Typer(no_args_is_help=True, rich_markup_mode=None, help="The schemas of files: versions and drift.")
app.command()(accepting.accept)

_Dataset: TypeAlias = Annotated[
    str | None, typer.Argument(metavar="[DATASET]", help="Which dataset; may be left out where there is only one.")
]
_Name: TypeAlias = Annotated[str, typer.Argument(metavar="DATASET", help="Which dataset.")]
_Compared: TypeAlias = Annotated[str, typer.Argument(metavar="VERSION", help="A version's number, or contract.")]
_Output: TypeAlias = Annotated[
    Path | None, typer.Option("--output", help="Write to this file instead of standard output.", metavar="FILE")
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
    from stream.schemas.versions import history_of
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
    from stream.schemas.versions import version_of
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


@app.command()
def diff(
    dataset: _Name,
    before: _Compared,
    after: _Compared,
    configs: Configs = CONFIGS,
    landing: Landing = LANDING,
    warehouse: WarehousePath = WAREHOUSE,
    *,
    json: Json = False,
) -> None:
    """Show what changed from one version of a dataset's schema to another, and who can still read what.

    backward: a reader of the new schema can read data of the old one. forward: one of the old can read data of the
    new. full: both. breaking: neither. `contract` stands for what the config says today.

    Example: ade-stream schema diff orders 1 contract
    """
    from stream.schemas.differences import difference_of
    from stream.screens.differences import difference_table
    from stream.screens.output import write
    from stream.screens.tables import to_json

    del landing
    found = difference_of(warehouse, configs, dataset, before, after)
    if json:
        write(to_json(found))
    else:
        difference_table(found)


@app.command()
def export(
    dataset: _Name,
    output: _Output = None,
    configs: Configs = CONFIGS,
    landing: Landing = LANDING,
    warehouse: WarehousePath = WAREHOUSE,
) -> None:
    """Write what a dataset's config promises as a contract of the Open Data Contract Standard, version 3.2.

    What the standard has no words for stands in custom properties, so the contract gives the same tables and rules
    back: see `contract` in a config. What is no promise about records is left out: files, dialect, limits, budget, raw,
    score, profile and parameters.

    Example: ade-stream schema export orders --output orders.odcs.yaml
    """
    from stream.cli.output_files import output_file
    from stream.config.odcs.writing import odcs_text
    from stream.schemas.contracts import config_now
    from stream.screens.output import write_exactly

    del landing
    text = odcs_text(config_now(configs, warehouse, dataset))
    if output is None:
        write_exactly([text])
        return
    with output_file(output) as target:
        target.write(text)
