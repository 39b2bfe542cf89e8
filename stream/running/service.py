"""A run from start to end: session by session, with one screen, until all is loaded or it is stopped."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path

from processors.errors import ConfigError, StoppedError
from sinks.database.lock import Turn, WriterLock
from stream.config import Dataset
from stream.judging import stopped_report
from stream.lineage.telling import SILENT, Telling
from stream.logging.entries import Entry
from stream.logging.log import Log
from stream.report import Report
from stream.running.background import beside_main_thread, stopping
from stream.running.session import Ended, Showing, session
from stream.schemas.contracts import load_contracts
from stream.screens.output import write
from stream.screens.tables import to_json


@dataclass(frozen=True, slots=True)
class Operated:
    """How a run is seen by those who operate it: its log, where its metrics are to be had, if anywhere, and who is
    told of it."""

    log: Log
    metrics_textfile: Path | None = None
    metrics_port: int | None = None
    telling: Telling = SILENT


def serve(configs: Path, landing: Path, warehouse: Path, operated: Operated, *, ongoing: bool) -> int:
    """Load the landing folder into the warehouse, once or until stopped; the exit code.

    1 where `run` set a file aside, left out a dataset that is held, closed a date that breaks a rule with the action
    `fail`, or was stopped. Where a budget stops everything it
    is 1 too, and the report on the file is printed. Raises ConfigError and WarehouseError.
    """
    datasets = load_contracts(configs, warehouse)
    if not landing.is_dir():
        raise ConfigError(f"{landing}: there is no such folder. Make it, or name the landing folder with --landing.")
    place = _Place(configs, landing, warehouse, operated)
    try:
        with WriterLock(warehouse, Turn("watch" if ongoing else "run")) as lock:
            return (_watch if ongoing else _run)(place, datasets, lock)
    except StoppedError as error:
        stopped = error
    log = operated.log
    log.complain("stopped", f"{stopped.path}: {stopped}", "error", dataset=stopped.dataset, file=stopped.path)
    stop = threading.Event()
    with stopping(stop):
        report = beside_main_thread(lambda: stopped_report(datasets, landing, stopped, stop))
    report = report if log.with_values else _without_values(report)
    if log.format == "json":
        log.write(Entry("report", "error", {"dataset": stopped.dataset, "file": stopped.path, "report": report}))
    else:
        write(to_json(report))
    return stopped.exit_code


def _without_values(report: Report) -> Report:
    """Which lines are wrong is told, not what stands there."""
    rules = tuple(
        replace(rule, examples=tuple({"path": each["path"], "line": each["line"]} for each in rule.examples))
        for rule in report.rules
    )
    return replace(report, rules=rules)


@dataclass(frozen=True, slots=True)
class _Place:
    configs: Path
    landing: Path
    warehouse: Path
    operated: Operated

    def showing(self, resources: ExitStack, watching: Path | None) -> Showing:
        """With those who watch over the run, where somebody wants that."""
        operated, observer = self.operated, None
        if operated.metrics_textfile is not None or operated.metrics_port is not None:
            from stream.observing.observer import Observer, Wanted

            wanted, ongoing = Wanted(operated.metrics_textfile, operated.metrics_port), watching is not None
            observer = resources.enter_context(Observer(wanted, self.warehouse, operated.log, ongoing=ongoing))
        return Showing(resources, watching, operated.log, observer, operated.telling)


def _run(place: _Place, datasets: Mapping[str, Dataset], lock: WriterLock) -> int:
    with ExitStack() as resources:
        showing = place.showing(resources, watching=None)
        ended = session(datasets, place.landing, place.warehouse, lock, showing)
    if ended.stopped:
        sentence = "stopped before everything was loaded; `ade-stream run` goes on from there."
        showing.log.complain("stopped", sentence)
    for dataset, reason in ended.held.items():
        showing.log.complain("held", f"dataset {dataset} is held. {reason}", dataset=dataset)
    aside = showing.meters is not None and showing.meters.set_aside
    return 1 if aside or ended.held or ended.stopped or ended.has_failed else 0


def _watch(place: _Place, datasets: Mapping[str, Dataset], lock: WriterLock) -> int:
    """One session after the other: each ends where somebody else wants to write, and the next knows what came of it."""
    with ExitStack() as resources:
        showing = place.showing(resources, watching=place.landing)
        ended = session(datasets, place.landing, place.warehouse, lock, showing)
        stop = threading.Event()
        with stopping(stop, showing.started_by.stopping):
            while _handed_over(ended, lock, showing, stop):
                datasets = load_contracts(place.configs, place.warehouse)
                ended = session(datasets, place.landing, place.warehouse, lock, showing, stop)
    return 0


def _handed_over(ended: Ended, lock: WriterLock, showing: Showing, stop: threading.Event) -> bool:
    """Whether the lock was lent and is back; not where the run is stopped."""
    if ended.stopped or ended.wanted_by is None or showing.screen is None:
        return False
    showing.screen.say(f"handed over to {ended.wanted_by}")
    is_back = lock.lend(stop, showing.turned)
    if is_back:
        showing.screen.say("goes on")
    return is_back
