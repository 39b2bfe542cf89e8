"""`splits`: rows of a feature view in parts to train, validate and test with."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, TypeAlias

import typer

from stream.cli.options import CONFIGS, LANDING, WAREHOUSE, Configs, Json, Landing, WarehousePath

app = typer.Typer(
    no_args_is_help=True, rich_markup_mode=None, help="Parts to train, validate and test with, which follow in time."
)

_Id: TypeAlias = Annotated[int, typer.Argument(metavar="ID", help="The number of the split; `splits list` has it.")]


@app.command()
def make(
    view: Annotated[str, typer.Argument(metavar="VIEW", help="Which feature view.")],
    split: Annotated[str, typer.Argument(metavar="SPLIT", help="Which of the splits in the view's YAML.")],
    configs: Configs = CONFIGS,
    landing: Landing = LANDING,
    warehouse: WarehousePath = WAREHOUSE,
    *,
    json: Json = False,
) -> None:
    """Split the rows that a view has now, and keep counts, times and a hash of the row ids of each part.

    The same split of the same rows is made once. Works beside a running watch.

    Example: ade-stream splits make customer_features by_time
    """
    from stream.screens.output import write
    from stream.screens.splits import told_made
    from stream.screens.tables import to_json
    from stream.splits.splits import make_split

    del landing  # what was loaded is split
    made = make_split(configs, warehouse, view, split)
    write(to_json(made) if json else told_made(made))


@app.command(name="list")
def list_(
    configs: Configs = CONFIGS,
    landing: Landing = LANDING,
    warehouse: WarehousePath = WAREHOUSE,
    *,
    json: Json = False,
) -> None:
    """List all splits that were made, with what was left out of each part.

    Example: ade-stream splits list
    """
    from sinks.reading import WarehouseReader
    from sinks.splits.manifests import splits
    from stream.screens.output import write
    from stream.screens.splits import splits_told
    from stream.screens.tables import to_json

    del configs, landing
    with WarehouseReader(warehouse) as recorded:
        found = splits(recorded.connection)
    if json:
        write(to_json(found))
    else:
        splits_told(found)


@app.command()
def show(
    number: _Id,
    configs: Configs = CONFIGS,
    landing: Landing = LANDING,
    warehouse: WarehousePath = WAREHOUSE,
    *,
    json: Json = False,
) -> None:
    """Tell one split: its parts, what was left out of each and why.

    Example: ade-stream splits show 1
    """
    from stream.screens.output import write
    from stream.screens.splits import splits_told
    from stream.screens.tables import to_json
    from stream.splits.splits import known_split

    del configs, landing
    found = known_split(warehouse, number)
    if json:
        write(to_json(found))
    else:
        splits_told([found])


@app.command()
def verify(
    number: _Id,
    configs: Configs = CONFIGS,
    landing: Landing = LANDING,
    warehouse: WarehousePath = WAREHOUSE,
    *,
    json: Json = False,
) -> None:
    """Tell whether the parts of a split have the rows that they had; 1 where they have others.

    Example: ade-stream splits verify 1
    """
    from stream.screens.output import write
    from stream.screens.splits import told_verified
    from stream.screens.tables import to_json
    from stream.splits.splits import verify_split

    del landing
    found = verify_split(configs, warehouse, number)
    write(to_json(found) if json else told_verified(found))
    if found.changed:
        raise typer.Exit(1)


@app.command()
def export(
    number: _Id,
    output: Annotated[Path, typer.Option("--output", help="The folder for train.parquet and so on.", metavar="DIR")],
    configs: Configs = CONFIGS,
    landing: Landing = LANDING,
    warehouse: WarehousePath = WAREHOUSE,
    *,
    json: Json = False,
) -> None:
    """Write a Parquet file for each part: keys and features, by row id; 1, and nothing, where the rows have changed.

    Example: ade-stream splits export 1 --output training
    """
    from stream.screens.output import write
    from stream.screens.splits import told_verified
    from stream.screens.tables import to_json
    from stream.splits.splits import export_split

    del landing
    found = export_split(configs, warehouse, number, output)
    write(to_json(found) if json else told_verified(found))
    if found.changed:
        raise typer.Exit(1)
