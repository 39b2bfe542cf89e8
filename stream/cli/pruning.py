"""`prune`: raw events and landing files of old dates are given up."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypeAlias

import typer

from stream.cli.options import (
    CONFIGS,
    LANDING,
    WAREHOUSE,
    Configs,
    DatasetName,
    Json,
    Landing,
    Wait,
    WarehousePath,
    day,
    turn,
)

if TYPE_CHECKING:
    from stream.pruning.plan import Request
    from stream.pruning.prune import Pruned

_Before: TypeAlias = Annotated[
    str, typer.Option("--before", help="Of execution dates before this one.", metavar="YYYY-MM-DD")
]
_Raw: TypeAlias = Annotated[bool, typer.Option("--raw", help="Only raw events.")]
_Files: TypeAlias = Annotated[bool, typer.Option("--files", help="Only landing files, those of the archive included.")]
_Yes: TypeAlias = Annotated[bool, typer.Option("--yes", help="Do it; without, it is only shown.")]
_Needed: TypeAlias = Annotated[bool, typer.Option("--even-if-needed", help="Also what replay and verify would need.")]


def prune(
    before: _Before,
    dataset: DatasetName = None,
    raw: _Raw = False,
    files: _Files = False,
    configs: Configs = CONFIGS,
    landing: Landing = LANDING,
    warehouse: WarehousePath = WAREHOUSE,
    *,
    even_if_needed: _Needed = False,
    yes: _Yes = False,
    wait: Wait = False,
    json: Json = False,
) -> None:
    """Give up the raw events and landing files of old dates, and give their space back; 1 where some of it stays.

    Rows, rejects, features and KPIs stay. Of each date raw events or landing files are kept, since replay and verify
    read one of both, unless you say otherwise. Without --yes nothing is done: it shows what would go, and why the rest
    would stay. Beside a running watch with --wait.

    Example: ade-stream prune --before 2026-01-01 --files
    """
    from stream.pruning.plan import Request
    from stream.screens.output import write
    from stream.screens.pruning import pruned_table
    from stream.screens.tables import to_json

    both = raw == files
    request = Request(day(before, "--before"), dataset, both or raw, both or files, even_if_needed)
    if yes:
        done = _prune(configs, landing, warehouse, request, wait=wait)
    else:
        done = _preview(configs, landing, warehouse, request)
    if json:
        write(to_json(done))
    else:
        pruned_table(done)
    if yes and done.keeps_needed:
        raise typer.Exit(1)


def _preview(configs: Path, landing: Path, warehouse: Path, request: Request) -> Pruned:
    from stream.pruning.prune import preview

    return preview(configs, landing, warehouse, request)


def _prune(configs: Path, landing: Path, warehouse: Path, request: Request, *, wait: bool) -> Pruned:
    from stream.pruning.prune import prune
    from stream.running.background import beside_main_thread, stopping

    its = turn("prune", threading.Event(), wait=wait)
    with stopping(its.stop):
        return beside_main_thread(lambda: prune(configs, landing, warehouse, request, its))
