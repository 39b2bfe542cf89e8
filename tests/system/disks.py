"""Small disks, which fill up and can be made larger."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest


@contextmanager
def disk(folder: Path, megabytes: float) -> Iterator[Path]:
    """A file system in memory of a fixed size."""
    folder.mkdir()
    options = f"size={int(megabytes * 1024)}k"
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", options, "tmpfs", folder], capture_output=True, text=True)
    if mounted.returncode:
        pytest.skip(f"a tmpfs cannot be mounted here: {mounted.stderr.strip()}")
    try:
        yield folder
    finally:
        subprocess.run(["umount", folder], check=True)


def enlarge(folder: Path, megabytes: int) -> None:
    """Make room."""
    subprocess.run(["mount", "-o", f"remount,size={megabytes}m", folder], check=True)


def write_protect(folder: Path) -> None:
    """Nobody can write any more, root included."""
    subprocess.run(["mount", "-o", "remount,ro", folder], check=True)
