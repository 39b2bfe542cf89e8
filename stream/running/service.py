"""A run from start to end: open everything, feed receipts to a screen, stop cleanly."""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

from processors.errors import ConfigError, StoppedError
from sinks.base import Finding, Receipt
from sinks.reading import WarehouseReader
from sinks.warehouse import Warehouse
from stream.arrivals import Arrivals
from stream.budget import Budgets
from stream.closing import Closings
from stream.config import Dataset
from stream.judging import stopped_report
from stream.landing.intake import Intake
from stream.landing.tracker import Tracker
from stream.learning.learners import Learners
from stream.parameters.choosing import Choosing
from stream.running.background import beside_main_thread, stopping
from stream.running.barrier import Barrier
from stream.running.engine import run
from stream.running.metrics import Meters
from stream.running.supervision import supervisor
from stream.schemas.contracts import load_contracts
from stream.schemas.files import SchemaFiles
from stream.screens.output import write
from stream.screens.screen import Screen, screen_for
from stream.screens.tables import to_json

#: Whoever stops us does not wait for long.
CLOSING_SECONDS = 2.0


def serve(configs: Path, landing: Path, warehouse: Path, *, ongoing: bool) -> int:
    """Load the landing folder into the warehouse, once or until stopped; the exit code.

    1 where `run` set a file aside, left out a dataset that is held, closed a date that breaks a rule with the action
    `fail`, or was stopped. Where a budget stops everything it
    is 1 too, and the report on the file is printed. Raises ConfigError and WarehouseError.
    """
    datasets = load_contracts(configs, warehouse)
    for notice in (notice for dataset in datasets.values() for notice in dataset.notices):
        sys.stderr.write(f"ade-stream: {notice}\n")
    if not landing.is_dir():
        raise ConfigError(f"{landing}: there is no such folder. Make it, or name the landing folder with --landing.")
    try:
        return _load(datasets, landing, warehouse, ongoing=ongoing)
    except StoppedError as error:
        stopped = error
    sys.stderr.write(f"ade-stream: {stopped.path}: {stopped}\n")
    stop = threading.Event()
    with stopping(stop):
        write(to_json(beside_main_thread(lambda: stopped_report(datasets, landing, stopped, stop))))
    return stopped.exit_code


def _load(datasets: Mapping[str, Dataset], landing: Path, warehouse: Path, *, ongoing: bool) -> int:
    with (
        Warehouse(warehouse, [dataset.table for dataset in datasets.values()]) as sink,
        sink.recording("watch" if ongoing else "run") as this_run,
        WarehouseReader(warehouse) as recorded,
    ):
        for notice in sink.notices:
            sys.stderr.write(f"ade-stream: {notice}\n")
        budgets = Budgets({name: dataset.budget for name, dataset in datasets.items()}, recorded.rejects.refused)
        tracker = Tracker(landing, datasets, recorded.files())
        started_by = supervisor()
        arrivals = Arrivals(Intake(tracker, recorded, budgets), turned=started_by.turned)
        chains = tracker.datasets.chains
        meters = Meters(datasets, arrivals.backlog, tracker.held)
        batches = arrivals.ongoing() if ongoing else arrivals.present()
        schema_files = SchemaFiles(warehouse)
        with (
            stopping(arrivals.stop, started_by.stopping) as signalled,
            screen_for(meters, watching=landing if ongoing else None) as screen,
        ):
            choosing = Choosing(sink.connection, tracker.datasets)
            closings = Closings(sink, lambda finding: _tell(finding, meters, screen))
            learners = Learners(sink, lambda finding: _tell(finding, meters, screen))
            for notice in learners.notices:
                sys.stderr.write(f"ade-stream: {notice}\n")

            def at_barrier(barrier: Barrier) -> None:
                if barrier.dataset is None:
                    learners.catch_up()
                (closings if barrier.dataset is None else choosing).at_barrier(barrier)

            receipts = run(batches, chains, sink, arrivals.stop, budgets, at_barrier)
            beside_main_thread(lambda: _consume(receipts, meters, screen, schema_files, learners, closings, signalled))
        if signalled.is_set():
            this_run.outcome = "stopped"
    if ongoing:
        return 0
    if signalled.is_set():
        sys.stderr.write("ade-stream: stopped before everything was loaded; `ade-stream run` goes on from there.\n")
    for dataset, reason in tracker.held.items():
        sys.stderr.write(f"ade-stream: dataset {dataset} is held. {reason}\n")
    return 1 if meters.set_aside or tracker.held or signalled.is_set() or closings.has_failed else 0


def _tell(finding: Finding, meters: Meters, screen: Screen) -> None:
    meters.find(finding)
    screen.tell(finding)


def _consume(
    receipts: Iterator[Receipt],
    meters: Meters,
    screen: Screen,
    schema_files: SchemaFiles,
    learners: Learners,
    closings: Closings,
    signalled: threading.Event,
) -> None:
    """Follow the receipts, learn what they brought, and close the dates behind them. When a signal comes, only so much
    is learned and closed as takes no longer than CLOSING_SECONDS: the next run finds the rest."""
    schema_files.write()
    try:
        for receipt in receipts:
            meters.add(receipt)
            screen.show(receipt)
            schema_files.follow(receipt)
            learners.follow(receipt)
    finally:
        schema_files.write()
    stops = time.monotonic() + CLOSING_SECONDS

    def is_over() -> bool:
        return signalled.is_set() and time.monotonic() > stops

    learners.catch_up(is_over)
    closings.close(is_over)
