"""`replay`: recorded dates once more, with today's rules."""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from stream.cli.lineage_options import FILE, NAMESPACE, URL, LineageFile, LineageNamespace, LineageUrl, telling
from stream.cli.options import (
    CONFIGS,
    LANDING,
    WAREHOUSE,
    Configs,
    DatasetName,
    Date,
    FirstDate,
    Json,
    Landing,
    LastDate,
    Wait,
    WarehousePath,
    period,
    turn,
)

if TYPE_CHECKING:
    from stream.lineage.telling import Telling
    from stream.replay import Request

_Refit = Annotated[bool, typer.Option("--refit", help="Make the parameters of each date anew, and record them.")]
_Cascade = Annotated[
    bool, typer.Option("--cascade", help="Make anew what rests on the rows: parameters, learners, trained models.")
]
_Diff = Annotated[bool, typer.Option("--diff", help="Show what would change, row by row, and keep nothing of it.")]


def replay(
    date: Date = None,
    first: FirstDate = None,
    last: LastDate = None,
    dataset: DatasetName = None,
    configs: Configs = CONFIGS,
    landing: Landing = LANDING,
    warehouse: WarehousePath = WAREHOUSE,
    *,
    refit: _Refit = False,
    diff: _Diff = False,
    cascade: _Cascade = False,
    wait: Wait = False,
    json: Json = False,
    lineage_file: LineageFile = FILE,
    lineage_url: LineageUrl = URL,
    lineage_namespace: LineageNamespace = NAMESPACE,
) -> None:
    """Recompute recorded dates from the raw layer and replace them, each in one transaction. Where a dataset keeps none
    (raw: false), its landing files are read again, if they have the bytes which were loaded.

    With the same files and configs nothing changes, and it says so. Each date has the parameters that it had; with
    --refit those that the rows before it make now, date by date. What rests on rows that changed is named: other dates,
    parameters, learners, models; --cascade makes it anew, and goes on where it was stopped. --diff does all of it in
    one transaction, shows what would be otherwise, of every date, and undoes it. Beside a running watch with --wait: it
    hands over between two commits, and goes on behind it.

    Example: ade-stream replay --date 2026-11-18 --dataset orders
    """
    from stream.replay import Request

    request = Request(*period(date, first, last, "replay"), dataset, refit, cascade)
    if diff:
        _show(configs, landing, warehouse, request, wait=wait, json=json)
        return
    lineage = telling(lineage_file, lineage_url, lineage_namespace)
    _replay(configs, landing, warehouse, request, lineage, wait=wait, json=json)


def _replay(
    configs: Path, landing: Path, warehouse: Path, request: Request, lineage: Telling, *, wait: bool, json: bool
) -> None:
    from stream.replaying import replay_dates
    from stream.running.background import beside_main_thread, stopping
    from stream.screens.consequences import follows
    from stream.screens.output import write
    from stream.screens.tables import replayed_table, to_json

    its = turn("replay", threading.Event(), wait=wait)
    with stopping(its.stop):
        report = beside_main_thread(lambda: replay_dates(configs, landing, warehouse, request, its, lineage))
    _tell(report.passed_over)
    if json and request.cascade:
        write(to_json({name: getattr(report, name) for name in ("replayed", "carried_out", "left")}))
    elif json:
        write(to_json(report.replayed))
    elif report.replayed or not report.passed_over:
        replayed_table(report.replayed, request.first, request.last)
    if not json:
        follows(report)
    if request.cascade and report.left:
        raise typer.Exit(1)


def _show(configs: Path, landing: Path, warehouse: Path, request: Request, *, wait: bool, json: bool) -> None:
    from stream.differing.preview import differences
    from stream.running.background import beside_main_thread, stopping
    from stream.screens.differing import show
    from stream.screens.output import write
    from stream.screens.tables import to_json

    its = turn("replay --diff", threading.Event(), wait=wait)
    with stopping(its.stop):
        found, asked = beside_main_thread(lambda: differences(configs, landing, warehouse, request, its))
    _tell(asked.passed_over)
    if json:
        write(to_json(found))
    else:
        show(found, request.first, request.last)


def _tell(sentences: Iterable[str]) -> None:
    for sentence in sentences:
        sys.stderr.write(f"ade-stream: {sentence}\n")
