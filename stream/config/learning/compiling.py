"""From what a YAML says of a model to the model, over the columns that its dataset and its view have now."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from processors.columns import ColumnType
from processors.feature_views.model import FeatureView
from processors.learning.model import Batch, Drift, Model, Online, Step
from processors.splitting.model import Split
from stream.config.learning.models import METRICS, BatchConfig, ModelConfig, OnlineConfig, StepConfig

if TYPE_CHECKING:
    from stream.config.compiling.dataset import Dataset

_BY_DEFAULT = {
    "regression": "linear_model.LinearRegression",
    "classification": "linear_model.LogisticRegression",
}


@dataclass(frozen=True, slots=True)
class ModelDefinition:
    """A model as it is written. `split`: the one that `batch` means; None without `batch`."""

    config: ModelConfig
    split: Split | None


def with_compiled_models(dataset: Dataset) -> Dataset:
    """The dataset with the models that it has definitions of, in which nothing is wrong."""
    if not dataset.model_definitions:
        return dataset
    models = tuple(_model(each, dataset) for each in dataset.model_definitions)
    return replace(dataset, table=replace(dataset.table, models=models))


def view_of(config: ModelConfig, dataset: Dataset) -> FeatureView | None:
    """The view of a model; None where it has none, or its dataset has no such view."""
    return next((view for view in dataset.table.views if view.name == config.view), None)


def input_kinds(dataset: Dataset, view: FeatureView | None) -> dict[str, ColumnType]:
    """What may be an input: the columns of the dataset, and the features of the view."""
    features = {} if view is None else {feature.name: feature.type for feature in view.features}
    return {**dict(dataset.table.columns), **features}


def _model(definition: ModelDefinition, dataset: Dataset) -> Model:
    config, view = definition.config, view_of(definition.config, dataset)
    kinds = input_kinds(dataset, view)
    online = None if config.online is None else _online(config.online)
    numbers = tuple((name, kinds[name]) for name in config.inputs.numbers)
    return Model(
        name=config.model,
        dataset=config.dataset,
        view=view,
        task=config.task,
        target=(config.target, kinds[config.target]),
        numbers=numbers,
        categories=config.inputs.categories,
        fill=_fill(config),
        online=online,
        batch=None if config.batch is None or definition.split is None else _batch(config, config.batch, definition),
        definition=_json(config.model_dump(mode="json", by_alias=True, exclude_none=True)),
        definition_hash=_hashed(_learned_from(config, view, online)),
        schema_hash=_hashed([(name, kinds[name].written) for name in _columns(config)]),
    )


def _columns(config: ModelConfig) -> Iterable[str]:
    return (config.target, *config.inputs.numbers, *config.inputs.categories)


def _fill(config: ModelConfig) -> tuple[tuple[str, float | str], ...]:
    """Numbers for numbers, texts for categories, in the order of the inputs."""
    said, categories = config.inputs.fill, config.inputs.categories
    filled = (name for name in (*config.inputs.numbers, *categories) if name in said)
    return tuple((name, str(said[name]) if name in categories else float(said[name])) for name in filled)


def _online(config: OnlineConfig) -> Online:
    drift = None if config.drift is None else Drift(config.drift.detectors, config.drift.on_alarm)
    steps = tuple(step_of(step) for step in config.steps)
    return Online(steps, config.tick_rows, config.categories_max, config.scoring, drift)


def step_of(config: StepConfig) -> Step:
    """The transformer or the estimator, with its options in the order of their names."""
    return Step(config.river, _options(config.with_))


def _options(said: Mapping[str, Any]) -> tuple[tuple[str, Any], ...]:
    made = {name: step_of(each) if isinstance(each, StepConfig) else each for name, each in said.items()}
    return tuple(sorted(made.items()))


def _batch(config: ModelConfig, batch: BatchConfig, definition: ModelDefinition) -> Batch:
    assert definition.split is not None  # noqa: S101 - a batch has one
    metric = batch.promotion.metric or METRICS[config.task][0]
    return Batch(batch_step(config, batch), definition.split, metric, batch.promotion.min_improvement)


def batch_step(config: ModelConfig, batch: BatchConfig) -> Step:
    """The estimator of scikit-learn; a linear one where none is named."""
    return Step(batch.sklearn or _BY_DEFAULT[config.task], _options(batch.with_))


def _learned_from(config: ModelConfig, view: FeatureView | None, online: Online | None) -> dict[str, Any]:
    """All on which it depends what a learner comes to: not whether predictions are kept, nor what follows an alarm."""
    return {
        "dataset": config.dataset,
        "view": None if view is None else [view.name, view.version],
        "task": config.task,
        "target": config.target,
        "numbers": config.inputs.numbers,
        "categories": config.inputs.categories,
        "fill": _fill(config),
        "online": None
        if online is None
        else {
            "steps": [_written(step) for step in online.steps],
            "tick_rows": online.tick_rows,
            "categories_max": online.categories_max,
            "detectors": online.drift.detectors if online.drift else (),
        },
    }


def _written(step: Step) -> list[Any]:
    options = [(name, _written(each) if isinstance(each, Step) else each) for name, each in step.options]
    return [step.estimator, options]


def _json(said: object) -> str:
    return json.dumps(said, sort_keys=True, ensure_ascii=False)


def _hashed(said: object) -> str:
    return hashlib.sha256(_json(said).encode()).hexdigest()
