"""`schema accept`: a column that files have comes into the contract, with its history."""

from __future__ import annotations

from typing import Annotated, TypeAlias

import typer

from stream.cli.options import CONFIGS, LANDING, WAREHOUSE, Configs, Json, Landing, Wait, WarehousePath, turn

_Name: TypeAlias = Annotated[str, typer.Argument(metavar="DATASET", help="Which dataset.")]
_Column: TypeAlias = Annotated[str, typer.Argument(metavar="COLUMN", help="The column's name in the files' header.")]
_Type: TypeAlias = Annotated[
    str | None, typer.Option("--type", help="Its type; that of its values by default.", metavar="TYPE")
]
_Called: TypeAlias = Annotated[
    str | None, typer.Option("--name", help="Its name in the table; made of COLUMN by default.", metavar="NAME")
]
_As: TypeAlias = Annotated[
    str | None, typer.Option("--as", help="The column of the config that COLUMN is a further name of.", metavar="NAME")
]
_DryRun: TypeAlias = Annotated[bool, typer.Option("--dry-run", help="Do it all, show it, and undo it.")]


def accept(
    dataset: _Name,
    column: _Column,
    kind: _Type = None,
    name: _Called = None,
    existing: _As = None,
    configs: Configs = CONFIGS,
    landing: Landing = LANDING,
    warehouse: WarehousePath = WAREHOUSE,
    *,
    dry_run: _DryRun = False,
    wait: Wait = False,
    json: Json = False,
) -> None:
    """Take a column that the config does not know into it, and fill in history as if it had always been there.

    All files that have the column are judged again, in one transaction; the config gets a line, or a name. Files that
    were held for it are read by the next run. Beside a running watch with --wait.

    Example: ade-stream schema accept orders coupon --type category --dry-run
    """
    import threading

    from stream.accepting.accept import accept as take
    from stream.accepting.request import Request
    from stream.running.background import beside_main_thread, stopping
    from stream.screens.accepting import told
    from stream.screens.output import write
    from stream.screens.tables import to_json

    del landing  # what was loaded is judged again, not the landing folder
    request = Request(dataset, column, kind, name, existing)
    its = turn("schema accept", threading.Event(), wait=wait)
    with stopping(its.stop):
        done = beside_main_thread(lambda: take(configs, warehouse, request, its, dry_run=dry_run))
    write(to_json(done) if json else told(done))
