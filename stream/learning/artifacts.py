"""The files of a trained model: `<models>/<model>/<version>/`, beside the warehouse.

`model.json` is what the model is, as canonical JSON, so that the hash of its bytes is that of the model. One that is
more than coefficients has `estimator.skops` beside, whose hash stands in `model.json`.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from processors.errors import StateError
from processors.learning.batch.encoding import Encoding
from processors.learning.batch.trained import Fitted, Linear, Trained
from processors.learning.model import Model
from sinks.models.registry import RegisteredModel
from stream.learning.archives import ForeignError, archived, restored
from stream.replacing import replacing_bytes, sync_folder

FORMAT = 1
_MODEL, _ESTIMATOR = "model.json", "estimator.skops"


def folder_of(warehouse: Path, model: str, version: int) -> Path:
    """Where the files of a version are."""
    return warehouse.parent / "models" / model / str(version)


def files_of(model: Model, algorithm: str, trained: Trained) -> dict[str, bytes]:
    """The contents of the files of a trained model, by name."""
    said = {
        "format": FORMAT,
        "model": model.name,
        "algorithm": algorithm,
        "task": model.task,
        "schema_hash": model.schema_hash,
    }
    if isinstance(trained, Linear):
        return {_MODEL: _canonical(said | trained.written())}
    assert isinstance(trained, Fitted)  # noqa: S101 - there are two
    archive = archived(trained.estimator)
    beside = {"encoding": trained.encoding.written(), "estimator": hashlib.sha256(archive).hexdigest()}
    return {_ESTIMATOR: archive, _MODEL: _canonical(said | beside)}


def artifact_hash(files: Mapping[str, bytes]) -> str:
    """Hexadecimal SHA-256 of the model: it is the same for the same model."""
    return hashlib.sha256(files[_MODEL]).hexdigest()


def keep(folder: Path, files: Mapping[str, bytes]) -> None:
    """Write the files, durably; `model.json` last. Raises OSError."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        with replacing_bytes(folder / name) as file:
            file.write(content)
    for each in (folder, folder.parent, folder.parent.parent):
        sync_folder(each)


def opened(folder: Path, hashed: str, way_out: str) -> Trained:
    """The model of a folder. Nothing of it is looked at before its bytes are known to be those that were written.

    Raises StateError where they are not; `way_out` is told then.
    """
    content = _read(folder / _MODEL, hashed, way_out)
    try:
        return _model(folder, json.loads(content), way_out)
    except (AttributeError, LookupError, TypeError, ValueError) as error:
        raise StateError(f"{folder / _MODEL}: is no model that ade-stream has written. {way_out}") from error


def _model(folder: Path, said: Mapping[str, Any], way_out: str) -> Trained:
    if said["format"] != FORMAT:
        raise StateError(f"{folder}: was written by another ade-stream, in format {said['format']}. {way_out}")
    if "coefficients" in said:
        return Linear.read(said["task"], said)
    archive = _read(folder / _ESTIMATOR, said["estimator"], way_out)
    try:
        return Fitted(said["task"], Encoding.read(said["encoding"]), restored(archive))
    except ForeignError as error:
        raise StateError(f"{folder / _ESTIMATOR}: is not taken: {error}. {way_out}") from error


def check_files(folder: Path, stored: RegisteredModel) -> None:
    """Look whether the files of a version are those that were written, and say what the registry says. Raises
    StateError where not; nothing of an estimator is made of them."""
    way_out = f"`ade-stream train {stored.model}` trains it anew."
    said = json.loads(_read(folder / _MODEL, stored.artifact_hash, way_out))
    if "estimator" in said:
        _read(folder / _ESTIMATOR, said["estimator"], way_out)
    told = {name: getattr(stored, name) for name in ("model", "algorithm", "schema_hash")}
    if {name: said[name] for name in told} != told:
        raise StateError(f"{folder / _MODEL}: says something else than the registry does. {way_out}")


def _read(path: Path, hashed: str, way_out: str) -> bytes:
    try:
        content = path.read_bytes()
    except OSError as error:
        raise StateError(f"{path}: cannot be read: {error.strerror or error}. {way_out}") from error
    if hashlib.sha256(content).hexdigest() != hashed:
        raise StateError(f"{path}: is not what was written when the model was trained. {way_out}")
    return content


def _canonical(said: Mapping[str, Any]) -> bytes:
    return (json.dumps(said, sort_keys=True, ensure_ascii=False, indent=1) + "\n").encode()
