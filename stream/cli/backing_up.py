"""`backup` and `restore`: a warehouse in a file of its own, and back."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Annotated

import typer

from stream.cli.options import CONFIGS, LANDING, WAREHOUSE, Configs, Json, Landing, WarehousePath

_Target = Annotated[Path, typer.Argument(metavar="FILE", help="The file to write.")]
_Source = Annotated[Path, typer.Argument(metavar="FILE", help="A backup.")]
_Overwrite = Annotated[bool, typer.Option("--overwrite", help="Take the place of a file that is there.")]
_Unverified = Annotated[bool, typer.Option("--unverified", help="Put it in place without recomputing what it holds.")]


def backup(
    file: _Target,
    configs: Configs = CONFIGS,
    landing: Landing = LANDING,
    warehouse: WarehousePath = WAREHOUSE,
    *,
    overwrite: _Overwrite = False,
    json: Json = False,
) -> None:
    """Write what is committed in the warehouse now to a file, beside a running watch.

    The file is whole under its name, and durable, or it is not there. It is a warehouse like any other: every command
    that reads takes it as --warehouse.

    Example: ade-stream backup /backups/ade-2026-11-22.db
    """
    from stream.backup.backup import back_up
    from stream.running.background import beside_main_thread
    from stream.screens.backups import backed_up
    from stream.screens.output import write
    from stream.screens.tables import to_json

    del configs, landing  # all commands take them; the warehouse has all that is wanted
    done = beside_main_thread(lambda: back_up(warehouse, file, overwrite=overwrite))
    write(to_json(done) if json else backed_up(done))


def restore(
    file: _Source,
    configs: Configs = CONFIGS,
    landing: Landing = LANDING,
    warehouse: WarehousePath = WAREHOUSE,
    *,
    unverified: _Unverified = False,
    json: Json = False,
) -> None:
    """Put a backup in the place of the warehouse, once its pages are sound and `verify` finds nothing in it.

    Stop watch for it. The warehouse that was there is kept beside it as NAME.replaced. Files that were loaded since the
    backup was made are loaded again by the next run, as long as they are in the landing folder.

    Example: ade-stream restore /backups/ade-2026-11-22.db
    """
    from stream.backup.restore import restore
    from stream.running.background import beside_main_thread, stopping
    from stream.screens.backups import restored
    from stream.screens.output import write
    from stream.screens.tables import to_json

    stop = threading.Event()
    with stopping(stop):
        done = beside_main_thread(lambda: restore(configs, landing, warehouse, file, stop, unverified=unverified))
    write(to_json(done) if json else restored(file, done))
    if done.contents is None:
        raise typer.Exit(1)
