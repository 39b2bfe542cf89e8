"""Trained versions of a model: which one is meant, whether it fits what the config says now, and the model itself."""

from __future__ import annotations

import json
from importlib.metadata import version as installed
from pathlib import Path
from typing import Any

from processors.errors import ConfigError, StateError
from processors.learning.batch.trained import Trained
from processors.learning.model import Model
from sinks.database.connection import Connection
from sinks.models.registry import Alias, RegisteredModel, version_of, versions
from stream.learning.artifacts import folder_of, opened

#: The libraries whose versions an artifact hangs on.
LIBRARIES = ("scikit-learn", "skops", "numpy")
#: What of a definition says which rows are predicted from, and what.
_MEANING = ("dataset", "view", "task", "target", "inputs")


def libraries() -> dict[str, str]:
    """The versions that are installed."""
    return {name: installed(name) for name in LIBRARIES}


def registered(connection: Connection, model: str, wanted: int | Alias) -> RegisteredModel:
    """A version of a model. Raises ConfigError where there is none."""
    found = version_of(connection, model, wanted)
    if found is not None:
        return found
    there = ", ".join(str(each.version) for each in versions(connection, model) if each.kind == "batch")
    what = f"version {wanted}" if isinstance(wanted, int) else f"{wanted}"
    raise ConfigError(
        f"the model {model} has no {what}; it has the versions {there}."
        if there
        else f"the model {model} is not trained yet; `ade-stream train {model}` trains it."
    )


def usable(warehouse: Path, stored: RegisteredModel, model: Model) -> Trained:
    """The trained model. Raises StateError where it was trained for something else than `model` says, by another
    version of a library, or is not what was written."""
    check_fit(stored, model)
    return of_file(warehouse, stored)


def check_fit(stored: RegisteredModel, model: Model) -> None:
    """Raises StateError where a version was trained for something else than `model` says, or by another version of a
    library."""
    if why := _unfit(stored, model):
        raise StateError(f"{stored.model} version {stored.version} {why}. {_way_out(stored)}")


def of_file(warehouse: Path, stored: RegisteredModel) -> Trained:
    """What is in the files of a version. Raises StateError where they are not what was written."""
    return opened(folder_of(warehouse, stored.model, stored.version), stored.artifact_hash, _way_out(stored))


def _way_out(stored: RegisteredModel) -> str:
    return f"`ade-stream train {stored.model}` trains it anew."


def _unfit(stored: RegisteredModel, model: Model) -> str:
    """Why it does not fit; empty where it does."""
    if stored.schema_hash != model.schema_hash:
        return "was trained on a target and inputs of other names or types"
    if _meaning(stored.definition) != _meaning(model.definition):
        return "was trained for a model that its YAML describes otherwise now"
    if model.view is not None and stored.view_version != model.view.version:
        return (
            f"was trained on version {stored.view_version} of {stored.view}, which has version {model.view.version} now"
        )
    here = libraries()
    for name, version in stored.libraries.items():
        if _minor(version) != _minor(here.get(name, "")):
            return f"was trained by {name} {version}, and here is {here.get(name, 'none')}"
    return ""


def _meaning(definition: str) -> dict[str, Any]:
    said = json.loads(definition)
    return {name: said.get(name) for name in _MEANING}


def _minor(version: str) -> list[str]:
    return version.split(".")[:2]
