"""The rule of promotion: a version takes the place of the champion if it is better on the rows that it is tested with.
A person asks for that, and a policy for concept drift does."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from processors.errors import ConfigError
from processors.learning.batch.measuring import is_better, measured
from processors.learning.batch.trained import Trained
from processors.learning.examples import Examples
from processors.learning.model import Model
from sinks.database.connection import Connection
from sinks.models.registry import RegisteredModel
from sinks.table import Table
from stream.learning.gathering import gathered
from stream.learning.known import batch_of
from stream.learning.training import alone
from stream.learning.using import usable
from stream.splits.of_models import parts_of_split


@dataclass(frozen=True, slots=True)
class Promotion:
    """What was decided. `before`: the champion of then. `challenger`, `champion`: figures of `metric` on the same
    `rows` rows, those of the test part of the challenger's split of which both have a prediction; None where nobody
    looked, since there was no champion or it was forced."""

    model: str
    version: int
    before: int | None
    is_promoted: bool
    metric: str
    min_improvement: float
    rows: int = 0
    challenger: float | None = None
    champion: float | None = None


def unopposed(model: Model, wanted: RegisteredModel, champion: RegisteredModel | None) -> Promotion:
    """A version is promoted without a look at the champion, if there is one."""
    rule = batch_of(model)
    before = None if champion is None else champion.version
    return Promotion(model.name, wanted.version, before, True, rule.metric, rule.min_improvement)


def compared(
    connection: Connection, table: Table, model: Model, wanted: RegisteredModel, champion: RegisteredModel
) -> Promotion:
    """Whether a version is better than the champion, by what the model's `promotion` asks for, on the rows as the
    connection sees them; `table`: of the model's dataset.

    Raises ConfigError where that cannot be told, StateError where one of them cannot be used any more.
    """
    rule = batch_of(model)
    rows = gathered(connection, table, model, parts_of_split(connection, table, model, wanted.split_id or 0))
    models = [usable(connection.path, each, model) for each in (wanted, champion)]
    count, (new, old) = _figures(rows.part("test"), model, rule.metric, models)
    if new is None or old is None:
        raise ConfigError(
            f"{rule.metric} cannot be told of the {count} rows that {model.name} version {wanted.version} is tested "
            f"with. `ade-stream models promote {model.name} {wanted.version} --force` promotes it all the same."
        )
    is_promoted = is_better(rule.metric, new, old, rule.min_improvement)
    decided = model.name, wanted.version, champion.version, is_promoted
    return Promotion(*decided, rule.metric, rule.min_improvement, count, new, old)


def _figures(test: Examples, model: Model, metric: str, models: Sequence[Trained]) -> tuple[int, list[float | None]]:
    """How many rows all of them have a prediction of, and the figure of each on these."""
    assert test.target is not None  # noqa: S101 - rows of a model have the column
    with alone():
        told = [each.predict(test) for each in models]
    both = np.isfinite(told).all(axis=0)
    figures = [measured(model.task, test.target[both], each[both]) for each in told]
    return int(both.sum()), [each.get(metric) for each in figures]
