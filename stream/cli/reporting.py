"""`report`: the warehouse as one HTML file."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, TypeAlias

import typer

from stream.cli.options import CONFIGS, LANDING, WAREHOUSE, Configs, DatasetName, Date, Landing, WarehousePath, day

_Output: TypeAlias = Annotated[
    Path | None,
    typer.Option(
        "--output", help="The file, or - for standard output; report.html beside the warehouse.", metavar="FILE"
    ),
]
_NoValues: TypeAlias = Annotated[bool, typer.Option("--no-values", help="Tell no value of a row.")]


def report(
    date: Date = None,
    dataset: DatasetName = None,
    output: _Output = None,
    configs: Configs = CONFIGS,
    landing: Landing = LANDING,
    warehouse: WarehousePath = WAREHOUSE,
    *,
    no_values: _NoValues = False,
) -> None:
    """Write one HTML file: rows, scores, rules with examples, columns, drift, schemas, KPIs, models, lineage.

    It needs no network and runs no script. With --date its rows, rules and columns are those of that date, and trends
    end with it; the file is then report-DATE.html. With --no-values it has no example's cells, no smallest, greatest or
    frequent values, and no KPIs by dimensions. Reads only, and may be called beside a running watch.

    Example: ade-stream report --date 2026-11-18
    """
    from stream.cli.output_files import output_file
    from stream.reporting.gathering import Request, gather
    from stream.screens.html.report import report_html
    from stream.screens.output import write, write_exactly

    del landing  # what was loaded is read, not the landing folder
    on = None if date is None else day(date, "--date")
    html = report_html(gather(configs, warehouse, Request(on, dataset, values=not no_values)))
    if output == Path("-"):
        write_exactly([html])
        return
    path = output or warehouse.with_name(f"report-{on}.html" if on else "report.html")
    with output_file(path) as file:
        file.write(html)
    write(f"{path}\n")
