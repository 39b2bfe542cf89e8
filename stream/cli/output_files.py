"""The files that `--output` names."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

from processors.errors import AdeStreamError, ConfigError
from stream.replacing import replacing

_WAY_OUT = "name another file with --output."


def check_output(path: Path) -> None:
    """Raises ConfigError where there cannot be such a file, before any work is done for it."""
    if os.path.isdir(path):  # noqa: PTH112 - a Path raises where a folder above may not be looked into
        raise ConfigError(f"{path} cannot be written: it is a folder; {_WAY_OUT}")
    if not os.path.isdir(path.parent):  # noqa: PTH112
        raise ConfigError(f"{path} cannot be written: there is no folder {path.parent}. Make it, or {_WAY_OUT}")


def check_apart(path: Path, other: Path, what: str) -> None:
    """Raises ConfigError where two paths are one file, which `what` is too, whatever links lead there."""
    if os.path.realpath(path) == os.path.realpath(other) or (path.exists() and other.exists() and path.samefile(other)):
        raise ConfigError(f"{path} cannot be written: it is {what}; name another file.")


@contextmanager
def output_file(path: Path) -> Iterator[TextIO]:
    """A text file that is there when the block ends well, and as it was otherwise. A link stays one.

    Raises ConfigError, and AdeStreamError where the system does not let us write it.
    """
    check_output(path)
    try:
        with replacing(Path(os.path.realpath(path))) as file:
            yield file
    except OSError as error:
        raise AdeStreamError(f"{path} cannot be written: {error.strerror}. Mend that, or {_WAY_OUT}") from error
