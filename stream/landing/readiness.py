"""Is a file finished, so that a last line without a line end is a whole one? Any proof the config accepts will do."""

from __future__ import annotations

import fcntl
import os
import signal
import time

from sinks.files import FileStat
from stream.config.files import FilesConfig

#: What each proof says, as the end of a sentence that begins with "the last line is taken when".
_AWAITED = {
    "renamed": "the file is renamed into place",
    "closed": "its writer closes it",
    "marker": "its done-marker {marker} is there",
    "lease": "no process has it open for writing",
    "quiet": "the file has not changed for {seconds:g} seconds",
}


def awaited(files: FilesConfig) -> str:
    """The accepted proofs as the end of a sentence."""
    proofs = [_AWAITED[proof].format(marker=files.marker, seconds=files.settle_seconds) for proof in files.ready]
    return " or ".join(proofs)


def quiet_in(files: FilesConfig, stat: FileStat, unchanged_since: float) -> float | None:
    """Seconds until a file with `stat`, watched without a change since `unchanged_since` (monotonic), counts as quiet;
    None where that is no proof. Its age is taken from the file system or from our watching, whichever is longer."""
    if "quiet" not in files.ready:
        return None
    quiet = max(time.time() - stat.mtime_ns / 1e9, time.monotonic() - unchanged_since)
    return files.settle_seconds - quiet


def can_be_proven(files: FilesConfig, root: bytes, path: bytes) -> bool:
    """Whether a marker lies beside the file, or the system knows of no writer: the proofs that can be asked for."""
    whole = os.path.join(root, path)
    return ("marker" in files.ready and _has_marker(files.marker, whole)) or (
        "lease" in files.ready and _has_no_writer(whole)
    )


def _has_marker(marker: str, whole: bytes) -> bool:
    folder, name = os.path.split(os.fsdecode(whole))
    told = marker.format(name=name, stem=name.split(".")[0])
    return os.path.lexists(os.path.join(folder, told))


def _has_no_writer(whole: bytes) -> bool:
    """A read lease is granted where no process has the file open for writing (`man 2 fcntl`, F_SETLEASE); only to its
    owner, and on Linux. Whoever opens it while we hold the lease, for an instant, waits, and we get SIGURG, which is
    ignored by default."""
    try:
        fd = os.open(whole, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError:
        return False
    try:
        fcntl.fcntl(fd, fcntl.F_SETSIG, signal.SIGURG)
        fcntl.fcntl(fd, fcntl.F_SETLEASE, fcntl.F_RDLCK)
        fcntl.fcntl(fd, fcntl.F_SETLEASE, fcntl.F_UNLCK)
    except OSError:
        return False
    finally:
        os.close(fd)
    return True
