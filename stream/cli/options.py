"""The options that all commands share."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypeAlias

import typer

from processors.errors import ConfigError

if TYPE_CHECKING:
    import threading

    from sinks.database.lock import Turn

Configs: TypeAlias = Annotated[
    Path, typer.Option("--configs", envvar="ADE_CONFIGS", help="Folder of the dataset configs.", metavar="DIR")
]
Landing: TypeAlias = Annotated[
    Path, typer.Option("--landing", envvar="ADE_LANDING", help="Folder where the files land.", metavar="DIR")
]
WarehousePath: TypeAlias = Annotated[
    Path, typer.Option("--warehouse", envvar="ADE_WAREHOUSE", help="The SQLite file.", metavar="PATH")
]
Json: TypeAlias = Annotated[bool, typer.Option("--json", help="Print JSON for programs.")]
DatasetName: TypeAlias = Annotated[str | None, typer.Option("--dataset", help="Only this dataset.", metavar="NAME")]

Date: TypeAlias = Annotated[str | None, typer.Option("--date", help="The execution date.", metavar="YYYY-MM-DD")]
FirstDate: TypeAlias = Annotated[
    str | None, typer.Option("--from", help="The first of several dates.", metavar="YYYY-MM-DD")
]
LastDate: TypeAlias = Annotated[
    str | None, typer.Option("--to", help="The last of several dates.", metavar="YYYY-MM-DD")
]

Wait: TypeAlias = Annotated[
    bool, typer.Option("--wait", help="Where another process writes, wait for a turn, ten minutes at the most.")
]
_WAIT_SECONDS_MAX = 600.0

CONFIGS = Path("configs")
LANDING = Path("landing")
WAREHOUSE = Path("warehouse/ade.db")


def turn(command: str, stop: threading.Event, *, wait: bool) -> Turn:
    """The turn of a command that writes."""
    from sinks.database.lock import Turn

    return Turn(command, _WAIT_SECONDS_MAX if wait else 0.0, stop)


def day(text: str | None, option: str) -> str:
    """The execution date that `option` was given. Raises ConfigError where it is none."""
    if text is None:
        raise ConfigError(f"{option} is missing: --from and --to go together.")
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError as error:
        raise ConfigError(f"{text!r} is no date; write it as YYYY-MM-DD.") from error


def period(date: str | None, first: str | None, last: str | None, command: str) -> tuple[str, str]:
    """The first and last date that a command was given. Raises ConfigError where they are not given as they should
    be."""
    if (date is None) == (first is None and last is None):
        raise ConfigError(f"{command} needs --date D, or --from D and --to D.")
    if date is not None:
        return (on := day(date, "--date")), on
    begin, end = day(first, "--from"), day(last, "--to")
    if end < begin:
        raise ConfigError(f"--from {begin} is later than --to {end}.")
    return begin, end
