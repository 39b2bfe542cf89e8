"""All commands, by where they stand in this package: a command's module is imported when the command is asked for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from importlib import import_module
from typing import Any, TypeAlias

import typer
from typer.core import TyperGroup
from typer.main import get_command, get_group

#: A command as typer calls it.
Command: TypeAlias = Any

#: `name: module:function` of a command, `name: module:app` of a group of them, in the order of `--help`.
COMMANDS: Mapping[str, str] = {
    "watch": "loading:watch",
    "run": "loading:run",
    "plan": "plan:plan",
    "replay": "replaying:replay",
    "verify": "verifying:verify",
    "prune": "pruning:prune",
    "backup": "backing_up:backup",
    "restore": "backing_up:restore",
    "status": "status:status",
    "top": "top:top",
    "wait": "wait:wait",
    "why": "why:why",
    "trace": "tracing:trace",
    "lineage": "lineage:lineage",
    "retry": "retrying:retry",
    "resume": "resuming:resume",
    "export": "exporting:export",
    "report": "reporting:report",
    "train": "train:train",
    "predict": "predict:predict",
    "kpi": "kpi:kpi",
    "init": "drafting:init",
    "check": "checking:check",
    "doctor": "doctor:doctor",
    "rejects": "rejects:app",
    "schema": "schema:app",
    "quality": "quality:app",
    "features": "features:app",
    "splits": "splits:app",
    "models": "models:app",
}


class Group(TyperGroup):
    """The program: it knows its commands by name, and makes the one that is asked for."""

    def __init__(self, **settings: Any) -> None:
        super().__init__(**settings | {"commands": _OnDemand()})


class _OnDemand(Mapping[str, Command]):
    def __getitem__(self, name: str) -> Command:
        module, _, part = COMMANDS[name].partition(":")
        found = getattr(import_module(f"stream.cli.{module}"), part)
        made = get_group(found) if isinstance(found, typer.Typer) else _alone(found)
        made.name = name
        return made

    def __iter__(self) -> Iterator[str]:
        return iter(COMMANDS)

    def __len__(self) -> int:
        return len(COMMANDS)


def _alone(function: Any) -> Command:
    """A command that is no group."""
    app = typer.Typer(add_completion=False, pretty_exceptions_enable=False, rich_markup_mode=None)
    app.command()(function)
    return get_command(app)
