"""Who predicts: a trained version of a model, or its learner as it is now."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from processors.errors import ConfigError, StateError
from processors.learning.batch.measuring import Float64s
from processors.learning.batch.trained import Trained
from processors.learning.examples import Examples
from processors.learning.model import Model
from sinks.database.connection import Connection
from sinks.models.learners import stored_learner
from sinks.models.registry import Alias
from stream.learning.using import registered, usable

if TYPE_CHECKING:
    from processors.learning.learner import Learner


class Scorer(Protocol):
    """What predicts. `version`: how it is told apart from others of the model."""

    @property
    def version(self) -> str:
        """A number; that of a learner stands behind `online.`."""
        ...

    def predict(self, examples: Examples, /) -> Float64s:
        """One a row; of a classification the probabilities of 1."""
        ...


@dataclass(frozen=True, slots=True)
class OfVersion:
    """A trained version."""

    version: str
    trained: Trained

    def predict(self, examples: Examples, /) -> Float64s:
        """See Scorer."""
        return self.trained.predict(examples)


@dataclass(frozen=True, slots=True)
class OfLearner:
    """A learner, which learns nothing here."""

    version: str
    learner: Learner

    def predict(self, examples: Examples, /) -> Float64s:
        """See Scorer."""
        return self.learner.predict(examples)


def of_version(connection: Connection, warehouse: Path, model: Model, wanted: int | Alias) -> Scorer:
    """A trained version, or that of an alias. Raises ConfigError where there is none, StateError where it cannot be
    used any more."""
    stored = registered(connection, model.name, wanted)
    return OfVersion(str(stored.version), usable(warehouse, stored, model))


def of_learner(connection: Connection, model: Model) -> Scorer:
    """The learner as it is. Raises ConfigError where there is none, StateError where it is of another definition."""
    from processors.learning.learner import Learner

    stored = stored_learner(connection, model.name)
    if model.online is None or stored is None:
        raise ConfigError(
            f"the model {model.name} has no learner yet; `online` in its YAML says which, and `ade-stream run` lets it "
            "learn."
        )
    if (stored.definition_hash, stored.schema_hash) != (model.definition_hash, model.schema_hash):
        raise StateError(
            f"the learner of {model.name} learned for another definition. `ade-stream train {model.name} --online` "
            "lets it learn anew."
        )
    return OfLearner(f"online.{stored.version}", Learner.load(model, dict(stored.state)))
