"""Whose state it is: a learner goes on from its own only."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from river.__version__ import __version__ as river

from processors.errors import StateError
from processors.learning.model import Model

#: Of the layout of a dumped learner.
_FORMAT = 2
_TOLD = {
    "format": "format",
    "river": "release of river",
    "definition_hash": "definition",
    "schema_hash": "schema of its inputs",
}


def versions(model: Model) -> dict[str, Any]:
    """All that must be the same when a dumped learner is loaded. Of river, what is before the last dot."""
    return {
        "format": _FORMAT,
        "river": river.rpartition(".")[0],
        "definition_hash": model.definition_hash,
        "schema_hash": model.schema_hash,
    }


def refuse_others(model: Model, dumped: Mapping[str, Any]) -> None:
    """StateError where something of that is not the same."""
    for what, ours in versions(model).items():
        if (theirs := dumped.get(what)) != ours:
            raise StateError(
                f"what {model.name} has learned is of another {_TOLD[what]}: {theirs}, and now it is {ours}; "
                f"`ade-stream train {model.name} --online` learns all rows anew"
            )
