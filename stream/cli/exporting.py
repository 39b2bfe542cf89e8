"""`export`: clean rows, features and KPIs as files, rebuilt from the warehouse."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal, TypeAlias

import typer

from processors.errors import ConfigError
from stream.cli.options import CONFIGS, LANDING, WAREHOUSE, Configs, Json, Landing, Wait, WarehousePath, day, turn

if TYPE_CHECKING:
    from stream.exporting.projections import Dates

_Dataset: TypeAlias = Annotated[str | None, typer.Argument(metavar="[DATASET]", help="All by default.")]
_Date: TypeAlias = Annotated[str | None, typer.Option("--date", help="The execution date.", metavar="YYYY-MM-DD")]
_From: TypeAlias = Annotated[
    str | None, typer.Option("--from", help="The first of several dates.", metavar="YYYY-MM-DD")
]
_To: TypeAlias = Annotated[str | None, typer.Option("--to", help="The last of several dates.", metavar="YYYY-MM-DD")]
_Kind: TypeAlias = Annotated[
    Literal["clean", "features", "kpis"] | None, typer.Option("--kind", help="Only this; all three by default.")
]
_Output: TypeAlias = Annotated[
    Path | None, typer.Option("--output", help="Write below this folder, not beside the warehouse.", metavar="FOLDER")
]


def export(
    dataset: _Dataset = None,
    date: _Date = None,
    first: _From = None,
    last: _To = None,
    kind: _Kind = None,
    output: _Output = None,
    configs: Configs = CONFIGS,
    landing: Landing = LANDING,
    warehouse: WarehousePath = WAREHOUSE,
    *,
    wait: Wait = False,
    json: Json = False,
) -> None:
    """Write files from the warehouse anew: clean rows of each date, features of each date, the history of each KPI.

    They stand in the warehouse's folder, where `watch`, `run` and `replay` keep those that the config asks for up to
    date (`exports`). Beside a running watch that takes --wait, or --output, with which they are written elsewhere.

    Example: ade-stream export orders --date 2026-11-18 --kind clean
    """
    from stream.exporting.by_hand import KINDS, Request
    from stream.exporting.by_hand import export as write_files
    from stream.running.background import beside_main_thread, stopping
    from stream.screens.exports import told
    from stream.screens.output import write
    from stream.screens.tables import to_json

    del landing  # what was loaded is read, not the landing folder
    request = Request(dataset, _dates(date, first, last), KINDS if kind is None else (kind,), output)
    its = turn("export", threading.Event(), wait=wait)
    with stopping(its.stop):
        written = beside_main_thread(lambda: write_files(configs, warehouse, request, its))
    write(to_json(written) if json else told(written, output or warehouse.parent))


def _dates(date: str | None, first: str | None, last: str | None) -> Dates:
    """Those that are asked for. Raises ConfigError where they are not given as they should be."""
    from stream.exporting.projections import Dates

    if date is not None and (first is not None or last is not None):
        raise ConfigError("--date is one date, --from and --to are several; leave one of them out.")
    begin = day(date, "--date") if date else day(first, "--from") if first else None
    end = day(date, "--date") if date else day(last, "--to") if last else None
    if begin is not None and end is not None and end < begin:
        raise ConfigError(f"--from {begin} is later than --to {end}.")
    return Dates(begin, end)
