"""`train`: a model fitted on one part of its rows, measured on the others, and registered."""

from __future__ import annotations

import warnings
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from processors.errors import ConfigError, StateError
from processors.learning.batch.baselines import mean
from processors.learning.batch.hashing import row_hash
from processors.learning.batch.measuring import Float64s, measured
from processors.learning.batch.trained import Trained, trained
from processors.learning.examples import Examples
from processors.learning.model import Model, Step
from processors.splitting.model import PartName
from sinks.consequences.pending import strike
from sinks.database.connection import Connection
from sinks.lineage.trainings import TrainingLog
from sinks.models.registry import Alias, ModelMetric, RegisteredModel, add_version, measure, next_version, version_of
from sinks.reading import WarehouseReader
from stream.learning.artifacts import artifact_hash, files_of, folder_of, keep
from stream.learning.gathering import Gathered, gathered
from stream.learning.known import check_view, known_model
from stream.learning.prequential import prequential
from stream.learning.using import libraries, usable
from stream.schemas.contracts import load_contracts
from stream.splits.of_models import split_of_model

#: Who predicts beside the model, in the order in which they are told.
BESIDE = ("mean", "no_change", "prequential")


@dataclass(frozen=True, slots=True)
class Fit:
    """A model that was fitted. `notices`: what the library warned of."""

    trained: Trained
    examples: Examples
    notices: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Training:
    """What a training came to. `refused`: rows of the parts that nothing can be learned from, by reason."""

    version: RegisteredModel
    parts: Mapping[PartName, int]
    refused: Mapping[str, int]
    metrics: tuple[ModelMetric, ...]
    notices: tuple[str, ...]


def train(configs: Path, warehouse: Path, name: str, log: TrainingLog | None = None) -> Training:
    """Fit the model of a name, keep it, and register it: as the champion where there is none that can be used, else as
    the challenger. `log`: tells of it.

    Raises ConfigError where there is nothing to train with.
    """
    datasets = load_contracts(configs, warehouse)
    known = known_model(datasets, name)
    step, model = known.batch.estimator, known.model
    with WarehouseReader(warehouse) as recorded:
        check_view(recorded, datasets, model)
    split = split_of_model(warehouse, known.dataset.table, model, known.split)
    with WarehouseReader(warehouse) as recorded, recorded.connection.snapshot():
        rows = gathered(recorded.connection, known, split.parts)
        fit = fitted(rows, step)
        metrics = [*_figures(rows, fit), *_prequential(recorded.connection, rows)]
    stored = _registered(warehouse, model, step.estimator, split.split_id, fit, metrics, log)
    examples = {part: rows.part(part) for part in split.parts}
    refused = sum((Counter(each.refused) for each in examples.values()), Counter[str]())
    counts = {part: len(each.ids) for part, each in examples.items()}
    return Training(stored, counts, refused, tuple(metrics), fit.notices)


def fitted(rows: Gathered, step: Step) -> Fit:
    """The model of the part `train`. Raises ConfigError where it cannot be fitted."""
    examples, model = rows.part("train"), rows.model
    if not len(examples.ids):
        why = ", ".join(f"{count} {reason}" for reason, count in examples.refused.items())
        raise ConfigError(f"there is no row to train {model.name} with{f': {why}' if why else ''}. {_FILL}")
    try:
        with alone(), warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            made = trained(step, model.task, examples)
    except (TypeError, ValueError) as error:
        raise ConfigError(f"{model.name} cannot be trained: {error}") from error
    return Fit(made, examples, tuple(dict.fromkeys(str(each.message) for each in caught)))


_FILL = "`inputs.fill` in its YAML says what stands in the place of nulls."


@contextmanager
def alone() -> Iterator[None]:
    """Linear algebra in one thread: several add up in an order of their own, and no two fits would be the same."""
    from threadpoolctl import threadpool_limits

    with threadpool_limits(1):
        yield


def _figures(rows: Gathered, fit: Fit) -> Iterator[ModelMetric]:
    """What the model, and the baselines, come to on each part."""
    assert fit.examples.target is not None  # noqa: S101 - it was trained with them
    average = float(fit.examples.target.mean())
    for part in rows.parts:
        examples = rows.part(part)
        if examples.target is None or not len(examples.ids):
            continue
        with alone():
            yield from told(rows.model, part, examples.target, fit.trained.predict(examples))
        yield from told(rows.model, f"mean.{part}", examples.target, mean(fit.examples.target, len(examples.ids)))
        yield from told(rows.model, f"no_change.{part}", examples.target, rows.before(examples, average))


def _prequential(connection: Connection, rows: Gathered) -> Iterator[ModelMetric]:
    """What the learner came to on the same rows, each predicted before it was learned."""
    if rows.model.online is None:
        return
    ids, targets, predictions = prequential(connection, rows)
    for part, of_part in rows.parts.items():
        within = np.isin(ids, of_part)
        yield from told(rows.model, f"prequential.{part}", targets[within], predictions[within])


def told(model: Model, part: str, target: Float64s, predictions: Float64s) -> Iterator[ModelMetric]:
    """The metrics of a part, as they are kept: of the rows that have a prediction."""
    known = np.isfinite(predictions)
    for metric, value in measured(model.task, target[known], predictions[known]).items():
        yield ModelMetric(part, metric, value, int(known.sum()))


def _alias(connection: Connection, warehouse: Path, model: Model) -> Alias:
    """A champion that cannot be used any more is none."""
    champion = version_of(connection, model.name, "champion")
    try:
        if champion is not None:
            usable(warehouse, champion, model)
            return "challenger"
    except StateError:
        pass
    return "champion"


def _registered(
    warehouse: Path,
    model: Model,
    algorithm: str,
    split_id: int,
    fit: Fit,
    metrics: Sequence[ModelMetric],
    log: TrainingLog | None,
) -> RegisteredModel:
    """Files first, then the row that says what their hash is: a version is there as a whole or not at all."""
    files = files_of(model, algorithm, fit.trained)
    with Connection(warehouse) as connection, connection.transaction():
        version = next_version(connection, model.name)
        alias = _alias(connection, warehouse, model)
        folder = folder_of(warehouse, model.name, version)
        stored = RegisteredModel(
            model=model.name,
            version=version,
            kind="batch",
            algorithm=algorithm,
            libraries=libraries(),
            dataset=model.dataset,
            view=None if model.view is None else model.view.name,
            view_version=None if model.view is None else model.view.version,
            schema_hash=model.schema_hash,
            definition=model.definition,
            definition_hash=model.definition_hash,
            split_id=split_id,
            rows=len(fit.examples.ids),
            row_hash=row_hash(fit.examples),
            artifact=(folder / "model.json").relative_to(warehouse.parent).as_posix(),
            artifact_hash=artifact_hash(files),
            alias=alias,
        )
        keep(folder, files)
        add_version(connection, stored)
        measure(connection, model.name, version, metrics)
        strike(connection, "model", model.dataset, model.name)
        if log is not None:
            log.registered(connection, model, stored)
    return stored
