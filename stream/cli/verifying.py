"""`verify`: whether what is recorded is what its records come to."""

from __future__ import annotations

import threading

import typer

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
    WarehousePath,
    period,
)


def verify(
    date: Date = None,
    first: FirstDate = None,
    last: LastDate = None,
    dataset: DatasetName = None,
    configs: Configs = CONFIGS,
    landing: Landing = LANDING,
    warehouse: WarehousePath = WAREHOUSE,
    *,
    json: Json = False,
) -> None:
    """Recompute what is recorded, all dates or some, and compare: rows, rejects, vectors, KPIs, balances, counts.

    Works on a copy in the folder for temporary files (TMPDIR), so nothing is written to the warehouse, and a running
    watch goes on. Exits with 1 where anything is otherwise, and tells the first such row of each table.

    Example: ade-stream verify --date 2026-11-18 --dataset orders
    """
    from stream.running.background import beside_main_thread, stopping
    from stream.screens.output import write
    from stream.screens.tables import to_json
    from stream.screens.verdicts import told
    from stream.verifying.verify import Request, verify

    is_whole = date is None and first is None and last is None
    begin, end = (None, None) if is_whole else period(date, first, last, "verify")
    request = Request(begin, end, dataset)
    stop = threading.Event()
    with stopping(stop):
        verdict = beside_main_thread(lambda: verify(configs, landing, warehouse, request, stop))
    write(to_json(verdict) if json else told(verdict))
    if not verdict.is_verified:
        raise typer.Exit(1)
