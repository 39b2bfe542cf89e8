"""`models`: trained versions, which of them is the champion, and whether they are what comes of their rows."""

from __future__ import annotations

from typing import Annotated, TypeAlias

import typer

from stream.cli.options import CONFIGS, LANDING, WAREHOUSE, Configs, Json, Landing, WarehousePath

app = typer.Typer(no_args_is_help=True, rich_markup_mode=None, help="Trained versions of models, and learners.")

_Model: TypeAlias = Annotated[str, typer.Argument(metavar="MODEL", help="Which model.")]
_Version: TypeAlias = Annotated[int | None, typer.Argument(metavar="[VERSION]", help="Which version of it.")]


@app.command(name="list")
def list_(
    configs: Configs = CONFIGS,
    landing: Landing = LANDING,
    warehouse: WarehousePath = WAREHOUSE,
    *,
    json: Json = False,
) -> None:
    """List all versions of all models, and the learners.

    Example: ade-stream models list
    """
    from sinks.reading import WarehouseReader
    from stream.learning.overview import stories
    from stream.screens.models import models_list
    from stream.screens.output import write
    from stream.screens.tables import to_json

    del configs, landing  # all commands take them; the warehouse answers without
    with WarehouseReader(warehouse) as recorded:
        found = stories(recorded.connection)
    if json:
        write(to_json(found))
    else:
        models_list(found)


@app.command()
def show(
    model: _Model,
    configs: Configs = CONFIGS,
    landing: Landing = LANDING,
    warehouse: WarehousePath = WAREHOUSE,
    *,
    json: Json = False,
) -> None:
    """Tell a model's versions with their figures, what its learner has learned and refused, and the alarms.

    Example: ade-stream models show salary
    """
    from sinks.reading import WarehouseReader
    from stream.learning.overview import story_of
    from stream.screens.models import model_told
    from stream.screens.output import write
    from stream.screens.tables import to_json

    del configs, landing
    with WarehouseReader(warehouse) as recorded:
        found = story_of(recorded.connection, model)
    if json:
        write(to_json(found))
    else:
        model_told(found)


@app.command()
def promote(
    model: _Model,
    version: _Version = None,
    force: Annotated[bool, typer.Option("--force", help="Without a comparison.")] = False,
    configs: Configs = CONFIGS,
    landing: Landing = LANDING,
    warehouse: WarehousePath = WAREHOUSE,
    *,
    json: Json = False,
) -> None:
    """Let the challenger, or a VERSION, be the champion; 1 where it is no better on the rows that it is tested with.

    Both predict the test part of the challenger's split. What is better, and by how much, says `promotion` in the
    model's YAML.

    Example: ade-stream models promote next_order_amount
    """
    from stream.learning.promoting import promote as promoted
    from stream.screens.models import told_promotion
    from stream.screens.output import write
    from stream.screens.tables import to_json

    del landing
    found = promoted(configs, warehouse, model, version, force=force)
    write(to_json(found) if json else told_promotion(found))
    if not found.is_promoted:
        raise typer.Exit(1)


@app.command()
def verify(
    model: _Model,
    version: _Version = None,
    configs: Configs = CONFIGS,
    landing: Landing = LANDING,
    warehouse: WarehousePath = WAREHOUSE,
    *,
    json: Json = False,
) -> None:
    """Train the champion, or a VERSION, anew on its rows, and compare the hashes; 1 where something is otherwise.

    Example: ade-stream models verify next_order_amount
    """
    from stream.learning.verifying import verify as verified
    from stream.screens.models import told_verified
    from stream.screens.output import write
    from stream.screens.tables import to_json

    del landing
    found = verified(configs, warehouse, model, version)
    write(to_json(found) if json else told_verified(found))
    if not found.is_same:
        raise typer.Exit(1)
