"""`models promote`: a challenger in the place of the champion, if it is better on the rows that it is tested with."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from processors.errors import ConfigError
from processors.learning.batch.measuring import is_better, measured
from processors.learning.batch.trained import Trained
from processors.learning.examples import Examples
from sinks.database.connection import Connection
from sinks.models.registry import RegisteredModel, make_champion, version_of
from sinks.reading import WarehouseReader
from stream.learning.gathering import gathered
from stream.learning.known import KnownModel, check_view, known_model
from stream.learning.training import alone
from stream.learning.using import registered, usable
from stream.schemas.contracts import load_contracts
from stream.splits.of_models import parts_of_split


@dataclass(frozen=True, slots=True)
class Promotion:
    """What was decided. `challenger`, `champion`: figures of `metric` on the same `rows` rows, those of the test part
    of the challenger's split of which both have a prediction; None where nobody looked, since there was no champion or
    it was forced."""

    model: str
    version: int
    before: int | None
    is_promoted: bool
    metric: str
    min_improvement: float
    rows: int = 0
    challenger: float | None = None
    champion: float | None = None


def promote(configs: Path, warehouse: Path, name: str, version: int | None, *, force: bool) -> Promotion:
    """Let a version be the champion: the challenger, or that of a number. Unless by `force`, only if it is better by
    what the model's `promotion` asks for. Raises ConfigError where there is no such version."""
    datasets = load_contracts(configs, warehouse)
    known = known_model(datasets, name)
    with WarehouseReader(warehouse) as recorded:
        check_view(recorded, datasets, known.model)
        wanted = registered(recorded.connection, name, "challenger" if version is None else version)
        champion = version_of(recorded.connection, name, "champion")
        if champion is not None and champion.version == wanted.version:
            raise ConfigError(f"{name} version {wanted.version} is the champion already.")
        decided = _forced(known, wanted, champion)
        if champion is not None and not force:
            decided = _compared(recorded, warehouse, known, wanted, champion)
    if decided.is_promoted:
        with Connection(warehouse) as connection, connection.transaction():
            make_champion(connection, decided.model, decided.version)
    return decided


def _forced(known: KnownModel, wanted: RegisteredModel, champion: RegisteredModel | None) -> Promotion:
    rule = known.batch.metric, known.batch.min_improvement
    return Promotion(wanted.model, wanted.version, champion.version if champion else None, True, *rule)


def _compared(
    recorded: WarehouseReader, warehouse: Path, known: KnownModel, wanted: RegisteredModel, champion: RegisteredModel
) -> Promotion:
    metric, share = known.batch.metric, known.batch.min_improvement
    with recorded.connection.snapshot():
        parts = parts_of_split(recorded, known.dataset.table, known.model, wanted.split_id or 0)
        rows = gathered(recorded.connection, known, parts)
    models = [usable(warehouse, each, known.model) for each in (wanted, champion)]
    count, (new, old) = _figures(rows.part("test"), known, models)
    if new is None or old is None:
        raise ConfigError(
            f"{metric} cannot be told of the {count} rows that {wanted.model} version {wanted.version} is tested with. "
            "`--force` promotes it all the same."
        )
    is_promoted = is_better(metric, new, old, share)
    return Promotion(wanted.model, wanted.version, champion.version, is_promoted, metric, share, count, new, old)


def _figures(test: Examples, known: KnownModel, models: Sequence[Trained]) -> tuple[int, list[float | None]]:
    """How many rows all of them have a prediction of, and the figure of each on these."""
    assert test.target is not None  # noqa: S101 - rows of a model have the column
    with alone():
        told = [each.predict(test) for each in models]
    both = np.isfinite(told).all(axis=0)
    figures = [measured(known.model.task, test.target[both], each[both]) for each in told]
    return int(both.sum()), [each.get(known.batch.metric) for each in figures]
