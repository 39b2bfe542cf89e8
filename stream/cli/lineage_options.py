"""The options of commands whose runs are told as events of OpenLineage."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypeAlias

import typer

if TYPE_CHECKING:
    from stream.lineage.telling import Telling

_FILE = "Tell of runs in this file, as lines of JSON (OpenLineage)."
_URL = "Tell of runs to this HTTP receiver (OpenLineage)."
_NAMESPACE = "The namespace of jobs in these events."
_KEY = "ADE_LINEAGE_API_KEY"

LineageFile: TypeAlias = Annotated[
    Path | None, typer.Option("--lineage-file", envvar="ADE_LINEAGE_FILE", help=_FILE, metavar="FILE")
]
LineageUrl: TypeAlias = Annotated[
    str | None, typer.Option("--lineage-url", envvar="ADE_LINEAGE_URL", help=_URL, metavar="URL")
]
LineageNamespace: TypeAlias = Annotated[
    str, typer.Option("--lineage-namespace", envvar="ADE_LINEAGE_NAMESPACE", help=_NAMESPACE, metavar="NAME")
]

FILE = None
URL = None
NAMESPACE = "ade-stream"


def telling(file: Path | None, url: str | None, namespace: str) -> Telling:
    """Who is told. The receiver's key is in the environment: an option would show in the list of processes.

    Raises ConfigError.
    """
    from stream.lineage.telling import Telling

    return Telling(file, url, namespace, os.environ.get(_KEY) or None)
