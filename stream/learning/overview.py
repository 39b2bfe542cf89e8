"""What is known of models: trained versions, learners, and what they came to."""

from __future__ import annotations

from dataclasses import dataclass, replace

from processors.errors import ConfigError
from sinks.database.connection import Connection
from sinks.models.learners import Alarm, StoredLearner, alarms, learners
from sinks.models.registry import ModelMetric, RegisteredModel, metrics_of, versions


@dataclass(frozen=True, slots=True)
class Version:
    """A trained version, and its figures."""

    version: RegisteredModel
    metrics: tuple[ModelMetric, ...]


@dataclass(frozen=True, slots=True)
class Story:
    """A model: its trained versions, the oldest first, with figures; its learner, without the state; the alarms of
    that."""

    model: str
    versions: tuple[Version, ...]
    learner: StoredLearner | None
    alarms: tuple[Alarm, ...]


def stories(connection: Connection, model: str | None = None) -> list[Story]:
    """All models that the warehouse knows of, or one, by name."""
    trained = versions(connection, model)
    following = {each.model: _without_state(each) for each in learners(connection, model)}
    told = alarms(connection, model)
    return [
        Story(
            name,
            tuple(
                Version(each, tuple(metrics_of(connection, name, each.version)))
                for each in trained
                if each.model == name
            ),
            following.get(name),
            tuple(each for each in told if each.model == name),
        )
        for name in sorted({*following, *(each.model for each in trained)})
    ]


def story_of(connection: Connection, model: str) -> Story:
    """One model. Raises ConfigError where the warehouse knows of none of that name."""
    found = stories(connection, model)
    if not found:
        raise ConfigError(
            f"the warehouse knows of no model {model!r}. `ade-stream train {model}` trains it; "
            "`ade-stream run` lets its learner learn."
        )
    return found[0]


def _without_state(learner: StoredLearner) -> StoredLearner:
    return replace(learner, state={})
