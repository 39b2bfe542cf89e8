"""Which SQLite there is, and how the warehouse is."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from processors.errors import WarehouseError
from sinks.database.engine import MIGRATING_VERSION_MIN, VERSION_MIN, Engine
from sinks.database.lock import owner
from sinks.ledger.holds import DatasetState
from sinks.reading import WarehouseReader
from stream.doctor.diagnosis import Diagnosis, judged

_MEGABYTE = 10**6
#: A writer brings the log in every 64 MB.
_LOG_WARN = 200 * _MEGABYTE


@dataclass(frozen=True, slots=True)
class Known:
    """What a warehouse says of itself. `held`: the datasets of which nothing is loaded. `failed`: how many files."""

    last_commit: str | None
    held: tuple[DatasetState, ...]
    failed: int


def sqlite(found: Engine) -> Diagnosis:
    """Whether it does what is asked of it.

    >>> sqlite(Engine("3.53.1", "3.40.1", True)).level, sqlite(Engine("3.45.0", "3.40.1", True)).level
    ('ok', 'fail')
    """
    least, migrating = (".".join(map(str, each)) for each in (VERSION_MIN, MIGRATING_VERSION_MIN))
    needed = f"It takes {least} (upgrade adbc-driver-sqlite) and {migrating} (upgrade Python)."
    told = f"{found.version}, and {found.migrating} for migrations"
    threads = "It was compiled without threads: install the adbc-driver-sqlite of the package index."
    return judged("SQLite", told, (not found.is_sound, "fail", needed), (not found.is_threadsafe, "fail", threads))


def warehouse(path: Path) -> tuple[list[Diagnosis], Known | None]:
    """How it is, and what it says of itself; None where it cannot be read."""
    if not path.exists():
        return [Diagnosis("warehouse", "ok", f"{path}: there is none yet; `ade-stream run` makes it")], None
    try:
        with WarehouseReader(path) as recorded:
            known = _known(recorded)
    except WarehouseError as error:
        told, _, remedy = str(error).partition(". ")
        return [Diagnosis("warehouse", "fail", told, remedy)], None
    return [*_whole(path), *_set_aside(known)], known


def _known(recorded: WarehouseReader) -> Known:
    last = max((each.last_commit or "" for each in recorded.status()), default="")
    held = tuple(each for each in recorded.dataset_states() if each.is_held)
    return Known(last or None, held, sum(1 for _ in recorded.files("state = 'failed'")))


def _whole(path: Path) -> Iterator[Diagnosis]:
    process = owner(path)
    yield Diagnosis("warehouse", "ok", f"process {process} writes it" if process else "nobody writes it now")
    beside = path.with_name(f"{path.name}-wal")
    size = beside.stat().st_size if beside.exists() else 0
    yield judged(
        "write-ahead log",
        f"{size / _MEGABYTE:,.0f} MB",
        (
            size > _LOG_WARN,
            "warn",
            f"Somebody reads one moment for long, so it cannot begin anew: `fuser {path}` says who.",
        ),
    )


def _set_aside(known: Known) -> Iterator[Diagnosis]:
    for each in known.held:
        yield Diagnosis(f"dataset {each.dataset}", "warn", f"held: {each.reason}", f"ade-stream resume {each.dataset}")
    if known.failed:
        told = f"{known.failed:,} are set aside"
        yield Diagnosis(
            "files", "warn", told, "`ade-stream status` says why; `ade-stream retry FILE` takes them again."
        )
