"""`doctor`: whether machine, folders, libraries, configs and warehouse are as they should be."""

from __future__ import annotations

import typer

from stream.cli.options import CONFIGS, LANDING, WAREHOUSE, Configs, Json, Landing, WarehousePath


def doctor(
    configs: Configs = CONFIGS,
    landing: Landing = LANDING,
    warehouse: WarehousePath = WAREHOUSE,
    *,
    json: Json = False,
) -> None:
    """Look whether this machine and installation are fit for it, and say what to do where they are not.

    Versions, SQLite, configs, the warehouse and its log, file systems, disk, permissions, what killed processes left,
    limits on file events, open files and memory, the clock. Changes nothing, and may be called beside a running watch.
    Exits with 1 where something fails; what only warns may stay.

    Example: ade-stream doctor --json
    """
    from stream.doctor.doctor import examine
    from stream.screens.doctor import told
    from stream.screens.output import write
    from stream.screens.tables import to_json

    found = list(examine(configs, landing, warehouse))
    fails = any(each.level == "fail" for each in found)
    write(to_json({"ok": not fails, "found": found}) if json else told(found))
    raise typer.Exit(1 if fails else 0)
