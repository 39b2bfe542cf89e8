"""`models verify`: is a version what comes of its rows? It is trained once more, on the rows that it was trained on."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from processors.errors import StateError
from processors.learning.batch.hashing import row_hash
from processors.learning.model import Step
from sinks.models.registry import Alias, RegisteredModel
from sinks.reading import WarehouseReader
from stream.learning.artifacts import artifact_hash, files_of
from stream.learning.gathering import gathered
from stream.learning.known import check_view, known_model
from stream.learning.training import fitted
from stream.learning.using import check_fit, of_file, registered
from stream.schemas.contracts import load_contracts
from stream.splits.of_models import parts_of_split


@dataclass(frozen=True, slots=True)
class Verified:
    """`rows`: that it is trained on now; not `same_rows` where these are others than then, or have other values.
    `artifact_hash`: of what comes of them. `file`: what is wrong with the stored file; empty where nothing is."""

    version: RegisteredModel
    rows: int
    same_rows: bool
    artifact_hash: str
    file: str

    @property
    def is_same(self) -> bool:
        """Whether all is as it was."""
        return self.same_rows and not self.file and self.artifact_hash == self.version.artifact_hash


def verify(configs: Path, warehouse: Path, name: str, version: int | None) -> Verified:
    """Train a version anew, the champion where none is named, and compare. Raises ConfigError where there is none,
    StateError where it was trained for something else than the config describes now."""
    datasets = load_contracts(configs, warehouse)
    known = known_model(datasets, name)
    wanted: int | Alias = "champion" if version is None else version
    with WarehouseReader(warehouse) as recorded:
        check_view(recorded, datasets, known.model)
        stored = registered(recorded.connection, name, wanted)
        check_fit(stored, known.model)
        with recorded.connection.snapshot():
            of = recorded.connection, known.dataset.table, known.model
            fit = fitted(gathered(*of, parts_of_split(*of, stored.split_id or 0)), _step(stored))
    hashed = artifact_hash(files_of(known.model, stored.algorithm, fit.trained))
    same = row_hash(fit.examples) == stored.row_hash
    return Verified(stored, len(fit.examples.ids), same, hashed, _file(warehouse, stored))


def _step(stored: RegisteredModel) -> Step:
    """The estimator as it was asked for then."""
    said = json.loads(stored.definition)["batch"].get("with", {})
    return Step(stored.algorithm, tuple(sorted(said.items())))


def _file(warehouse: Path, stored: RegisteredModel) -> str:
    try:
        of_file(warehouse, stored)
    except StateError as error:
        return str(error)
    return ""
