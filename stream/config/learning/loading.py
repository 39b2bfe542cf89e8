"""Reading the models of a folder of configs. Whatever is wrong is a message with file and line."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from pydantic import ValidationError

from processors.errors import ConfigError
from processors.splitting.model import Split
from stream.config.compiling.dataset import Dataset
from stream.config.learning.compiling import ModelDefinition, view_of, with_compiled_models
from stream.config.learning.faults import ModelFault, model_faults
from stream.config.learning.models import ModelConfig
from stream.config.problems import Place, dotted, placed, problem, repeated
from stream.config.views.loading import View, keeping
from stream.config.yaml_files import mapping, text_of

#: The folder of models, in that of the configs.
FOLDER = "models"


@dataclass(frozen=True, slots=True)
class WrittenModel:
    """What the YAML of a model says, and where."""

    config: ModelConfig
    place: Place


def read_models(configs: Path) -> tuple[list[WrittenModel], list[str]]:
    """The models of a folder of configs, by name; and what is wrong with their YAML."""
    models: dict[str, WrittenModel] = {}
    problems: list[str] = []
    paths = (path for pattern in ("*.yaml", "*.yml") for path in (configs / FOLDER).glob(pattern))
    for path in sorted(paths):
        try:
            model = _read(path)
        except ConfigError as error:
            problems.append(str(error))
            continue
        name = model.config.model
        if name.lower() in models:
            where, _ = model.place(("model",))
            problems.append(f"{where}: model {name!r} is described twice; SQL does not tell upper from lower case.")
        models[name.lower()] = model
    return sorted(models.values(), key=lambda model: model.config.model), problems


def _read(path: Path) -> WrittenModel:
    known = ", ".join(ModelConfig.model_fields)
    node, content = mapping(path, text_of(path), f"must be a mapping. Known keys: {known}.")
    place = placed(path, node)
    problems = [f"{path}:{line}: key {key!r} is written twice." for key, line in repeated(node)]
    try:
        config = ModelConfig.model_validate(content)
    except ValidationError as error:
        problems += [problem(place, dict(detail), ModelConfig) for detail in error.errors()]
        raise ConfigError("\n".join(dict.fromkeys(problems))) from error
    if problems:
        raise ConfigError("\n".join(problems))
    return WrittenModel(config, place)


def with_models(dataset: Dataset, models: Iterable[WrittenModel], views: Sequence[View]) -> tuple[Dataset, list[str]]:
    """The dataset, which has its views, with those of the models that are over it; and what is wrong with them."""
    own = [model for model in models if model.config.dataset == dataset.name]
    problems = list[str]()
    definitions = list[ModelDefinition]()
    for model in own:
        faults = list(model_faults(model.config, dataset))
        try:
            split = None if faults else _split(model.config, dataset, views)
            definitions.append(ModelDefinition(model.config, split))
        except ValueError as error:
            faults.append((("batch", "split"), str(error)))
        problems += _told(model.place, faults)
    if problems or not own:
        return dataset, problems
    names = {name for model in own for name in _columns(model.config, dataset)}
    return with_compiled_models(replace(keeping(dataset, names), model_definitions=tuple(definitions))), []


def _told(place: Place, faults: Iterable[ModelFault]) -> Iterator[str]:
    for where, why in faults:
        line, location = place(where)
        yield f"{line}: {dotted(location)}: {why}."


def _columns(config: ModelConfig, dataset: Dataset) -> Iterator[str]:
    """Those of the dataset that a model looks at: they keep their types, on which what was learned rests."""
    inputs = (*config.inputs.numbers, *config.inputs.categories)
    return (name for name, _ in dataset.table.columns if name in (config.target, *inputs))


def _split(config: ModelConfig, dataset: Dataset, views: Sequence[View]) -> Split | None:
    """The split that `batch` means. Raises ValueError where there is none, or its parts are in disorder."""
    if config.batch is None:
        return None
    split, view = config.batch.split, view_of(config, dataset)
    timezone, reach_us = dataset.config.timezone, 0 if view is None else view.reach_us
    if split.by_entity and view is None:
        raise ValueError("by_entity needs a view, which says what an entity is")
    if split.of_view is None:
        return split.split(config.model, timezone, reach_us)
    known = next((each.config.splits for each in views if each.config.view == config.view), {})
    if split.of_view not in known:
        there = f"there are {', '.join(known)}" if known else "it has none" if view else "the model has no view"
        raise ValueError(f"the view has no split {split.of_view!r}; {there}")
    return known[split.of_view].split(split.of_view, timezone, reach_us)


def without_dataset(models: Iterable[WrittenModel], datasets: Mapping[str, Dataset]) -> Iterator[str]:
    """What is wrong with models of what no config describes."""
    for model in models:
        if model.config.dataset not in datasets:
            where, _ = model.place(("dataset",))
            yield f"{where}: no config describes a dataset {model.config.dataset!r}; there are {', '.join(datasets)}."
