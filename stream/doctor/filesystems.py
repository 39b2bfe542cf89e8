"""On which kind of file system folders are, and how much room there is."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path

from stream.doctor.diagnosis import Diagnosis, judged

MOUNTS = Path("/proc/self/mountinfo")
_NETWORK = re.compile(
    r"(nfs|cifs|smb|9p|afs|ceph|gluster|lustre|gpfs|beegfs|ocfs2|gfs2|davfs|fuse\.(?!fuse-overlayfs))"
)
_NOT_LOCAL = (
    "SQLite's write-ahead log needs memory and locks that are shared on one machine. Put the warehouse on a local disk "
    "(--warehouse); files may land on this one."
)
_MEMORY = {"tmpfs", "ramfs"}
_MEGABYTE = 10**6
_FREE_FAIL, _FREE_WARN = 100 * _MEGABYTE, 1000 * _MEGABYTE
_INODES_WARN = 10_000


def kind_of(folder: Path, mounts: str) -> str:
    """The file system on which a folder is, by the mounts as Linux tells them; of several the deepest, then the last.

    >>> mounts = "1 0 8:1 / / rw - ext4 /dev/sda1 rw\\n2 1 0:9 / /mnt/the\\\\040share rw shared:1 - nfs4 host:/x rw\\n"
    >>> kind_of(Path("/mnt/the share/ade"), mounts), kind_of(Path("/mnt"), mounts)
    ('nfs4', 'ext4')
    """
    kind, depth = "unknown", 0
    for line in mounts.splitlines():
        mounted, _, source = line.partition(" - ")
        point = Path(re.sub(r"\\([0-7]{3})", lambda code: chr(int(code[1], 8)), mounted.split()[4]))
        if len(point.parts) >= depth and folder.is_relative_to(point):
            kind, depth = source.split()[0], len(point.parts)
    return kind


def filesystems(landing: Path, warehouse: Path, mounts: str) -> Iterator[Diagnosis]:
    """Whether a database may be where the warehouse is, and whether events come from where files land."""
    yield for_warehouse(kind_of(_nearest(warehouse.parent), mounts))
    kind = kind_of(_nearest(landing), mounts)
    events = "no events come from it, so files are found by listing" if _NETWORK.match(kind) else "events come from it"
    yield Diagnosis("landing file system", "ok", f"{kind}; {events}")


def for_warehouse(kind: str) -> Diagnosis:
    """Whether a database may be on such a file system.

    >>> [for_warehouse(kind).level for kind in ("ext4", "nfs4", "tmpfs", "overlay", "fuse.sshfs", "fuseblk")]
    ['ok', 'fail', 'warn', 'warn', 'fail', 'ok']
    """
    return judged(
        "warehouse file system",
        kind,
        (
            _NETWORK.match(kind) is not None,
            "fail",
            _NOT_LOCAL,
        ),
        (kind in _MEMORY, "warn", "It is memory: the warehouse is gone with a restart. Put it on a disk."),
        (
            kind == "overlay",
            "warn",
            "It is a container's own layer, which goes with it. Mount a volume for the folder.",
        ),
    )


def space(warehouse: Path) -> Iterator[Diagnosis]:
    """How much room the warehouse has to grow, and to be copied."""
    folder = _nearest(warehouse.parent)
    found = os.statvfs(folder)
    free, own = found.f_bavail * found.f_frsize, _size(warehouse)
    room = "Make room, or name a warehouse elsewhere with --warehouse."
    yield judged(
        "disk space",
        f"{_megabytes(free)} free, the warehouse has {_megabytes(own)}",
        (free < _FREE_FAIL, "fail", f"The next commits may not fit. {room}"),
        (free < _FREE_WARN, "warn", f"It will not last. {room}"),
        (
            free < 2 * own,
            "warn",
            f"`verify` takes two copies of the warehouse, `backup` one, and they do not fit. {room}",
        ),
    )
    if found.f_files:
        few = found.f_favail < _INODES_WARN
        yield judged("inodes", f"{found.f_favail:,} free", (few, "warn", "Delete or pack small files on this disk."))


def _size(warehouse: Path) -> int:
    return warehouse.stat().st_size if warehouse.exists() else 0


def _megabytes(size: int) -> str:
    return f"{size / _MEGABYTE:,.0f} MB"


def _nearest(folder: Path) -> Path:
    """The folder, or the one above in which it will be made."""
    folder = folder.resolve()
    return next(each for each in (folder, *folder.parents) if each.exists())
