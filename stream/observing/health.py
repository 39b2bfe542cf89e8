"""Whether a run is well: it looks for files, commits them, has room to write, and nothing waits for a person."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from stream.running.snapshot import Snapshot

#: Without a turn of the loop or a commit for so long it is stalled; so is one that has files and commits none of them.
STALLED_SECONDS = 120.0
#: What a commit of the largest batches takes, and the write-ahead log behind it.
FREE_BYTES_MIN = 64 * 1024**2


@dataclass(frozen=True, slots=True)
class Health:
    """`reasons`: what is not well, in sentences."""

    status: Literal["ok", "unwell"]
    reasons: tuple[str, ...]
    phase: str = "starting"
    uptime_seconds: float = 0.0
    since_last_seconds: float | None = None
    backlog_files: int = 0
    backlog_bytes: int = 0
    rss_bytes: int = 0


@dataclass(slots=True)
class Pulse:
    """When the run last showed that it goes on (monotonic clock)."""

    last: float = field(default_factory=time.monotonic)

    def beat(self) -> None:
        """It goes on."""
        self.last = time.monotonic()

    def seconds(self) -> float:
        """Since the last beat."""
        return time.monotonic() - self.last


def health(
    snapshot: Snapshot | None, pulse: Pulse, warehouse: Path, told: Callable[[str], str], *, ongoing: bool
) -> Health:
    """How a run is. `told`: a sentence as far as it may be told; `ongoing`: it is to go on for ever."""
    if snapshot is None:
        return Health("unwell", ("It has not begun yet.",))
    reasons = (*_stalled(snapshot, pulse, ongoing=ongoing), *_full(warehouse), *_held(snapshot, told))
    return Health(
        "unwell" if reasons else "ok",
        reasons,
        snapshot.phase,
        round(snapshot.uptime_seconds, 1),
        None if snapshot.since_last_seconds is None else round(snapshot.since_last_seconds, 1),
        snapshot.waiting.files,
        snapshot.waiting.bytes,
        snapshot.rss_bytes,
    )


def _stalled(snapshot: Snapshot, pulse: Pulse, *, ongoing: bool) -> Iterator[str]:
    silent = pulse.seconds()
    if ongoing and silent > STALLED_SECONDS:
        yield f"It is stalled: it has not looked for files for {silent:.0f} seconds."
    idle = snapshot.uptime_seconds if snapshot.since_last_seconds is None else snapshot.since_last_seconds
    readable = [each for each in snapshot.datasets if each.state != "held" and each.waiting.files]
    waited = min(idle, max((each.waiting.lag_seconds for each in readable), default=0.0))
    if waited > STALLED_SECONDS:
        yield f"Files wait, and nothing was committed for {waited:.0f} seconds."


def _full(warehouse: Path) -> Iterator[str]:
    try:
        free = shutil.disk_usage(warehouse.parent).free
    except OSError as error:
        yield f"The folder of the warehouse cannot be looked at: {error.strerror}."
        return
    if free < FREE_BYTES_MIN:
        yield f"The disk of the warehouse is full: {free / 1e6:.0f} MB are free. Make room there."


def _held(snapshot: Snapshot, told: Callable[[str], str]) -> Iterator[str]:
    for each in snapshot.datasets:
        if each.state == "held":
            yield f"Dataset {each.dataset} is held. {told(each.reason)}"
