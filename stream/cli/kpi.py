"""`kpi`: key figures of execution dates, and where they are going."""

from __future__ import annotations

from typing import Annotated, TypeAlias

import typer

from processors.errors import ConfigError
from stream.cli.options import CONFIGS, LANDING, WAREHOUSE, Configs, Json, Landing, WarehousePath, day

_Dataset: TypeAlias = Annotated[str | None, typer.Argument(metavar="[DATASET]", help="All by default.")]
_Name: TypeAlias = Annotated[str | None, typer.Argument(metavar="[KPI]", help="All of the dataset by default.")]
_From: TypeAlias = Annotated[
    str | None, typer.Option("--from", help="The first execution date; that of the history by default.")
]
_To: TypeAlias = Annotated[str | None, typer.Option("--to", help="The last execution date.")]


def kpi(
    dataset: _Dataset = None,
    name: _Name = None,
    first: _From = None,
    last: _To = None,
    configs: Configs = CONFIGS,
    landing: Landing = LANDING,
    warehouse: WarehousePath = WAREHOUSE,
    *,
    json: Json = False,
) -> None:
    """Show what each KPI came to on the last date, its change, and its trend over the dates.

    KPIs are what the configs have under `kpis:`; they are made when a date is closed.

    Example: ade-stream kpi orders revenue --from 2026-11-01
    """
    from sinks.reading import WarehouseReader
    from stream.screens.kpis import kpi_table
    from stream.screens.output import write
    from stream.screens.tables import to_json

    del configs, landing  # what was closed is read
    since = None if first is None else day(first, "--from")
    until = None if last is None else day(last, "--to")
    with WarehouseReader(warehouse) as reader:
        found = reader.kpis(dataset, name, since, until)
        if not found and dataset is not None and (dataset, name) not in (known := reader.kpi_names()):
            names = ", ".join(sorted({f"{of} {kpi}" if name else of for of, kpi in known if kpi})) or "none"
            raise ConfigError(f"no KPI is known of {' '.join(filter(None, (dataset, name)))!r}; there are: {names}.")
    if json:
        write(to_json(found))
    else:
        kpi_table(found)
