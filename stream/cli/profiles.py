"""`quality profile`: what the columns of a date look like, and how far they are from the reference."""

from __future__ import annotations

import threading
from typing import Annotated, TypeAlias

import typer

from processors.errors import ConfigError
from stream.cli.options import CONFIGS, LANDING, WAREHOUSE, Configs, Json, Landing, Wait, WarehousePath, day, turn

_Dataset: TypeAlias = Annotated[
    str | None, typer.Argument(metavar="[DATASET]", help="All that are profiled by default.")
]
_Date: TypeAlias = Annotated[
    str | None, typer.Option("--date", help="The execution date; the last one by default.", metavar="YYYY-MM-DD")
]
_New: TypeAlias = Annotated[
    str | None,
    typer.Option("--new-reference", help="Freeze a new reference from the dates up to this one.", metavar="YYYY-MM-DD"),
]


def profile(
    dataset: _Dataset = None,
    date: _Date = None,
    new_reference: _New = None,
    configs: Configs = CONFIGS,
    landing: Landing = LANDING,
    warehouse: WarehousePath = WAREHOUSE,
    *,
    wait: Wait = False,
    json: Json = False,
) -> None:
    """Show the profile of each column on a date, with its distances from the reference and its state.

    With --new-reference the dates behind it are compared with the new one from then on; beside a running watch
    with --wait.

    Example: ade-stream quality profile orders --date 2026-11-20
    """
    from sinks.reading import WarehouseReader
    from stream.screens.output import write
    from stream.screens.profiles import profile_table, told_reference
    from stream.screens.tables import to_json

    del landing  # what was loaded is read, not the landing folder
    if new_reference is not None:
        from stream.referencing import renew_reference

        if dataset is None or date is not None:
            raise ConfigError("--new-reference needs the DATASET, and takes no --date.")
        its = turn("quality profile --new-reference", threading.Event(), wait=wait)
        made = renew_reference(configs, warehouse, dataset, day(new_reference, "--new-reference"), its)
        write(to_json(made) if json else told_reference(made))
        return
    with WarehouseReader(warehouse) as reader:
        found = reader.profiles(dataset, None if date is None else day(date, "--date"))
    if json:
        write(to_json(found))
    else:
        profile_table(found)
