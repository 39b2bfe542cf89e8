"""What the system lets a process have: file events, open files, memory."""

from __future__ import annotations

import os
import resource
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from stream.doctor.diagnosis import Diagnosis, judged

_WATCHES = Path("/proc/sys/fs/inotify/max_user_watches")
_MEMORY = Path("/proc/meminfo")
_CGROUP = Path("/proc/self/cgroup")
_GROUPS = Path("/sys/fs/cgroup")
_MEGABYTE = 10**6
#: A process has some 200 MB on its way, and with models or a rule over many rows twice that.
_MEMORY_FAIL, _MEMORY_WARN = 250 * _MEGABYTE, 500 * _MEGABYTE
_FILES_FAIL, _FILES_WARN = 64, 256


def limits(landing: Path) -> Iterator[Diagnosis]:
    """Those of this process."""
    with suppress(OSError):  # no Linux, or no inotify
        yield watches(_folders(landing), int(_WATCHES.read_text("ascii")))
    yield open_files(resource.getrlimit(resource.RLIMIT_NOFILE)[0])
    yield memory(_available(), memory_limit(_CGROUP, _GROUPS))


def watches(folders: int, most: int) -> Diagnosis:
    """Whether file events come from each folder.

    >>> watches(3, 65536).level, watches(70000, 65536).level
    ('ok', 'warn')
    """
    more = max(2 * folders, 65536)
    return judged(
        "inotify watches",
        f"{folders:,} folders below the landing folder, this user may watch {most:,}",
        (
            folders > most,
            "warn",
            f"Files of the others are found by listing, later. sysctl fs.inotify.max_user_watches={more}",
        ),
        (10 * folders > 8 * most, "warn", f"Not many more. sysctl fs.inotify.max_user_watches={more}"),
    )


def open_files(most: int) -> Diagnosis:
    """Whether large files may be open side by side, beside databases and libraries."""
    raise_it = "Raise it: `ulimit -n 1024`, or LimitNOFILE= of a service."
    told = "no limit" if most == resource.RLIM_INFINITY else f"at most {most:,}"
    few = most != resource.RLIM_INFINITY
    return judged(
        "open files",
        told,
        (few and most < _FILES_FAIL, "fail", raise_it),
        (few and most < _FILES_WARN, "warn", raise_it),
    )


def memory(available: int | None, limit: int | None) -> Diagnosis:
    """Whether there is enough, of the machine and of the group that this process is in.

    >>> memory(8 * 10**9, 2 * 10**8).level, memory(3 * 10**8, None).level, memory(None, None).level
    ('fail', 'warn', 'ok')
    """
    known = [each for each in (available, limit) if each is not None]
    least = min(known, default=_MEMORY_WARN)
    told = "unknown" if available is None else f"{available / _MEGABYTE:,.0f} MB available"
    told += "" if limit is None else f", at most {limit / _MEGABYTE:,.0f} MB by its cgroup"
    more = "Give it 500 MB, or lower limits.batch_bytes in the configs."
    return judged("memory", told, (least < _MEMORY_FAIL, "fail", more), (least < _MEMORY_WARN, "warn", more))


def memory_limit(membership: Path, groups: Path) -> int | None:
    """The least limit of the cgroups that `membership` (as /proc/self/cgroup is) names, in bytes; None without one.

    Those of version 2 are below `groups`, those of version 1 below its folder `memory`.
    """
    found = list[int]()
    with suppress(OSError):
        for line in membership.read_text("utf-8").splitlines():
            _, controllers, path = line.split(":", 2)
            if controllers in {"", "memory"}:
                root = groups / controllers
                name = "memory.limit_in_bytes" if controllers else "memory.max"
                found += _limits(root, root / path.lstrip("/"), name)
    return min(found, default=None)


def _limits(root: Path, group: Path, name: str) -> Iterator[int]:
    """Of a group and all above it. Version 1 says that there is none by a number beyond all memory."""
    for each in (group, *group.parents):
        with suppress(OSError, ValueError):  # there is no such file, or it says max
            limit = int((each / name).read_text("ascii"))
            if limit < 1 << 60:
                yield limit
        if each == root:
            return


def _available() -> int | None:
    with suppress(OSError):
        for line in _MEMORY.read_text("ascii").splitlines():
            if line.startswith("MemAvailable:"):
                return 1024 * int(line.split()[1])
    return None


def _folders(landing: Path) -> int:
    return sum(1 for _ in os.walk(landing))
