"""All that the doctor looks at, in the order in which it is told."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from processors.errors import AdeStreamError
from sinks.database.engine import engine
from stream.config import Dataset, load_configs
from stream.doctor.clocks import clocks
from stream.doctor.database import sqlite, warehouse
from stream.doctor.diagnosis import Diagnosis, judged
from stream.doctor.filesystems import MOUNTS, filesystems, space
from stream.doctor.folders import landing_folder, leftovers, warehouse_folder
from stream.doctor.limits import limits
from stream.doctor.versions import versions
from stream.schemas.contracts import load_contracts


def examine(configs: Path, landing: Path, path: Path) -> Iterator[Diagnosis]:
    """Look at everything, and change nothing. `path`: of the warehouse."""
    yield from versions()
    yield sqlite(engine())
    told, known = warehouse(path)
    said, datasets = _configs(configs, path if known else None)
    yield from said
    yield from told
    mounts = MOUNTS.read_text("utf-8", "surrogateescape") if MOUNTS.exists() else ""
    yield from filesystems(landing, path, mounts)
    yield from space(path)
    yield from landing_folder(landing, datasets)
    yield from warehouse_folder(path)
    yield from leftovers(path)
    yield from limits(landing)
    yield from clocks(landing, known.last_commit if known else None)


def _configs(configs: Path, path: Path | None) -> tuple[list[Diagnosis], dict[str, Dataset]]:
    """Whether they can be read, with what the warehouse adds to them, and the datasets that they describe."""
    try:
        datasets = load_contracts(configs, path) if path else load_configs(configs)
    except AdeStreamError as error:
        return [Diagnosis("configs", "fail", str(error), "`ade-stream check` says when they are sound.")], {}
    notices = [notice for each in datasets.values() for notice in each.notices]
    told = "; ".join(notices) or f"{len(datasets)} datasets: {', '.join(datasets)}"
    return [judged("configs", told, (bool(notices), "warn", "Mend what the configs say, or leave it."))], datasets
