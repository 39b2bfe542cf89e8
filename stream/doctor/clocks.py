"""Whether the clock can be trusted: files are finished by it, arrival dates are its, and `top` counts by it."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from stream.doctor.diagnosis import Diagnosis, judged
from stream.screens.output import shown

_MEASURED_SECONDS = 0.05
#: How far two clocks may be apart after that; a loaded machine is a millisecond late.
_APART_MAX = 0.02
_AHEAD_SECONDS = 2.0
#: Later than this page was written.
_SANE = datetime(2026, 1, 1, tzinfo=UTC)
_FILES_LOOKED_AT = 100_000


def clocks(landing: Path, last_commit: str | None) -> Iterator[Diagnosis]:
    """The wall clock against the steady one, against what is committed, and against the times of files."""
    now = time.time()
    yield steady(_drift())
    yield wall(datetime.fromtimestamp(now, UTC), last_commit)
    yield _future(landing, now)


def steady(apart: float) -> Diagnosis:
    """`apart`: how many seconds the wall clock moved more than the steady one.

    >>> steady(0.0001).level, steady(-3.0).level
    ('ok', 'warn')
    """
    jumped = abs(apart) > _APART_MAX
    told = f"it was set by {apart:+.2f} s while it was looked at" if jumped else "it moves as the steady one does"
    return judged("clock", told, (jumped, "warn", "Look at chrony, ntpd or the host of this virtual machine."))


def wall(now: datetime, last_commit: str | None) -> Diagnosis:
    """Whether it is later than what is committed, and than this program.

    >>> wall(datetime(1970, 1, 2, tzinfo=UTC), None).level, wall(_SANE, "2027-01-01T00:00:00.000Z").level
    ('fail', 'warn')
    """
    before = last_commit is not None and now < datetime.fromisoformat(last_commit)
    told = f"{now:%Y-%m-%d %H:%M:%S} UTC" + (f", and the last commit is of {last_commit}" if before else "")
    set_it = "Set it (`timedatectl set-ntp true`): files without a date in their path get the date of their arrival."
    return judged("time of day", told, (now < _SANE, "fail", set_it), (before, "warn", set_it))


def _drift() -> float:
    began = time.time(), time.monotonic()
    time.sleep(_MEASURED_SECONDS)
    return (time.time() - began[0]) - (time.monotonic() - began[1])


def _future(landing: Path, now: float) -> Diagnosis:
    late = [path for path in _files(landing) if _changed(path) > now + _AHEAD_SECONDS]
    told = f"{len(late):,} were changed in the future, such as {shown(late[0])}" if late else "none is in the future"
    remedy = (
        "They settle only when that time has come, unless a marker says so. Mend the sender's clock, or touch them."
    )
    return judged("times of files", told, (bool(late), "warn", remedy))


def _files(landing: Path) -> Iterator[str]:
    seen = 0
    for folder, _, names in os.walk(os.fsencode(landing)):
        for name in names:
            if (seen := seen + 1) > _FILES_LOOKED_AT:
                return
            yield os.fsdecode(os.path.join(folder, name))


def _changed(path: str) -> float:
    try:
        return os.lstat(path).st_mtime
    except OSError:
        return 0.0
