"""`features`: registered views, vectors by key, and vectors joined to rows at their instants."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated, TypeAlias

import typer

from stream.cli.options import CONFIGS, LANDING, WAREHOUSE, Configs, Json, Landing, WarehousePath

app = typer.Typer(
    no_args_is_help=True, rich_markup_mode=None, help="Feature views: versions, vectors by key, and at instants."
)

_View: TypeAlias = Annotated[str, typer.Argument(metavar="VIEW", help="Which feature view.")]


@app.command(name="list")
def list_(
    configs: Configs = CONFIGS,
    landing: Landing = LANDING,
    warehouse: WarehousePath = WAREHOUSE,
    *,
    json: Json = False,
) -> None:
    """List all versions of all feature views: which is active, of how many rows, and from which dates.

    Reads only, and may be called beside a running watch.

    Example: ade-stream features list
    """
    from sinks.feature_views.reading import registered
    from sinks.reading import WarehouseReader
    from stream.screens.features import views_list
    from stream.screens.output import write
    from stream.screens.tables import to_json

    del configs, landing  # all commands take them; the warehouse answers without
    with WarehouseReader(warehouse) as recorded:
        found = registered(recorded.connection)
    if json:
        write(to_json(found))
    else:
        views_list(found)


@app.command()
def show(
    view: _View,
    configs: Configs = CONFIGS,
    landing: Landing = LANDING,
    warehouse: WarehousePath = WAREHOUSE,
    *,
    json: Json = False,
) -> None:
    """Tell a view's versions, its features with their types and the columns that each is made of, and its SQL.

    Example: ade-stream features show customer_features
    """
    from sinks.reading import WarehouseReader
    from stream.features.views import versions_of
    from stream.screens.features import told
    from stream.screens.output import write
    from stream.screens.tables import to_json

    del configs, landing
    with WarehouseReader(warehouse) as recorded:
        found = versions_of(recorded, view)
    write(to_json(found) if json else told(found))


@app.command()
def get(
    view: _View,
    key: Annotated[list[str], typer.Argument(metavar="KEY...", help="The entity: a KEY for each of its columns.")],
    at: Annotated[
        str | None, typer.Option("--at", help="Of this instant, instead of the entity's last row.", metavar="TIME")
    ] = None,
    configs: Configs = CONFIGS,
    landing: Landing = LANDING,
    warehouse: WarehousePath = WAREHOUSE,
    *,
    json: Json = False,
) -> None:
    """Tell the vector of an entity: of its last row, or of an instant, from the rows before it.

    Example: ade-stream features get customer_features C0042 --at 2026-11-20T12:00
    """
    from sinks.reading import WarehouseReader
    from stream.features.getting import latest_vector, vector_at
    from stream.features.views import known_view
    from stream.schemas.contracts import load_contracts
    from stream.screens.features import told_vector
    from stream.screens.output import write
    from stream.screens.tables import to_json

    del landing
    datasets = load_contracts(configs, warehouse)
    with WarehouseReader(warehouse) as recorded:
        known = known_view(recorded, datasets, view)
        found = latest_vector(recorded, known, key) if at is None else vector_at(recorded, known, key, at)
    write(to_json(found) if json else told_vector(found))


@app.command()
def join(
    view: _View,
    spine: Annotated[Path, typer.Argument(metavar="SPINE", help="A .csv or .parquet file of entities and instants.")],
    time: Annotated[str, typer.Option("--time", help="Its column of instants.", metavar="COLUMN")],
    output: Annotated[Path, typer.Option("--output", help="The .csv or .parquet file to write.", metavar="FILE")],
    entity: Annotated[
        list[str] | None,
        typer.Option("--entity", help="Its column of the entity, where that is called otherwise.", metavar="COLUMN"),
    ] = None,
    as_known: Annotated[bool, typer.Option("--as-known", help="Only of rows that had come in by the instant.")] = False,
    prefix: Annotated[str, typer.Option("--prefix", help="Before the names of features.", metavar="TEXT")] = "",
    configs: Configs = CONFIGS,
    landing: Landing = LANDING,
    warehouse: WarehousePath = WAREHOUSE,
    *,
    json: Json = False,
) -> None:
    """Join to each row of a file the vector of its entity at its instant; 1 if some of them cannot be read.

    As many rows come out as go in, in their order. Windows end before the instant. An entity that nothing is known of
    has empty windows: counts are 0 and all else is null. A row without an entity or an instant has nulls.

    Example: ade-stream features join customer_features spine.csv --time asked_at --output training.parquet
    """
    from sinks.reading import WarehouseReader
    from stream.features.joining import Request
    from stream.features.joining import join as joined
    from stream.features.views import known_view
    from stream.schemas.contracts import load_contracts
    from stream.screens.features import told_join
    from stream.screens.output import write
    from stream.screens.tables import to_json

    del landing
    request = Request(spine, output, time, tuple(entity or ()), as_known, prefix)
    datasets = load_contracts(configs, warehouse)
    with WarehouseReader(warehouse) as recorded:
        found = joined(recorded, known_view(recorded, datasets, view), request)
    for fault in found.faults:
        sys.stderr.write(f"ade-stream: {fault}\n")
    write(to_json(found) if json else told_join(found))
    if found.unread:
        raise typer.Exit(1)
