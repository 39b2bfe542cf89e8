"""`status`: what the ledger says."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from stream.cli.options import CONFIGS, LANDING, WAREHOUSE, Configs, DatasetName, Json, Landing, WarehousePath

_WAITING = "state NOT IN ('committed', 'superseded', 'archived')"
_Gaps = Annotated[bool, typer.Option("--gaps", help="Show the dates between the first and the last without files.")]


def status(
    configs: Configs = CONFIGS,
    landing: Landing = LANDING,
    warehouse: WarehousePath = WAREHOUSE,
    dataset: DatasetName = None,
    *,
    gaps: _Gaps = False,
    json: Json = False,
) -> None:
    """Show the balance of each dataset, the files that are not loaded as a whole, and the dates that break a rule.

    Below stands what the last run came to, and where its time went. Reads only, and may be called beside a running
    watch. With --gaps it shows the dates of which there is no file,
    between the first and the last that a dataset has; weekdays of which there never is one are told apart.

    Example: ade-stream status --json
    """
    del configs, landing  # all commands take them; the ledger answers without
    (_gaps if gaps else _balances)(warehouse, dataset, json=json)


def _balances(warehouse: Path, dataset: str | None, *, json: bool) -> None:
    from sinks.ledger.summary import run_summary
    from sinks.reading import WarehouseReader
    from stream.screens.output import write
    from stream.screens.tables import status_table, to_json

    with WarehouseReader(warehouse) as reader:
        broken = [rule for rule in reader.broken_rules() if dataset in {None, rule.dataset}]
        datasets = [each for each in reader.status() if dataset in {None, each.dataset}]
        waiting = [each for each in reader.files(_WAITING) if dataset in {None, each.file.dataset}]
        run = run_summary(reader.connection)
    if json:
        found = {"datasets": datasets, "files": waiting, "broken_rules": broken, "last_run": run}
        write(to_json({"warehouse": str(warehouse), **found}))
    else:
        status_table(warehouse, datasets, waiting, broken, run)


def _gaps(warehouse: Path, dataset: str | None, *, json: bool) -> None:
    from sinks.reading import WarehouseReader
    from stream.gaps import coverage
    from stream.screens.gaps import told
    from stream.screens.output import write
    from stream.screens.tables import to_json

    with WarehouseReader(warehouse) as reader:
        found = [coverage(name, dates) for name, dates in reader.dates(dataset).items()]
    write(to_json({"warehouse": str(warehouse), "datasets": found}) if json else told(warehouse, found))
