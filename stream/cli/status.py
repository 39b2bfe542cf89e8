"""`status`: what the ledger says."""

from __future__ import annotations

from stream.cli.options import CONFIGS, LANDING, WAREHOUSE, Configs, Json, Landing, WarehousePath


def status(
    configs: Configs = CONFIGS,
    landing: Landing = LANDING,
    warehouse: WarehousePath = WAREHOUSE,
    *,
    json: Json = False,
) -> None:
    """Show the balance of each dataset, the files that are not loaded as a whole, and the dates that break a rule.

    Reads only, and may be called beside a running watch.

    Example: ade-stream status --json
    """
    from sinks.reading import WarehouseReader
    from stream.screens.output import write
    from stream.screens.tables import status_table, to_json

    del configs, landing  # all commands take them; the ledger answers without
    with WarehouseReader(warehouse) as reader:
        broken = reader.broken_rules()
        datasets, waiting = reader.status(), list(reader.files("state NOT IN ('committed', 'superseded', 'archived')"))
    if json:
        write(to_json({"warehouse": str(warehouse), "datasets": datasets, "files": waiting, "broken_rules": broken}))
    else:
        status_table(warehouse, datasets, waiting, broken)
